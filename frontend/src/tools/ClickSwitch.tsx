import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { Icon } from '../ui/Icon';
import styles from './ClickSwitch.module.css';

/** What a plain click or tap does: for fingers and for mice with one button. */
export function ClickSwitch({ workspace }: { workspace: Workspace }) {
  const includesNow = useStore(workspace.clickIncludes, (value) => value);
  const option = (value: boolean) => (
    // biome-ignore lint/a11y/useSemanticElements: a radio cannot be drawn as a pill without hiding it
    <button
      type="button"
      role="radio"
      aria-checked={includesNow === value}
      className={value ? styles.include : styles.exclude}
      data-testid={value ? 'click-include' : 'click-exclude'}
      title={t(
        value ? 'Clicks add to the mask' : 'Clicks take away from the mask (or right click)',
      )}
      onClick={() => workspace.clickIncludes.dispatch(value)}
    >
      <span className={styles.glyph}>
        <Icon name={value ? 'plus' : 'minus'} size={13} />
      </span>
      {t(value ? 'Include' : 'Exclude')}
    </button>
  );
  return (
    <div className={styles.switch} role="radiogroup" aria-label={t('A click means')}>
      {option(true)}
      {option(false)}
    </div>
  );
}
