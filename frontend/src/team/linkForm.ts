import type { Role } from '../api/generated';
import { A_WEEK_S, type LifetimeS } from './expiry';
import { type Place, placeVariables } from './place';

/** A link that is being made. */
export interface LinkForm {
  readonly role: Role;
  readonly lifetimeS: LifetimeS;
  readonly maxUses: string; // as typed; empty: as often as one likes
  readonly passphrase: string; // empty: none
  readonly label: string;
}

export const NEW_LINK: LinkForm = {
  role: 'ANNOTATOR',
  lifetimeS: A_WEEK_S,
  maxUses: '',
  passphrase: '',
  label: '',
};

/** null: not to be sent yet, for the number of uses is none. */
export function linkVariables(form: LinkForm, place: Place) {
  const uses = form.maxUses.trim();
  if (!/^(|[1-9]\d{0,5})$/.test(uses)) return null;
  return {
    ...placeVariables(place),
    role: form.role,
    label: form.label.trim(),
    expiresInS: form.lifetimeS,
    maxUses: uses === '' ? null : Number(uses),
    passphrase: form.passphrase === '' ? null : form.passphrase,
  };
}
