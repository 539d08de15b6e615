/**
 * Which page this is. The server knows people by how they signed in; on an open server, where nobody does, a browser
 * is a person. So the browser's part is kept and the page's is not. Nobody else is told of either.
 */
const KEY = 'masklet.browser';
const WELL_FORMED = /^[A-Za-z0-9_-]{16,64}$/;

const pageId = randomId();
const browserId = keptId();

export const PAGE_HEADER: Readonly<Record<string, string>> = {
  'x-masklet-page': `${browserId}.${pageId}`,
};

function keptId(): string {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept && WELL_FORMED.test(kept)) return kept;
    const made = randomId();
    localStorage.setItem(KEY, made);
    return made;
  } catch {
    return randomId(); // a browser that keeps nothing: each of its pages is somebody
  }
}

/** Not `randomUUID`: pages that come over plain HTTP on a LAN do not have it. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
