import { useEffect, useRef } from 'react';
import styles from './ObjectDetails.module.css';

interface ColourFieldProps {
  readonly value: string; // #rrggbb
  readonly label: string;
  readonly disabled: boolean;
  readonly onColour: (colour: string) => void;
}

/**
 * A colour, told once it is chosen. React's `onChange` hears every shade that the pointer crosses on the way, and
 * each would be a change to send and to undo; the browser's own `change` comes when the picker closes.
 */
export function ColourField({ value, label, disabled, onColour }: ColourFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const tell = useRef(onColour);
  tell.current = onColour;

  useEffect(() => {
    const input = field.current;
    const onChange = () => input && tell.current(input.value);
    input?.addEventListener('change', onChange);
    return () => input?.removeEventListener('change', onChange);
  }, []);
  useEffect(() => {
    if (field.current) field.current.value = value; // also what undo or somebody else made of it
  }, [value]);

  return (
    <input
      ref={field}
      type="color"
      className={styles.colour}
      defaultValue={value}
      disabled={disabled}
      aria-label={label}
      data-testid="object-colour"
    />
  );
}
