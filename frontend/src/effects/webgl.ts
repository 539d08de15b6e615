let found: boolean | undefined;

/** Whether this browser has WebGL2; tried once. */
export function hasWebGl(): boolean {
  if (found === undefined) {
    const gl = document.createElement('canvas').getContext('webgl2');
    found = gl !== null;
    gl?.getExtension('WEBGL_lose_context')?.loseContext();
  }
  return found;
}
