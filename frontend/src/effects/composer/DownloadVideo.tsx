import type { Workspace } from '../../app/workspace';

export function DownloadVideo(_: { workspace: Workspace }) {
  return null;
}
