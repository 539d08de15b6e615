import { t } from '../i18n/t';

const LOCAL = 'local'; // whoever sits at an open server, where nobody has a name

/** What a person is called on the page. */
export function nameOf(person: { readonly id: string; readonly name: string }): string {
  return person.id === LOCAL ? t('You') : person.name;
}
