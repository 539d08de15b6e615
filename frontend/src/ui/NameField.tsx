import { type KeyboardEvent, useEffect, useRef } from 'react';

interface NameFieldProps {
  readonly name: string;
  readonly label: string; // for screen readers
  readonly testId: string;
  readonly className: string | undefined;
  readonly maxLength: number;
  /** The new name, tidied; null where Escape was pressed. */
  readonly onDone: (next: string | null) => void;
}

/** A name that is being changed: Enter and leaving keep it, Escape does not. */
export function NameField({ name, label, testId, className, maxLength, onDone }: NameFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useEffect(() => {
    field.current?.select();
  }, []);
  const finish = (next: string | null) => {
    if (done.current) return; // Enter takes the field away, which blurs it
    done.current = true;
    onDone(next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') finish(event.currentTarget.value.trim());
    if (event.key === 'Escape') finish(null);
    event.stopPropagation();
  };
  return (
    <input
      ref={field}
      className={className}
      defaultValue={name}
      maxLength={maxLength}
      aria-label={label}
      data-testid={testId}
      onKeyDown={onKeyDown}
      onBlur={(event) => finish(event.currentTarget.value.trim())}
    />
  );
}
