import { request } from '../api/client';
import {
  type MemberFields,
  type PersonFields,
  RemoveMember,
  type Role,
  SetMemberRole,
} from '../api/generated';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { Avatar } from './Avatar';
import { isOf, type Place, placeVariables } from './place';
import { ROLES, roleName } from './roles';
import styles from './Team.module.css';
import type { SharingView } from './useSharing';
import { useWho } from './who';

interface MemberListProps {
  readonly members: readonly MemberFields[];
  readonly newcomers: readonly PersonFields[]; // who signed in, and has no role anywhere
  readonly place: Place;
  readonly attempt: SharingView['attempt'];
}

/** The people of a place with their roles. Those of what it lies in are changed there. */
export function MemberList({ members, newcomers, place, attempt }: MemberListProps) {
  const setRole = (personId: string, role: Role) =>
    void attempt(request(SetMemberRole, { personId, role, ...placeVariables(place) }));
  const remove = (personId: string) =>
    void attempt(request(RemoveMember, { personId, ...placeVariables(place) }));
  return (
    <section className={styles.section} aria-label={t('People')}>
      <h3 className={styles.heading}>{t('People')}</h3>
      {members.length === 0 && <p className={styles.note}>{t('Nobody has come in yet.')}</p>}
      <ul>
        {members.map((member) => {
          const { person, role } = member;
          const isHere = isOf(member, place);
          return (
            <Row key={keyOf(member)} person={person} note={isHere ? null : whence(member)}>
              {isHere ? (
                <>
                  <RoleSelect person={person} chosen={role} onRole={setRole} />
                  <Button
                    icon="trash"
                    aria-label={t('Remove {name}', { name: person.name })}
                    title={t('Their access ends at once')}
                    data-testid="remove-member"
                    onClick={() => remove(person.id)}
                  />
                </>
              ) : (
                <span className={styles.fixed}>{roleName(role)}</span>
              )}
            </Row>
          );
        })}
        {newcomers.map((person) => (
          <Row key={person.id} person={person} note={t('Signed in, and has no role yet')}>
            <RoleSelect person={person} chosen={null} onRole={setRole} />
          </Row>
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  readonly person: PersonFields;
  readonly note: string | null;
  readonly children: React.ReactNode;
}

function Row({ person, note, children }: RowProps) {
  const who = useWho();
  const isMe = who.kind === 'in' && who.me.person?.id === person.id;
  return (
    <li className={styles.row} data-testid="member-row" data-person={person.name}>
      <Avatar name={person.name} colour={person.colour} />
      <span className={styles.what}>
        <strong>
          {person.name}
          {isMe && <span className={styles.role}>{t('you')}</span>}
        </strong>
        {note && <small>{note}</small>}
      </span>
      {children}
    </li>
  );
}

interface RoleSelectProps {
  readonly person: PersonFields;
  readonly chosen: Role | null;
  readonly onRole: (personId: string, role: Role) => void;
}

function RoleSelect({ person, chosen, onRole }: RoleSelectProps) {
  return (
    <select
      className={styles.field}
      value={chosen ?? ''}
      aria-label={t('Role of {name}', { name: person.name })}
      data-testid="member-role"
      onChange={(event) => onRole(person.id, event.target.value as Role)}
    >
      {chosen === null && <option value="">{t('no role')}</option>}
      {ROLES.map((one) => (
        <option key={one} value={one}>
          {roleName(one)}
        </option>
      ))}
    </select>
  );
}

/** Somebody may have several roles, by several ways. */
function keyOf({ person, projectId, sessionId, linkId }: MemberFields): string {
  return [person.id, projectId, sessionId, linkId].join('/');
}

function whence({ projectId }: MemberFields): string {
  return projectId ? t('In the whole project') : t('On the whole server');
}
