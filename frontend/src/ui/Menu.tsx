import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './Icon';
import styles from './Menu.module.css';
import { useDismiss } from './useDismiss';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly note?: string;
  readonly hint?: string | undefined; // the key that does the same
  readonly disabled?: boolean;
  readonly checked?: boolean;
  readonly run: () => void;
}

interface MenuProps {
  readonly label: string; // for screen readers
  /** What depends on more than the page that holds the menu is asked for when it opens. */
  readonly items: readonly MenuItem[] | (() => readonly MenuItem[]);
  readonly className: string | undefined;
  readonly children: ReactNode; // in the button
  readonly align?: 'start' | 'end';
  readonly direction?: 'up' | 'down';
  readonly disabled?: boolean;
  readonly testId?: string;
  readonly footer?: ReactNode;
}

/** A button with a menu: arrows move, Enter chooses, Esc and a press elsewhere close. */
export function Menu({ align = 'start', direction = 'down', ...props }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const menuId = useId();

  useDismiss(root, isOpen, () => setOpen(false));
  useEffect(() => {
    if (!isOpen) return;
    root.current?.querySelector<HTMLElement>('[role^=menuitem]:not(:disabled)')?.focus();
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    trigger.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOpen) return;
    event.stopPropagation();
    if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (event.key === 'ArrowDown') moveFocus(root.current, 1);
    else if (event.key === 'ArrowUp') moveFocus(root.current, -1);
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the menu inside
    <div
      ref={root}
      className={styles.root}
      onKeyDown={onKeyDown}
      data-menu-open={isOpen || undefined}
    >
      <button
        ref={trigger}
        type="button"
        className={props.className}
        aria-label={props.label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? menuId : undefined}
        disabled={props.disabled}
        data-testid={props.testId}
        onClick={() => setOpen(!isOpen)}
      >
        {props.children}
      </button>
      {isOpen && (
        <div
          id={menuId}
          role="menu"
          className={`${styles.menu} ${styles[align]} ${styles[direction]}`}
        >
          {itemsOf(props.items).map((item) => (
            <button
              key={item.id}
              type="button"
              role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
              {...(item.checked === undefined ? {} : { 'aria-checked': item.checked })}
              className={styles.item}
              disabled={item.disabled}
              data-testid={props.testId && `${props.testId}-${item.id}`}
              onClick={() => {
                close();
                item.run();
              }}
            >
              {item.checked !== undefined && (
                <span className={styles.check}>
                  {item.checked && <Icon name="check" size={16} />}
                </span>
              )}
              <span className={styles.text}>
                <span className={styles.label}>
                  {item.label}
                  {item.hint && <kbd className={styles.hint}>{item.hint}</kbd>}
                </span>
                {item.note && <span className={styles.note}>{item.note}</span>}
              </span>
            </button>
          ))}
          {props.footer}
        </div>
      )}
    </div>
  );
}

function itemsOf(items: MenuProps['items']): readonly MenuItem[] {
  return typeof items === 'function' ? items() : items;
}

function moveFocus(root: HTMLElement | null, by: number): void {
  const items = [...(root?.querySelectorAll<HTMLElement>('[role^=menuitem]:not(:disabled)') ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + by + items.length) % items.length]?.focus();
}
