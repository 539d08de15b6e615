import { useRef, useState } from 'react';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { chooseLanguage, isLanguage, LANGUAGES } from '../i18n/language';
import { t, useLanguage } from '../i18n/t';
import { Button } from '../ui/Button';
import { useDismiss } from '../ui/useDismiss';
import styles from './ViewMenu.module.css';

/** How masks and video look, and the language. */
export function ViewMenu({ workspace }: { workspace: Workspace }) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useDismiss(root, isOpen, () => setOpen(false));
  return (
    <div ref={root} className={styles.root} data-menu-open={isOpen || undefined}>
      <Button
        icon="eye"
        aria-expanded={isOpen}
        aria-label={t('View')}
        title={t('View')}
        data-testid="view-menu"
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen && <ViewSettings workspace={workspace} />}
    </div>
  );
}

function ViewSettings({ workspace }: { workspace: Workspace }) {
  const look = useStore(workspace.look, (state) => state);
  const lang = useLanguage();
  const change = workspace.look.dispatch;
  return (
    <div
      className={styles.popover}
      role="dialog"
      aria-label={t('View')}
      data-testid="view-settings"
    >
      <label className={styles.row}>
        <span>{t('Mask opacity')}</span>
        <input
          type="range"
          min={0}
          max={1}
          step={0.02}
          value={look.opacity}
          data-testid="opacity"
          onChange={(event) => change({ opacity: event.target.valueAsNumber })}
        />
      </label>
      <label className={styles.row}>
        <span>{t('Mask outline')}</span>
        <input
          type="range"
          min={0}
          max={6}
          step={0.25}
          value={look.outlinePx}
          data-testid="outline"
          onChange={(event) => change({ outlinePx: event.target.valueAsNumber })}
        />
      </label>
      <label className={styles.row}>
        <span>{t('Colour by')}</span>
        <select
          value={look.colourBy}
          data-testid="colour-by"
          onChange={(event) =>
            change({ colourBy: event.target.value === 'class' ? 'class' : 'object' })
          }
        >
          <option value="object">{t('Object')}</option>
          <option value="class">{t('Class')}</option>
        </select>
      </label>
      <label className={styles.row}>
        <span>{t('Source beside it')}</span>
        <input
          type="checkbox"
          checked={look.isSideBySide}
          data-testid="side-by-side"
          onChange={(event) => change({ isSideBySide: event.target.checked })}
        />
      </label>
      <label className={styles.row}>
        <span>{t('Language')}</span>
        <select
          value={lang}
          data-testid="language"
          onChange={(event) => {
            if (isLanguage(event.target.value)) void chooseLanguage(event.target.value);
          }}
        >
          {Object.entries(LANGUAGES).map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
