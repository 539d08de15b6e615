import { t } from '../i18n/t';
import { who } from '../team/who';

const LOCAL = 'local'; // whoever sits at the server's own machine, or has its key: nobody gave them a name

/** What a person is called on the page. */
export function nameOf(person: { readonly id: string; readonly name: string }): string {
  if (person.id !== LOCAL) return person.name;
  const now = who.get();
  const isMe = now.kind !== 'in' || now.me.person?.id === LOCAL;
  return isMe ? t('You') : t('Owner');
}
