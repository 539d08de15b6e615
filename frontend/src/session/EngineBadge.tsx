import { useEffect, useRef, useState } from 'react';
import { request } from '../api/client';
import { type EngineFields, Gallery } from '../api/generated';
import { notifyError } from '../app/notices';
import type { Workspace } from '../app/workspace';
import { missingEngines } from '../gallery/missingEngines';
import { fromServer } from '../i18n/server/fromServer';
import { t } from '../i18n/t';
import { openVideo } from '../projects/projectActions';
import { useMay } from '../team/capabilities';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { useDismiss } from '../ui/useDismiss';
import styles from './TopBar.module.css';

/** Which engine draws the masks; a press tells what it is good for, and how to get the others. */
export function EngineBadge({ workspace }: { workspace: Workspace }) {
  const { engine, mayInProject } = workspace.session.info;
  const mayBegin = useMay(workspace, 'EDIT') && mayInProject.includes('EDIT');
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useDismiss(root, isOpen, () => setOpen(false));
  return (
    <div ref={root} className={styles.wrap} data-menu-open={isOpen || undefined}>
      <button
        type="button"
        className={styles.badge}
        aria-expanded={isOpen}
        title={fromServer(engine.note)}
        data-testid="engine-badge"
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="chip" size={15} />
        <span data-word>{fromServer(engine.label)}</span>
      </button>
      {isOpen && (
        <div className={styles.popover} role="dialog" aria-label={t('Engine')}>
          <h2>
            {fromServer(engine.label)}{' '}
            <span className={styles.device}>{t('on {device}', { device: engine.device })}</span>
          </h2>
          <p>{fromServer(engine.note)}</p>
          {mayBegin && <Others workspace={workspace} />}
        </div>
      )}
    </div>
  );
}

/** For who may begin a session here: another engine is a new one's. */
function Others({ workspace }: { workspace: Workspace }) {
  const { engine: current, video, projectId } = workspace.session.info;
  const [engines, setEngines] = useState<readonly EngineFields[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    request(Gallery, {}, { signal: abort.signal })
      .then((answer) => setEngines(answer.engines))
      .catch((thrown) => {
        if (!abort.signal.aborted) notifyError(thrown);
      });
    return () => abort.abort();
  }, []);
  const usable = engines.filter((engine) => engine.available && engine.id !== current.id);
  const missing = missingEngines(engines);
  if (usable.length + missing.length === 0) return null;
  return (
    <div className={styles.others}>
      {usable.map((engine) => (
        <div key={engine.id} className={styles.other}>
          <div>
            <strong>{fromServer(engine.label)}</strong>
            <p>{fromServer(engine.note)}</p>
          </div>
          <Button
            look="outlined"
            title={t('A new session of this video; this one stays as it is')}
            onClick={() => void openVideo(video.id, engine.id, projectId)}
          >
            {t('Use')}
          </Button>
        </div>
      ))}
      {missing.map(({ labels, note }) => (
        <div key={labels} className={styles.missing}>
          <strong>{labels}</strong>
          <p>{note}</p>
        </div>
      ))}
    </div>
  );
}
