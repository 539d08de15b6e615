import { useEffect, useState } from 'react';
import { request } from '../api/client';
import { type EngineFields, OneProject, type OneProjectResult } from '../api/generated';
import { PROJECTS_PATH } from '../app/router';
import { useStore } from '../app/store';
import { DropZone } from '../gallery/DropZone';
import { EngineMenu } from '../gallery/EngineMenu';
import { chosenEngine, engineChoice } from '../gallery/engineChoice';
import { UploadCard } from '../gallery/UploadCard';
import { startUpload, uploads } from '../gallery/uploads';
import { VideoCard } from '../gallery/VideoCard';
import { LanguageMenu } from '../i18n/LanguageMenu';
import { t } from '../i18n/t';
import { PersonMenu } from '../team/PersonMenu';
import card from '../ui/Card.module.css';
import { Link } from '../ui/Link';
import { Logo } from '../ui/Logo';
import { MessagePage } from '../ui/MessagePage';
import frame from '../ui/Page.module.css';
import { ProgressBar } from './ProgressBar';
import { ProjectSessions } from './ProjectSessions';
import styles from './Projects.module.css';
import { amount } from './ProjectsPage';
import { ProjectTitle } from './ProjectTitle';
import { ProjectTools } from './ProjectTools';
import { openVideo } from './projectActions';
import { projectTitle } from './projectTitle';
import { useAnswer } from './useAnswer';

const IMPORTING_MS = 700;
const WORKING_MS = 10_000; // others work in it, and tracking goes on

/** A project: its sessions and how far each is, its videos, its classes, its export. */
export function ProjectPage({ projectId }: { projectId: string }) {
  const { result, error, isMissing, reload } = useAnswer(
    () => request(OneProject, { id: projectId }),
    ({ projectVideos }) =>
      projectVideos.some((video) => video.state === 'IMPORTING') ? IMPORTING_MS : WORKING_MS,
  );
  const title = result ? projectTitle(result.project) : '';
  useEffect(() => {
    if (title) document.title = `${title} · Masklet`;
  }, [title]);
  if (isMissing) {
    return (
      <MessagePage
        title={t('This project does not exist')}
        text={t('It may have been deleted, or the link is cut off.')}
      />
    );
  }
  if (!result) {
    return (
      <main className={frame.page} data-testid="project-page">
        {error && (
          <p className={styles.error} role="alert">
            {error}
          </p>
        )}
      </main>
    );
  }
  return <Project key={projectId} found={result} error={error} reload={reload} />;
}

interface ProjectProps {
  readonly found: OneProjectResult;
  readonly error: string | null;
  readonly reload: () => void;
}

function Project({ found, error, reload }: ProjectProps) {
  const { project, projectSessions, projectPeople, engines } = found;
  const mayEdit = project.may.includes('EDIT');
  const onFiles = (files: readonly File[]) => {
    for (const file of files) void startUpload(file, reload, project.id);
  };
  const page = (panel: React.ReactNode) => (
    <main className={frame.page} data-testid="project-page" data-project={project.id}>
      <header className={frame.header}>
        <Logo />
        <Link to={PROJECTS_PATH} className={styles.crumb} data-testid="all-projects">
          {t('Projects')}
        </Link>
        <span className={styles.slash} aria-hidden="true">
          /
        </span>
        <ProjectTitle project={project} reload={reload} />
        <span className={frame.space} />
        <ProjectTools project={project} reload={reload} />
        {mayEdit && engines.length > 0 && <EngineMenu engines={engines} />}
        <LanguageMenu />
        <PersonMenu />
      </header>
      <div className={styles.summary} data-testid="project-progress">
        <span className={card.detail}>
          {amount(project.progress.sessions, project.progress.objects)}
        </span>
        <ProgressBar progress={project.progress} isLarge />
      </div>
      {error && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
      <ProjectSessions
        project={project}
        sessions={projectSessions}
        people={projectPeople}
        reload={reload}
      />
      {mayEdit && <Videos found={found} panel={panel} engines={engines} />}
    </main>
  );
  return <DropZone onFiles={mayEdit ? onFiles : null}>{page}</DropZone>;
}

/** The videos that were uploaded to it, and a place for more: a press begins a session on one. */
function Videos({
  found,
  panel,
  engines,
}: {
  found: OneProjectResult;
  panel: React.ReactNode;
  engines: readonly EngineFields[];
}) {
  const sending = useStore(uploads, (items) => items);
  const [isOpening, setOpening] = useState(false);
  const { project, projectVideos } = found;
  const open = async (videoId: string) => {
    if (isOpening) return;
    setOpening(true);
    const engine = chosenEngine(engines, engineChoice.get());
    await openVideo(videoId, engine?.id ?? null, project.id);
    setOpening(false);
  };
  return (
    <section className={styles.section} aria-label={t('New session')} data-testid="project-videos">
      <h2>{t('New session')}</h2>
      {panel}
      <div className={styles.videos}>
        {sending
          .filter((item) => item.projectId === project.id)
          .map((item) => (
            <UploadCard key={item.key} item={item} />
          ))}
        {projectVideos.map((video) => (
          <VideoCard key={video.id} video={video} onOpen={() => void open(video.id)} />
        ))}
      </div>
    </section>
  );
}
