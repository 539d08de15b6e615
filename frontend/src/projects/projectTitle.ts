import { t } from '../i18n/t';

/** What a project is called; the first one goes without a name until somebody gives it one. */
export function projectTitle({ title }: { readonly title: string }): string {
  return title || t('First project');
}
