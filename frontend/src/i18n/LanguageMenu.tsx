import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import styles from './LanguageMenu.module.css';
import { chooseLanguage, isLanguage, LANGUAGES } from './language';
import { t, useLanguage } from './t';

/** For pages outside a session, which has it among what it shows how. */
export function LanguageMenu() {
  const now = useLanguage();
  const items = Object.keys(LANGUAGES)
    .filter(isLanguage)
    .map((id) => ({
      id,
      label: LANGUAGES[id],
      checked: id === now,
      run: () => void chooseLanguage(id),
    }));
  return (
    <Menu
      label={`${t('Language')}: ${LANGUAGES[now]}`}
      testId="language-menu"
      align="end"
      className={styles.trigger}
      items={items}
    >
      <Icon name="globe" />
    </Menu>
  );
}
