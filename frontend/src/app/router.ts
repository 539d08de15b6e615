import { useSyncExternalStore } from 'react';

export type Route =
  | { readonly page: 'gallery' }
  | { readonly page: 'sessions' }
  | { readonly page: 'join' }
  | { readonly page: 'session'; readonly sessionId: string }
  | { readonly page: 'projects' }
  | { readonly page: 'review' }
  | { readonly page: 'project'; readonly projectId: string }
  | { readonly page: 'unknown' };

export function routeOf(path: string): Route {
  if (path === '/' || path === '') return { page: 'gallery' };
  if (/^\/sessions\/?$/.test(path)) return { page: 'sessions' };
  if (/^\/projects\/?$/.test(path)) return { page: 'projects' };
  if (/^\/review\/?$/.test(path)) return { page: 'review' };
  if (/^\/join\/?$/.test(path)) return { page: 'join' };
  const [, kind, id] = /^\/([sp])\/([^/]+)\/?$/.exec(path) ?? [];
  if (!id) return { page: 'unknown' };
  if (kind === 'p') return { page: 'project', projectId: safeDecode(id) };
  return { page: 'session', sessionId: safeDecode(id) };
}

export function sessionPath(sessionId: string): string {
  return `/s/${encodeURIComponent(sessionId)}`;
}

export function projectPath(projectId: string): string {
  return `/p/${encodeURIComponent(projectId)}`;
}

export const SESSIONS_PATH = '/sessions';
export const PROJECTS_PATH = '/projects';
export const REVIEW_PATH = '/review';

const listeners = new Set<() => void>();

export function navigate(path: string): void {
  window.history.pushState(null, '', path);
  tell();
}

/** As `navigate`, but Back does not lead here again. */
export function replacePath(path: string): void {
  window.history.replaceState(null, '', path);
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
