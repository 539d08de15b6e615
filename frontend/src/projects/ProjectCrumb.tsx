import { useEffect, useState } from 'react';
import { request } from '../api/client';
import { ProjectNames } from '../api/generated';
import { projectPath } from '../app/router';
import { Link } from '../ui/Link';
import { FIRST_PROJECT } from './newWork';
import styles from './ProjectCrumb.module.css';
import { projectTitle } from './projectTitle';

/** The way back to the session's project; nothing for those of the first one, or where one may not see it. */
export function ProjectCrumb({ projectId }: { projectId: string }) {
  const [title, setTitle] = useState<string | null>(null);
  useEffect(() => {
    if (projectId === FIRST_PROJECT) return;
    let isHere = true;
    request(ProjectNames, {})
      .then(({ projects }) => {
        const found = projects.find(({ id }) => id === projectId);
        if (isHere && found) setTitle(projectTitle(found));
      })
      .catch(() => {}); // the session goes without it
    return () => {
      isHere = false;
    };
  }, [projectId]);
  if (title === null) return null;
  return (
    <>
      <Link
        to={projectPath(projectId)}
        className={styles.crumb}
        data-testid="project-crumb"
        title={title}
      >
        {title}
      </Link>
      <span className={styles.slash} aria-hidden="true">
        /
      </span>
    </>
  );
}
