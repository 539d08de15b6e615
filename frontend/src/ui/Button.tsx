import type { ButtonHTMLAttributes, ReactNode } from 'react';
import styles from './Button.module.css';
import { Icon, type IconName } from './Icon';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'primary' | 'plain' | 'outlined';
  icon?: IconName;
  children?: ReactNode;
}

export function Button({ look = 'plain', icon, children, className, ...rest }: ButtonProps) {
  const names = [styles.button, styles[look], children === undefined && styles.square, className];
  return (
    <button type="button" className={names.filter(Boolean).join(' ')} {...rest}>
      {icon && <Icon name={icon} />}
      {icon && children !== undefined ? <span data-word>{children}</span> : children}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink({
  href,
  icon,
  children,
  ...rest
}: {
  href: string;
  icon?: IconName;
  children: ReactNode;
  download?: boolean;
  title?: string;
  onClick?: React.MouseEventHandler<HTMLAnchorElement>;
  'data-testid'?: string;
}) {
  return (
    <a className={`${styles.button} ${styles.plain}`} href={href} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}
