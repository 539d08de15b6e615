import styles from './Avatar.module.css';
import { initials } from './initials';

/** A person as a disc in their colour; decoration only, so the control around it carries the name. */
export function Avatar({ name, colour }: { name: string; colour: string }) {
  return (
    <span
      className={styles.avatar}
      style={{ '--colour': colour } as React.CSSProperties}
      data-letters={initials(name)}
      aria-hidden="true"
    />
  );
}
