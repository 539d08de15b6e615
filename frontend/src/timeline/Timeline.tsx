import { useEffect, useRef } from 'react';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t, useLanguage } from '../i18n/t';
import marks from '../presence/presence.module.css';
import { useVisibleObjects } from '../session/useVisibleObjects';
import { Button } from '../ui/Button';
import styles from './Timeline.module.css';
import { TimelineView } from './timelineView';

/** Ruler, one lane per object, and the playhead over all of them. */
export function Timeline({ workspace }: { workspace: Workspace }) {
  useLanguage();
  const view = useRef<TimelineView | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const film = useRef<HTMLCanvasElement>(null);
  const track = useRef<HTMLDivElement>(null);
  const ruler = useRef<HTMLCanvasElement>(null);
  const lanes = useRef<HTMLCanvasElement>(null);
  const playhead = useRef<HTMLDivElement>(null);
  const sweep = useRef<HTMLDivElement>(null);
  const pointer = useRef<HTMLDivElement>(null);
  const people = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!scroller.current || !film.current) return;
    if (!track.current || !ruler.current || !lanes.current) return;
    if (!playhead.current || !sweep.current || !pointer.current || !people.current) return;
    const opened = new TimelineView(workspace, {
      scroller: scroller.current,
      film: film.current,
      track: track.current,
      ruler: ruler.current,
      lanes: lanes.current,
      playhead: playhead.current,
      sweep: sweep.current,
      pointer: pointer.current,
      people: people.current,
    });
    view.current = opened;
    return () => {
      view.current = null;
      opened.close();
    };
  }, [workspace]);

  const { numFrames } = workspace.session.info.video;
  return (
    <div ref={scroller} className={styles.timeline} data-testid="timeline">
      <div className={styles.side}>
        <div className={styles.zoom}>
          <Button
            icon="minus"
            aria-label={t('Zoom the timeline out')}
            onClick={() => view.current?.zoomBy(0.5)}
          />
          <Button
            icon="plus"
            aria-label={t('Zoom the timeline in')}
            data-testid="timeline-zoom-in"
            onClick={() => view.current?.zoomBy(2)}
          />
          <Button
            icon="both"
            aria-label={t('Show all of the video on the timeline')}
            data-testid="timeline-all"
            onClick={() => view.current?.showAll()}
          />
        </div>
        <LaneNames workspace={workspace} />
      </div>
      <div
        ref={track}
        className={styles.track}
        role="slider"
        tabIndex={0}
        aria-label={t('Frame')}
        aria-valuemin={0}
        aria-valuemax={numFrames - 1}
        aria-valuenow={0}
        data-testid="timeline-track"
      >
        <div ref={people} className={marks.marks} />
        <canvas ref={ruler} className={styles.ruler} />
        <canvas ref={film} className={styles.film} data-testid="filmstrip" />
        <canvas ref={lanes} className={styles.lanes} />
        <div ref={sweep} className={styles.sweep} hidden />
        <div ref={pointer} className={styles.pointer} hidden />
        <div ref={playhead} className={styles.playhead} data-testid="playhead" />
      </div>
    </div>
  );
}

function LaneNames({ workspace }: { workspace: Workspace }) {
  const { store } = workspace.session;
  const selectedId = useStore(store, (state) => state.selectedId);
  const shown = useVisibleObjects(workspace);
  return (
    <ul className={styles.names} aria-label={t('Lanes')}>
      {shown.map(({ objectId, name, colour }) => (
        <li key={objectId}>
          <button
            type="button"
            className={styles.name}
            aria-pressed={objectId === selectedId}
            data-testid="lane-name"
            data-object={objectId}
            onClick={() => workspace.commands.select(objectId)}
          >
            <span className={styles.swatch} style={{ background: colour }} />
            <span className={styles.label}>{name}</span>
          </button>
        </li>
      ))}
      {shown.length === 0 && <li className={styles.empty}>{t('No objects yet')}</li>}
    </ul>
  );
}
