import type { PersonFields } from '../api/generated';
import { t } from '../i18n/t';
import { Avatar } from '../team/Avatar';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import styles from './AssigneeMenu.module.css';

interface AssigneeMenuProps {
  readonly people: readonly PersonFields[];
  readonly chosen: string | null; // whom the thing is assigned to
  readonly others?: readonly string[]; // whom parts of it are assigned to
  readonly mayAssign: boolean;
  readonly onChoose: (personId: string | null) => void;
}

/** Who is to do it; whoever may say so changes it here. Nothing to see where one works alone. */
export function AssigneeMenu({
  people,
  chosen,
  others = [],
  mayAssign,
  onChoose,
}: AssigneeMenuProps) {
  const known = new Map(people.map((person) => [person.id, person]));
  const doing = [chosen, ...others].filter((id) => id !== null);
  if (people.length < 2 && doing.length === 0) return null;
  const names = doing.map((id) => known.get(id)?.name ?? t('Somebody who left'));
  const label = names.length > 0 ? t('For {names}', { names: names.join(', ') }) : t('For nobody');
  const faces = (
    <span className={styles.faces}>
      {doing.map((id) => (
        <Avatar
          key={id}
          name={known.get(id)?.name ?? '?'}
          colour={known.get(id)?.colour ?? '#5b6670'}
        />
      ))}
      {doing.length === 0 && <Icon name="plus" size={16} />}
    </span>
  );
  if (!mayAssign) {
    return doing.length > 0 ? (
      <span className={styles.shown} role="img" aria-label={label} title={label}>
        {faces}
      </span>
    ) : null;
  }
  return (
    <Menu
      label={label}
      testId="assign"
      align="end"
      className={styles.button}
      items={[
        {
          id: 'nobody',
          label: t('Nobody'),
          checked: chosen === null,
          run: () => onChoose(null),
        },
        ...people.map(({ id, name }) => ({
          id,
          label: name,
          checked: id === chosen,
          run: () => onChoose(id),
        })),
      ]}
    >
      {faces}
    </Menu>
  );
}
