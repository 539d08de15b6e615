import { useEffect, useRef } from 'react';
import { actionOf, type KeyAction } from './keymap';

/** Calls `onAction` for each shortcut; never while someone types, or a menu or dialog is open. */
export function useKeys(onAction: (action: KeyAction) => void): void {
  const latest = useRef(onAction);
  latest.current = onAction;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTaken(event)) return;
      const action = actionOf(event);
      if (action === null || (event.repeat && !mayRepeat(action))) return;
      event.preventDefault();
      latest.current(action);
    };
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('click', letGo);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('click', letGo);
    };
  }, []);
}

function isTaken(event: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open], [data-menu-open]')) return true;
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (target?.isContentEditable || target?.matches('input, textarea, select')) return true;
  return (event.key === ' ' || event.key === 'Enter') && Boolean(target?.closest('button, a'));
}

/** A button that was clicked with the mouse must not take the next Space. */
function letGo(event: MouseEvent): void {
  const { activeElement } = document;
  if (event.detail === 0 || !(activeElement instanceof HTMLButtonElement)) return;
  if (activeElement.contains(event.target as Node)) activeElement.blur();
}

function mayRepeat(action: KeyAction): boolean {
  return typeof action === 'string' && /Frame$|Ten$|Brush$|^undo$|^redo$/.test(action);
}
