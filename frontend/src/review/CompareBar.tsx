import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { openProposal } from '../session/state';
import { useMay } from '../team/capabilities';
import { Button } from '../ui/Button';
import styles from './CompareBar.module.css';
import type { CompareMode } from './comparison';

const MODES: readonly CompareMode[] = ['before', 'after', 'difference'];

/** A range was tracked anew: look at it beside what was there, then keep or drop it. */
export function CompareBar({ workspace }: { workspace: Workspace }) {
  const proposal = useStore(workspace.session.store, openProposal);
  const mode = useStore(workspace.compare, (value) => value);
  const mayEdit = useMay(workspace, 'EDIT');
  if (!proposal) return null;
  const { review } = workspace.commands;
  const names = { before: t('Before'), after: t('After'), difference: t('Difference') };
  return (
    <section className={styles.bar} aria-label={t('Compare the new range')} data-testid="compare">
      <span className={styles.words}>{t('This range was tracked anew. Keep it?')}</span>
      <div className={styles.modes} role="radiogroup" aria-label={t('Show')}>
        {MODES.map((one) => (
          // biome-ignore lint/a11y/useSemanticElements: a radio cannot be drawn as a pill without hiding it
          <button
            key={one}
            type="button"
            role="radio"
            aria-checked={mode === one}
            className={styles.mode}
            data-testid={`compare-${one}`}
            onClick={() => workspace.compare.dispatch(one)}
          >
            {names[one]}
          </button>
        ))}
      </div>
      {mode === 'difference' && (
        <span className={styles.legend}>
          <i className={styles.added} /> {t('added')} <i className={styles.lost} /> {t('lost')}
        </span>
      )}
      {mayEdit && (
        <Button look="outlined" data-testid="drop-range" onClick={() => void review.drop()}>
          {t('Drop')}
        </Button>
      )}
      {mayEdit && (
        <Button look="primary" data-testid="keep-range" onClick={() => void review.keep()}>
          {t('Keep')}
        </Button>
      )}
    </section>
  );
}
