import { t } from '../i18n/t';
import card from '../ui/Card.module.css';
import { Dialog } from '../ui/Dialog';
import styles from './Projects.module.css';

export interface Named {
  readonly id: string;
  readonly title: string;
}

/** To which project? */
export function MoveDialog({
  targets,
  onChoose,
  onClose,
}: {
  targets: readonly Named[];
  onChoose: (target: Named) => void;
  onClose: () => void;
}) {
  return (
    <Dialog title={t('Move to another project')} testId="move-dialog" onClose={onClose}>
      {targets.length === 0 && (
        <p className={card.detail}>{t('There is no other project that you may add to.')}</p>
      )}
      <ul className={styles.targets}>
        {targets.map((target) => (
          <li key={target.id}>
            <button
              type="button"
              data-testid="move-target"
              onClick={() => {
                onClose();
                onChoose(target);
              }}
            >
              {target.title}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
