import { useEffect, useRef } from 'react';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { useVisibleObjects } from '../session/useVisibleObjects';
import styles from './Timeline.module.css';
import { TimelineView } from './timelineView';

/** Ruler, one lane per object, and the playhead over all of them. */
export function Timeline({ workspace }: { workspace: Workspace }) {
  const track = useRef<HTMLDivElement>(null);
  const ruler = useRef<HTMLCanvasElement>(null);
  const lanes = useRef<HTMLCanvasElement>(null);
  const playhead = useRef<HTMLDivElement>(null);
  const sweep = useRef<HTMLDivElement>(null);
  const pointer = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!track.current || !ruler.current || !lanes.current) return;
    if (!playhead.current || !sweep.current || !pointer.current) return;
    const view = new TimelineView(workspace, {
      track: track.current,
      ruler: ruler.current,
      lanes: lanes.current,
      playhead: playhead.current,
      sweep: sweep.current,
      pointer: pointer.current,
    });
    return () => view.close();
  }, [workspace]);

  const { numFrames } = workspace.session.info.video;
  return (
    <div className={styles.timeline} data-testid="timeline">
      <LaneNames workspace={workspace} />
      {/* biome-ignore lint/a11y/useFocusableInteractive: the arrow keys work everywhere on the page */}
      <div
        ref={track}
        className={styles.track}
        role="slider"
        aria-label="Frame"
        aria-valuemin={0}
        aria-valuemax={numFrames - 1}
        aria-valuenow={0}
        data-testid="timeline-track"
      >
        <canvas ref={ruler} className={styles.ruler} />
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
    <ul className={styles.names} aria-label="Lanes">
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
      {shown.length === 0 && <li className={styles.empty}>No objects yet</li>}
    </ul>
  );
}
