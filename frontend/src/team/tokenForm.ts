import type { May, Role, TokensResult } from '../api/generated';
import { t } from '../i18n/t';
import { projectTitle } from '../projects/projectTitle';
import { A_WEEK_S, type LifetimeS } from './expiry';
import { isOf, type Place, placeVariables } from './place';
import { rolesWithin } from './roles';

/** A token that is being made. */
export interface TokenForm {
  readonly name: string;
  readonly role: Role;
  readonly place: string; // the id of one of `tokenPlaces`
  readonly lifetimeS: LifetimeS;
}

export const NEW_TOKEN: TokenForm = { name: '', role: 'ANNOTATOR', place: '', lifetimeS: A_WEEK_S };

export interface TokenPlace {
  readonly id: string; // for the list only
  readonly name: string;
  readonly place: Place;
  readonly may: readonly May[]; // what this person may do there: a token may do no more
}

/** Where this person may have a program work: the whole server, for who has a role on it; and all that they see. */
export function tokenPlaces({ me, projects, sessions }: TokensResult): readonly TokenPlace[] {
  const server = { id: 'server', name: t('The whole server'), place: {}, may: me.may };
  return [
    ...(me.may.length > 0 ? [server] : []),
    ...projects.map((project) => ({
      id: `project:${project.id}`,
      name: t('Project “{name}”', { name: projectTitle(project) }),
      place: { projectId: project.id },
      may: project.may,
    })),
    ...sessions.map((session) => ({
      id: `session:${session.id}`,
      name: session.title || session.video.title,
      place: { sessionId: session.id },
      may: session.may,
    })),
  ];
}

/** What the place of a token is called; null where its person sees it no more. */
export function placeName(
  token: TokensResult['apiTokens'][number],
  places: readonly TokenPlace[],
): string | null {
  return places.find(({ place }) => isOf(token, place))?.name ?? null;
}

/** null: not to be sent yet, for it has no name or no place. */
export function tokenVariables(form: TokenForm, places: readonly TokenPlace[]) {
  const chosen = places.find((one) => one.id === form.place);
  const name = form.name.trim();
  if (!chosen || name === '') return null;
  const role = roleIn(form, chosen);
  return { ...placeVariables(chosen.place), name, role, expiresInS: form.lifetimeS };
}

/** The role that was chosen, or the highest that there is in this place. */
export function roleIn(form: TokenForm, place: TokenPlace): Role {
  const roles = rolesWithin(place.may);
  return roles.includes(form.role) ? form.role : (roles.at(-1) ?? 'VIEWER');
}
