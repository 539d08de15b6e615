import { useStore } from '../app/store';
import { CATALOGUES, type Message } from './catalogues';
import { type Language, language } from './language';

export type { Message } from './catalogues';

export type Values = Readonly<Record<string, string | number>>;

/** A sentence in the language of the interface; `{name}` in it stands for `values.name`. */
export function t(message: Message, values?: Values): string {
  return said(language.get(), message, values);
}

export function said(lang: Language, message: Message, values: Values = {}): string {
  const text: string = lang === 'en' ? message : CATALOGUES[lang][message];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Renders anew when the language changes. */
export function useLanguage(): Language {
  return useStore(language, (now) => now);
}
