import { useState } from 'react';
import { request } from '../api/client';
import { type PersonFields, type ProjectFields, ProjectNames } from '../api/generated';
import { notifyError } from '../app/notices';
import { t } from '../i18n/t';
import { FindSession } from '../sessions/FindSession';
import { SessionCard } from '../sessions/SessionCard';
import { Button } from '../ui/Button';
import page from '../ui/Page.module.css';
import { AssigneeMenu } from './AssigneeMenu';
import { MoveDialog, type Named } from './MoveDialog';
import { ProgressBar } from './ProgressBar';
import styles from './Projects.module.css';
import { assignSession, moveSession } from './projectActions';
import { type ProjectSession, shownSessions, type Whose } from './projectList';
import { projectTitle } from './projectTitle';

const AT_ONCE = 60; // cards that are drawn before one asks for more

interface ProjectSessionsProps {
  readonly project: ProjectFields;
  readonly sessions: readonly ProjectSession[];
  readonly people: readonly PersonFields[];
  readonly reload: () => void;
}

/** The sessions of a project: found by name and by who is to do them, assigned, moved, and how far each is. */
export function ProjectSessions({ project, sessions, people, reload }: ProjectSessionsProps) {
  const [wanted, setWanted] = useState('');
  const [whose, setWhose] = useState<Whose>('all');
  const [most, setMost] = useState(AT_ONCE);
  const shown = shownSessions(sessions, wanted, whose);
  if (sessions.length === 0) {
    return (
      <p className={styles.empty} data-testid="no-sessions">
        {t('There is no session in this project yet.')}
      </p>
    );
  }
  const isTeam = people.length > 1 || sessions.some((one) => one.assigneeIds.length > 0);
  return (
    <section className={styles.section} aria-label={t('Sessions')}>
      <div className={styles.bar}>
        <h2>{t('Sessions')}</h2>
        <span className={page.space} />
        {isTeam && <WhoseSwitch whose={whose} onChange={setWhose} />}
        <FindSession wanted={wanted} onChange={setWanted} />
      </div>
      {shown.length === 0 && <p className={styles.empty}>{t('No session is like that.')}</p>}
      <div className={styles.grid}>
        {shown.slice(0, most).map((one) => (
          <Card key={one.session.id} one={one} project={project} people={people} reload={reload} />
        ))}
      </div>
      {shown.length > most && (
        <Button
          look="outlined"
          className={styles.further}
          data-testid="more-sessions"
          onClick={() => setMost(most + AT_ONCE)}
        >
          {t('Show {count} more', { count: Math.min(AT_ONCE, shown.length - most) })}
        </Button>
      )}
    </section>
  );
}

function WhoseSwitch({ whose, onChange }: { whose: Whose; onChange: (whose: Whose) => void }) {
  const names = { all: t('All'), mine: t('Mine'), nobody: t('Nobody’s') };
  return (
    <fieldset className={styles.switch} aria-label={t('Whose sessions')}>
      {(['all', 'mine', 'nobody'] as const).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={whose === one}
          data-testid={`whose-${one}`}
          onClick={() => onChange(one)}
        >
          {names[one]}
        </button>
      ))}
    </fieldset>
  );
}

interface CardProps extends Omit<ProjectSessionsProps, 'sessions'> {
  readonly one: ProjectSession;
}

function Card({ one, project, people, reload }: CardProps) {
  const { session, progress, assigneeIds } = one;
  const [targets, setTargets] = useState<readonly Named[] | null>(null);
  const mayManage = project.may.includes('MANAGE');
  const choose = () =>
    request(ProjectNames, {})
      .then(({ projects }) =>
        setTargets(
          projects
            .filter(({ id, may }) => id !== project.id && may.includes('EDIT'))
            .map((other) => ({ id: other.id, title: projectTitle(other) })),
        ),
      )
      .catch(notifyError);
  const move = { id: 'move', label: t('Move to…'), run: () => void choose() };
  return (
    <>
      <SessionCard
        session={session}
        reload={reload}
        more={mayManage ? [move] : []}
        corner={
          <AssigneeMenu
            people={people}
            chosen={session.assigneeId}
            others={assigneeIds.filter((id) => id !== session.assigneeId)}
            mayAssign={mayManage}
            onChoose={(personId) => void assignSession(session.id, personId, reload)}
          />
        }
      >
        <ProgressBar progress={progress} />
      </SessionCard>
      {targets && (
        <MoveDialog
          targets={targets}
          onClose={() => setTargets(null)}
          onChoose={(target) => void moveSession(session.id, project.id, target, reload)}
        />
      )}
    </>
  );
}
