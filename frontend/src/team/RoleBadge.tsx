import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { Icon } from '../ui/Icon';
import styles from './RoleBadge.module.css';
import { limitedTo, roleName, roleNote } from './roles';

/** The one place that says that somebody does not edit here, and why the tools are away. */
export function RoleBadge({ workspace }: { workspace: Workspace }) {
  const role = useStore(workspace.may, limitedTo);
  if (role === null) return null;
  return (
    <span
      className={styles.badge}
      title={`${roleNote(role)} ${t('An owner can give you a link that lets you do more.')}`}
      data-testid="role-badge"
      data-role={role}
    >
      <Icon name="eye" size={15} />
      {roleName(role)}
    </span>
  );
}
