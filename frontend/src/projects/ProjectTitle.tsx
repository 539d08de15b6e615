import { useState } from 'react';
import type { ProjectFields } from '../api/generated';
import { t } from '../i18n/t';
import { NameField } from '../ui/NameField';
import page from '../ui/Page.module.css';
import styles from './Projects.module.css';
import { renameProject } from './projectActions';
import { projectTitle } from './projectTitle';

/** The name of the project; whoever may change it does so by a press on it. */
export function ProjectTitle({ project, reload }: { project: ProjectFields; reload: () => void }) {
  const [isNaming, setNaming] = useState(false);
  const title = projectTitle(project);
  if (isNaming) {
    return (
      <NameField
        name={title}
        label={t('Name of the project')}
        testId="project-name-field"
        className={`${page.find} ${styles.find}`}
        maxLength={200}
        onDone={(next) => {
          setNaming(false);
          const isNew = next !== null && next !== title && (next !== '' || project.isFirst);
          if (isNew) void renameProject(project.id, next, reload);
        }}
      />
    );
  }
  return (
    <h1 className={styles.name} data-testid="project-title">
      {project.may.includes('MANAGE') ? (
        <button type="button" title={t('Rename')} onClick={() => setNaming(true)}>
          {title}
        </button>
      ) : (
        title
      )}
    </h1>
  );
}
