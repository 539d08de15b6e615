import { useEffect, useRef } from 'react';
import { chordOf } from './chord';
import { heldKeys } from './held';
import { actionOf, type KeyAction } from './keymap';
import { keyMap } from './keyStore';

/** What a key does while another is held. */
const WITH_STOP: Partial<Record<string, KeyAction>> = {
  shuttleBack: 'previousFrame',
  shuttleForward: 'nextFrame',
};

/** Calls `onAction` for each shortcut; never while someone types, or a menu or dialog is open. */
export function useKeys(onAction: (action: KeyAction) => void): void {
  const latest = useRef(onAction);
  latest.current = onAction;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || keysAreTaken(event)) return;
      const action = actionOf(event, keyMap.get());
      if (action === null) return;
      event.preventDefault();
      if (waitsForRelease(action)) heldKeys.press(action);
      else if (!event.repeat || mayRepeat(action)) latest.current(whileStopIsHeld(action));
    };
    const onKeyUp = (event: KeyboardEvent) => {
      const action = actionOf(event, keyMap.get());
      if (action !== null && waitsForRelease(action) && heldKeys.release(action))
        latest.current(action);
      else if (chordOf(event) === null) heldKeys.forget(); // a modifier went: the chord is another now
    };
    const onBlur = () => heldKeys.forget();
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('keyup', onKeyUp);
    window.addEventListener('blur', onBlur);
    window.addEventListener('click', letGo);
    const leaveFields = letFieldsGo();
    return () => {
      leaveFields();
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('keyup', onKeyUp);
      window.removeEventListener('blur', onBlur);
      window.removeEventListener('click', letGo);
    };
  }, []);
}

/** Held, they mean something else: the hand that moves the picture, and single steps. */
function waitsForRelease(action: KeyAction): action is 'playPause' | 'shuttleStop' {
  return action === 'playPause' || action === 'shuttleStop';
}

function whileStopIsHeld(action: KeyAction): KeyAction {
  const other = typeof action === 'string' ? WITH_STOP[action] : undefined;
  return other && heldKeys.use('shuttleStop') ? other : action;
}

/** In a dialog, a menu or a field, and on a button that the key would press, keys mean something else. */
export function keysAreTaken(event: KeyboardEvent): boolean {
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

/**
 * A slider, a choice or a tick that was set with the mouse must not take the next keys either: it would change with them.
 * One that was reached by keys keeps them. Returns the way to stop.
 */
function letFieldsGo(): () => void {
  let byPointer = false;
  const onPointer = () => {
    byPointer = true;
  };
  const onKey = () => {
    byPointer = false;
  };
  const onChange = ({ target }: Event) => {
    if (!byPointer || !(target instanceof HTMLElement)) return;
    if (target.matches('select, input[type=range], input[type=checkbox]')) target.blur();
  };
  window.addEventListener('pointerdown', onPointer, true);
  window.addEventListener('keydown', onKey, true);
  window.addEventListener('change', onChange);
  return () => {
    window.removeEventListener('pointerdown', onPointer, true);
    window.removeEventListener('keydown', onKey, true);
    window.removeEventListener('change', onChange);
  };
}

function mayRepeat(action: KeyAction): boolean {
  if (action === 'shuttleBack' || action === 'shuttleForward')
    return heldKeys.isHeld('shuttleStop'); // else a held L would be at the fastest in no time
  return typeof action === 'string' && /Frame$|Ten$|Brush$|^zoom|^undo$|^redo$/.test(action);
}
