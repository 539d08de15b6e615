import type { May, Role } from '../api/generated';
import { t } from '../i18n/t';

/** From the one who may least. */
export const ROLES: readonly Role[] = ['VIEWER', 'REVIEWER', 'ANNOTATOR', 'OWNER'];

export function roleName(role: Role): string {
  switch (role) {
    case 'VIEWER':
      return t('Viewer');
    case 'REVIEWER':
      return t('Reviewer');
    case 'ANNOTATOR':
      return t('Annotator');
    case 'OWNER':
      return t('Owner');
  }
}

export function roleNote(role: Role): string {
  switch (role) {
    case 'VIEWER':
      return t('Looks, plays and downloads; changes nothing.');
    case 'REVIEWER':
      return t('Comments, accepts and rejects; draws nothing.');
    case 'ANNOTATOR':
      return t('Clicks, draws, tracks, imports and comments.');
    case 'OWNER':
      return t('Does everything, and decides who else may.');
  }
}

/** What the role that each is named for may do beyond looking. */
const MARK: Readonly<Record<Role, May>> = {
  VIEWER: 'LOOK',
  REVIEWER: 'REVIEW',
  ANNOTATOR: 'EDIT',
  OWNER: 'MANAGE',
};

/** The roles that go no further than somebody who may do this. */
export function rolesWithin(may: readonly May[]): readonly Role[] {
  return ROLES.filter((role) => may.includes(MARK[role]));
}

/** Of somebody who may not edit: what the page says of them. null: they may. */
export function limitedTo(may: ReadonlySet<May>): 'VIEWER' | 'REVIEWER' | null {
  if (may.has('EDIT')) return null;
  return may.has('REVIEW') ? 'REVIEWER' : 'VIEWER';
}
