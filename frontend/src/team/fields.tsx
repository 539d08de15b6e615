import type { Role } from '../api/generated';
import { t } from '../i18n/t';
import { LIFETIMES_S, type LifetimeS, lifetimeText } from './expiry';
import { roleName } from './roles';
import styles from './Team.module.css';

interface RoleFieldProps {
  readonly label: string;
  readonly role: Role;
  readonly roles: readonly Role[];
  readonly testId: string;
  readonly onChange: (role: Role) => void;
}

/** What a link or a token lets its holder do. */
export function RoleField({ label, role, roles, testId, onChange }: RoleFieldProps) {
  return (
    <label>
      {label}
      <select
        className={styles.field}
        value={role}
        data-testid={testId}
        onChange={(event) => onChange(event.target.value as Role)}
      >
        {roles.map((one) => (
          <option key={one} value={one}>
            {roleName(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface LifetimeFieldProps {
  readonly lifetimeS: LifetimeS;
  readonly testId: string;
  readonly onChange: (lifetimeS: LifetimeS) => void;
}

/** How long it does. */
export function LifetimeField({ lifetimeS, testId, onChange }: LifetimeFieldProps) {
  return (
    <label>
      {t('It is good for')}
      <select
        className={styles.field}
        value={String(lifetimeS)}
        data-testid={testId}
        onChange={(event) => {
          const chosen = LIFETIMES_S.find((one) => String(one) === event.target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {LIFETIMES_S.map((one) => (
          <option key={String(one)} value={String(one)}>
            {lifetimeText(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
