import { useEffect, useRef, useSyncExternalStore } from 'react';
import { type Store, useStore } from '../app/store';
import { t, useLanguage } from '../i18n/t';
import { Button } from '../ui/Button';
import type { Player } from './player';
import { RangeControls } from './RangeControls';
import type { RangeAction, RangeState } from './range';
import styles from './Transport.module.css';
import { frameIn, timecode } from './timecode';

/** Play, step, and where the playhead is. */
export function Transport({
  player,
  range,
  asksFrame,
}: {
  player: Player;
  range: Store<RangeState, RangeAction>;
  asksFrame: Store<boolean, boolean>;
}) {
  useLanguage();
  const playing = useSyncExternalStore(player.subscribe, () => player.playing);
  const last = player.times.numFrames - 1;
  return (
    <div className={styles.transport}>
      <Button
        icon="first"
        aria-label={t('First frame')}
        title={t('First frame')}
        onClick={() => player.seek(0)}
      />
      <Button
        icon="previous"
        aria-label={t('Previous frame')}
        title={t('Previous frame')}
        data-testid="previous-frame"
        onClick={() => player.step(-1)}
      />
      <Button
        icon={playing ? 'pause' : 'play'}
        className={styles.play}
        aria-label={playing ? t('Pause') : t('Play')}
        title={playing ? t('Pause') : t('Play')}
        data-testid="play"
        data-playing={playing}
        onClick={() => player.toggle()}
      />
      <Button
        icon="next"
        aria-label={t('Next frame')}
        title={t('Next frame')}
        data-testid="next-frame"
        onClick={() => player.step(1)}
      />
      <Button
        icon="last"
        aria-label={t('Last frame')}
        title={t('Last frame')}
        onClick={() => player.seek(last)}
      />
      <RangeControls player={player} range={range} />
      <Position player={player} asksFrame={asksFrame} />
      <Preparing player={player} />
    </div>
  );
}

/** Why pictures come slowly, and until when. */
function Preparing({ player }: { player: Player }) {
  useLanguage();
  const preparing = useSyncExternalStore(player.subscribe, () => player.preparing);
  if (preparing === null) return null;
  const percent = Math.floor(100 * preparing);
  return (
    <p className={`${styles.preparing} number`} data-testid="preparing">
      {t('Preparing for playing: {percent} %', { percent })}
    </p>
  );
}

interface PositionProps {
  readonly player: Player;
  readonly asksFrame: Store<boolean, boolean>;
}

/** Where the playhead is; a press turns it into a field that asks where to go. */
function Position({ player, asksFrame }: PositionProps) {
  const isAsking = useStore(asksFrame, (asks) => asks);
  if (isAsking) return <FrameField player={player} onDone={() => asksFrame.dispatch(false)} />;
  return (
    <button
      type="button"
      className={`${styles.position} number`}
      title={t('Go to a frame')}
      data-testid="go-to-frame"
      onClick={() => asksFrame.dispatch(true)}
    >
      <Place player={player} />
    </button>
  );
}

function FrameField({ player, onDone }: { player: Player; onDone: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const go = () => {
    const frame = frameIn(field.current?.value ?? '', player.times);
    if (frame === null) {
      field.current?.select();
      return;
    }
    onDone();
    player.seek(frame);
  };
  return (
    <input
      ref={field}
      className={`${styles.goTo} number`}
      defaultValue={player.target}
      aria-label={t('Go to a frame: its number, or a time like 1:02.50')}
      placeholder="1:02.50"
      data-testid="frame-field"
      onBlur={onDone}
      onKeyDown={(event) => {
        if (event.key === 'Enter') go();
        else if (event.key === 'Escape') onDone();
        event.stopPropagation();
      }}
    />
  );
}

/** Written straight into the DOM: it changes with every frame. */
function Place({ player }: { player: Player }) {
  const frame = useRef<HTMLSpanElement>(null);
  const time = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const write = () => {
      if (frame.current) frame.current.textContent = String(player.target);
      if (time.current) time.current.textContent = timecode(player.times.startS(player.target));
    };
    write();
    return player.subscribe(write);
  }, [player]);
  return (
    <>
      <span className={styles.label}>{t('Frame')}</span>
      <span
        ref={frame}
        className={styles.frame}
        style={{ minWidth: `${String(player.times.numFrames - 1).length}ch` }}
        data-testid="frame-number"
      />
      <span className={styles.label}>{t('of {count}', { count: player.times.numFrames })}</span>
      <span ref={time} className={styles.time} />
    </>
  );
}
