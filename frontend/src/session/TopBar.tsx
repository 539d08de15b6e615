import { lazy, Suspense, useState } from 'react';
import type { Workspace } from '../app/workspace';
import { DiscussionButton } from '../discussion/DiscussionButton';
import { t } from '../i18n/t';
import { useWithKey } from '../keys/keyHint';
import { HereList } from '../presence/HereList';
import { ProjectCrumb } from '../projects/ProjectCrumb';
import { ViewMenu } from '../stage/ViewMenu';
import { useMay } from '../team/capabilities';
import { PersonMenu } from '../team/PersonMenu';
import { RoleBadge } from '../team/RoleBadge';
import { ShareButton } from '../team/ShareButton';
import { Button } from '../ui/Button';
import { Logo } from '../ui/Logo';
import { EngineBadge } from './EngineBadge';
import { HistoryButtons } from './HistoryButtons';
import styles from './TopBar.module.css';

const ExchangeDialog = lazy(async () => ({
  default: (await import('../exchange/ExchangeDialog')).ExchangeDialog,
}));

interface TopBarProps {
  readonly workspace: Workspace;
  readonly onHelp: () => void;
  readonly showsEffects: boolean;
  readonly onEffects: () => void;
}

/** The video's name, the engine, undo, the link, and the way out and in for masks. */
export function TopBar({ workspace, onHelp, showsEffects, onEffects }: TopBarProps) {
  const { info } = workspace.session;
  const mayEdit = useMay(workspace, 'EDIT');
  const withKey = useWithKey();
  return (
    <header className={styles.bar}>
      <Logo small />
      <ProjectCrumb projectId={info.projectId} />
      <h1 className={styles.title} title={info.title || info.video.title}>
        {info.title || info.video.title}
      </h1>
      <EngineBadge workspace={workspace} />
      <RoleBadge workspace={workspace} />
      <span className={styles.space} />
      <HereList workspace={workspace} />
      {mayEdit && <HistoryButtons workspace={workspace} />}
      {mayEdit && <span className={styles.rule} />}
      <DiscussionButton workspace={workspace} />
      <Button icon="sparkle" aria-pressed={showsEffects} data-testid="effects" onClick={onEffects}>
        {t('Effects')}
      </Button>
      <ViewMenu workspace={workspace} />
      <ShareButton workspace={workspace} />
      <Exchange workspace={workspace} />
      <Button
        icon="help"
        aria-label={t('Keyboard shortcuts')}
        title={withKey(t('Keys and clicks'), 'help')}
        data-testid="help"
        onClick={onHelp}
      />
      <PersonMenu />
    </header>
  );
}

/** Opens the dialog through which masks leave and come back. */
function Exchange({ workspace }: { workspace: Workspace }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        icon="download"
        title={t('Export and import')}
        data-testid="export"
        onClick={() => setOpen(true)}
      >
        {t('Export')}
      </Button>
      {isOpen && (
        <Suspense>
          <ExchangeDialog workspace={workspace} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
