import { request } from '../api/client';
import {
  AssignSession,
  CreateProject,
  CreateSession,
  DeleteProject,
  MoveSession,
  RenameProject,
  RestoreProject,
} from '../api/generated';
import { notify, notifyError } from '../app/notices';
import { navigate, PROJECTS_PATH, projectPath, sessionPath } from '../app/router';
import { t } from '../i18n/t';

type Reload = () => void;

const UNDO_S = 10;

/** Made, it is opened. */
export async function createProject(title: string): Promise<void> {
  try {
    navigate(projectPath((await request(CreateProject, { title })).createProject.id));
  } catch (thrown) {
    notifyError(thrown);
  }
}

export function renameProject(projectId: string, title: string, reload: Reload): Promise<void> {
  return done(request(RenameProject, { projectId, title }), reload);
}

export function restoreProject(projectId: string, reload: Reload): Promise<void> {
  return done(request(RestoreProject, { projectId }), reload);
}

/** Its sessions go with it. It can be brought back: at once by the notice, later from the projects' page. */
export async function deleteProject(projectId: string, title: string): Promise<void> {
  try {
    await request(DeleteProject, { projectId });
  } catch (thrown) {
    notifyError(thrown);
    return;
  }
  const undo = () => void restoreProject(projectId, () => navigate(projectPath(projectId)));
  navigate(PROJECTS_PATH);
  notify(
    {
      tone: 'info',
      text: t('{name} removed.', { name: title }),
      action: { label: t('Undo'), run: undo },
    },
    UNDO_S,
  );
}

/** A session on a video, in the project; made, it is opened. */
export async function openVideo(
  videoId: string,
  engineId: string | null,
  projectId: string,
): Promise<void> {
  try {
    const { createSession } = await request(CreateSession, { videoId, engineId, projectId });
    navigate(sessionPath(createSession.id));
  } catch (thrown) {
    notifyError(thrown);
  }
}

/** Undo brings it back to where it was; whoever it was assigned to is not remembered. */
export async function moveSession(
  sessionId: string,
  from: string,
  to: { readonly id: string; readonly title: string },
  reload: Reload,
): Promise<void> {
  const move = (projectId: string) => request(MoveSession, { sessionId, projectId });
  await done(
    move(to.id).then(() => {
      const undo = { label: t('Undo'), run: () => void done(move(from), reload) };
      notify(
        { tone: 'info', text: t('Moved to {name}.', { name: to.title }), action: undo },
        UNDO_S,
      );
    }),
    reload,
  );
}

export function assignSession(
  sessionId: string,
  personId: string | null,
  reload: Reload,
): Promise<void> {
  return done(request(AssignSession, { sessionId, personId }), reload);
}

async function done(asked: Promise<unknown>, reload: Reload): Promise<void> {
  try {
    await asked;
  } catch (thrown) {
    notifyError(thrown);
  }
  reload();
}
