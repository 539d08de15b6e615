import { useEffect, useState } from 'react';
import { request } from '../api/client';
import { type ProjectFields, Projects } from '../api/generated';
import { projectPath } from '../app/router';
import { LanguageMenu } from '../i18n/LanguageMenu';
import { t } from '../i18n/t';
import { Bin } from '../sessions/Bin';
import { PersonMenu } from '../team/PersonMenu';
import { useWho } from '../team/who';
import { Button } from '../ui/Button';
import card from '../ui/Card.module.css';
import { Icon } from '../ui/Icon';
import { Link } from '../ui/Link';
import { Logo } from '../ui/Logo';
import { NameField } from '../ui/NameField';
import page from '../ui/Page.module.css';
import { ProgressBar } from './ProgressBar';
import styles from './Projects.module.css';
import { createProject, restoreProject } from './projectActions';
import { projectTitle } from './projectTitle';
import { useAnswer } from './useAnswer';

/** All projects that one may see, with how far each is; and the deleted ones. */
export function ProjectsPage() {
  const { result, error, reload } = useAnswer(
    () => request(Projects, {}),
    () => null,
  );
  const [isNaming, setNaming] = useState(false);
  useEffect(() => {
    document.title = `${t('Projects')} · Masklet`;
  }, []);
  const who = useWho();
  const mayCreate = who.kind === 'in' && who.me.may.includes('MANAGE');
  const restorable = result?.deletedProjects.filter(({ may }) => may.includes('MANAGE')) ?? [];
  return (
    <main className={page.page} data-testid="projects-page">
      <header className={page.header}>
        <Logo />
        <h1>{t('Projects')}</h1>
        <span className={page.space} />
        {mayCreate && !isNaming && (
          <Button
            look="primary"
            icon="plus"
            data-testid="new-project"
            onClick={() => setNaming(true)}
          >
            {t('New project')}
          </Button>
        )}
        {isNaming && (
          <NameField
            name=""
            label={t('Name of the project')}
            testId="project-name-field"
            className={`${page.find} ${styles.find}`}
            maxLength={200}
            onDone={(title) => {
              setNaming(false);
              if (title) void createProject(title);
            }}
          />
        )}
        <LanguageMenu />
        <PersonMenu />
      </header>
      {error && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
      <div className={styles.grid}>
        {result?.projects.map((project) => (
          <ProjectCard key={project.id} project={project} />
        ))}
      </div>
      {restorable.length > 0 && (
        <Bin
          title={t('Deleted projects')}
          note={t('They are kept for thirty days, with their sessions.')}
          things={restorable.map((one) => ({ id: one.id, title: projectTitle(one) }))}
          kind="project"
          onRestore={(id) => void restoreProject(id, reload)}
        />
      )}
    </main>
  );
}

function ProjectCard({ project }: { project: ProjectFields }) {
  const { progress, covers } = project;
  const title = projectTitle(project);
  return (
    <Link
      to={projectPath(project.id)}
      className={`${card.card} ${styles.card}`}
      data-testid="project-card"
      data-project={project.id}
    >
      <span className={styles.covers} data-count={covers.length}>
        {covers.map((url) => (
          <img key={url} src={url} alt="" loading="lazy" draggable={false} />
        ))}
        {covers.length === 0 && <Icon name="film" size={28} />}
      </span>
      <div className={styles.words}>
        <span className={card.title} title={title}>
          {title}
        </span>
        <span className={card.detail}>{amount(progress.sessions, progress.objects)}</span>
        <ProgressBar progress={progress} />
      </div>
    </Link>
  );
}

/** "3 sessions · 12 objects" */
export function amount(sessions: number, objects: number): string {
  const s = sessions === 1 ? t('1 session') : t('{count} sessions', { count: sessions });
  const o = objects === 1 ? t('1 object') : t('{count} objects', { count: objects });
  return `${s} · ${o}`;
}
