import { useEffect, useRef, useState } from 'react';
import type { Direction, PropagationFields } from '../api/generated';
import { notify } from '../app/notices';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { fromServer } from '../i18n/server/fromServer';
import { t, useLanguage } from '../i18n/t';
import { keyHint, useWithKey } from '../keys/keyHint';
import { isEmpty } from '../session/prompts';
import { type SessionState, visibleObjects } from '../session/state';
import { useMay } from '../team/capabilities';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import { paceText } from './paceText';
import { RateMeter } from './rate';
import styles from './TrackControl.module.css';

/** Track, or how far it is and Cancel. */
export function TrackControl({ workspace }: { workspace: Workspace }) {
  const propagation = useStore(workspace.session.store, (state) => state.propagation);
  const mayEdit = useMay(workspace, 'EDIT');
  useLanguage();
  useFailureNotice(propagation);
  if (propagation?.state === 'RUNNING') {
    return (
      <Running
        propagation={propagation}
        onCancel={mayEdit ? () => workspace.commands.cancelTracking() : null}
      />
    );
  }
  if (!mayEdit) return null;
  return <Idle workspace={workspace} canGoOn={wasBrokenOff(propagation)} />;
}

function Idle({ workspace, canGoOn }: { workspace: Workspace; canGoOn: boolean }) {
  const canTrack = useStore(workspace.session.store, hasPrompts);
  const isLive = useStore(workspace.session.connection, (status) => status === 'live');
  const [starting, setStarting] = useState(false);
  const withKey = useWithKey();
  const start = async (command: Promise<void>) => {
    setStarting(true);
    await command;
    setStarting(false);
  };
  const track = (direction: Direction) => start(workspace.commands.track(direction));
  const goOn = {
    id: 'resume',
    label: t('Go on where it stopped'),
    run: () => void start(workspace.commands.resumeTracking()),
  };
  const disabled = !canTrack || starting || !isLive;
  const why = canTrack
    ? withKey(t('Carry the masks through the video'), 'track')
    : t('Click an object in the video first');
  return (
    <div className={styles.split} title={why}>
      <Button
        look="primary"
        icon="both"
        className={styles.main}
        disabled={disabled}
        data-testid="track"
        onClick={() => void track('BOTH')}
      >
        {starting ? t('Starting') : t('Track')}
      </Button>
      <Menu
        label={t('Choose the direction')}
        testId="track-menu"
        align="end"
        direction="up"
        disabled={disabled}
        className={styles.more}
        items={() => [
          {
            id: 'both',
            label: t('Both directions'),
            hint: keyHint('track'),
            run: () => void track('BOTH'),
          },
          { id: 'forward', label: t('Forward'), run: () => void track('FORWARD') },
          {
            id: 'backward',
            label: t('Backward'),
            hint: keyHint('trackBackward'),
            run: () => void track('BACKWARD'),
          },
          ...(canGoOn ? [goOn] : []),
        ]}
      >
        <Icon name="down" size={16} />
      </Menu>
    </div>
  );
}

function Running({
  propagation,
  onCancel,
}: {
  propagation: PropagationFields;
  onCancel: (() => Promise<void>) | null; // null: not for this person
}) {
  const meter = useRef(new RateMeter());
  const withKey = useWithKey();
  const [cancelling, setCancelling] = useState(false);
  const { framesDone, framesTotal, pace } = propagation;
  meter.current.add(framesDone, performance.now());
  const percent = framesTotal > 0 ? Math.floor((100 * framesDone) / framesTotal) : 0;
  const how = paceText(pace, meter.current.remainingS(framesTotal));
  return (
    <div className={styles.running} data-testid="tracking-progress">
      <div
        className={styles.progress}
        role="progressbar"
        aria-label={t('Tracking')}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div className={styles.bar} style={{ transform: `scaleX(${percent / 100})` }} />
        <span className={`${styles.text} number`}>
          <span>{t('Tracking {done} / {total}', { done: framesDone, total: framesTotal })}</span>
          <span className={styles.soft} data-testid="tracking-pace">
            {percent} %{how && ` · ${how}`}
          </span>
        </span>
      </div>
      {onCancel && (
        <Button
          look="outlined"
          data-testid="cancel"
          title={withKey(t('Stop and keep what is done'), 'escape')}
          disabled={cancelling}
          onClick={() => {
            setCancelling(true);
            void onCancel().finally(() => setCancelling(false));
          }}
        >
          {t('Cancel')}
        </Button>
      )}
    </div>
  );
}

/** Say once why tracking ended, if it failed while we watched. */
function useFailureNotice(propagation: PropagationFields | null): void {
  const watched = useRef<string | null>(null);
  useEffect(() => {
    if (propagation?.state === 'RUNNING') watched.current = propagation.id;
    if (propagation?.state !== 'FAILED' || watched.current !== propagation.id) return;
    watched.current = null;
    notify({
      tone: 'error',
      text: propagation.error ? fromServer(propagation.error) : t('Tracking failed; try again.'),
    });
  }, [propagation]);
}

function wasBrokenOff(propagation: PropagationFields | null): boolean {
  if (propagation?.state !== 'CANCELLED' && propagation?.state !== 'FAILED') return false;
  return propagation.framesDone < propagation.framesTotal && propagation.verdict === 'APPLIED';
}

function hasPrompts(state: SessionState): boolean {
  const ids = new Set(visibleObjects(state).map((object) => object.objectId));
  const rows = [...state.prompts.values(), ...state.pending.values()];
  return rows.some((row) => (ids.has(row.objectId) || row.objectId < 0) && !isEmpty(row.set));
}
