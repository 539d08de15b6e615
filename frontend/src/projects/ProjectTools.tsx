import { lazy, Suspense, useState } from 'react';
import type { OneProjectResult } from '../api/generated';
import { t } from '../i18n/t';
import { ShareProjectButton } from '../team/ShareButton';
import { Button } from '../ui/Button';
import card from '../ui/Card.module.css';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import { deleteProject } from './projectActions';
import { projectTitle } from './projectTitle';

const ProjectClasses = lazy(async () => ({
  default: (await import('./ProjectClasses')).ProjectClasses,
}));
const ProjectExport = lazy(async () => ({
  default: (await import('./ProjectExport')).ProjectExport,
}));

type Dialog = 'classes' | 'export';

/** What can be done with the project as a whole. */
export function ProjectTools({
  project,
  reload,
}: {
  project: OneProjectResult['project'];
  reload: () => void;
}) {
  const [open, setOpen] = useState<Dialog | null>(null);
  const mayManage = project.may.includes('MANAGE');
  const close = () => setOpen(null);
  return (
    <>
      {mayManage && <ShareProjectButton projectId={project.id} />}
      {mayManage && (
        <Button icon="list" data-testid="project-classes" onClick={() => setOpen('classes')}>
          {t('Classes')}
        </Button>
      )}
      <Button
        icon="download"
        data-testid="export-project"
        title={t('All its masks as one file')}
        onClick={() => setOpen('export')}
      >
        {t('Export')}
      </Button>
      {mayManage && !project.isFirst && (
        <Menu
          label={t('More for {title}', { title: projectTitle(project) })}
          testId="project-menu"
          align="end"
          className={card.more}
          items={[
            {
              id: 'delete',
              label: t('Delete'),
              note: t('With its sessions; it can be brought back.'),
              run: () => void deleteProject(project.id, projectTitle(project)),
            },
          ]}
        >
          <Icon name="more" />
        </Menu>
      )}
      {open && (
        <Suspense>
          {open === 'classes' && (
            <ProjectClasses project={project} reload={reload} onClose={close} />
          )}
          {open === 'export' && <ProjectExport project={project} onClose={close} />}
        </Suspense>
      )}
    </>
  );
}
