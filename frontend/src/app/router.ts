import { useSyncExternalStore } from 'react';

export type Route =
  | { readonly page: 'gallery' }
  | { readonly page: 'sessions' }
  | { readonly page: 'session'; readonly sessionId: string }
  | { readonly page: 'unknown' };

export function routeOf(path: string): Route {
  if (path === '/' || path === '') return { page: 'gallery' };
  if (/^\/sessions\/?$/.test(path)) return { page: 'sessions' };
  const match = /^\/s\/([^/]+)\/?$/.exec(path);
  if (!match?.[1]) return { page: 'unknown' };
  return { page: 'session', sessionId: safeDecode(match[1]) };
}

export function sessionPath(sessionId: string): string {
  return `/s/${encodeURIComponent(sessionId)}`;
}

export const SESSIONS_PATH = '/sessions';

const listeners = new Set<() => void>();

export function navigate(path: string): void {
  window.history.pushState(null, '', path);
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
