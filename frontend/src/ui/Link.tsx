import type { AnchorHTMLAttributes } from 'react';
import { navigate } from '../app/router';

/** A link within the app: a press stays in the page, and with a key held opens a tab as any link does. */
export function Link({ to, ...rest }: { to: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  return (
    <a
      href={to}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        navigate(to);
      }}
      {...rest}
    />
  );
}
