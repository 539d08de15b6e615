import { useEffect, useState } from 'react';
import { request } from '../api/client';
import {
  AssignObject,
  type May,
  type ObjectFields,
  type PersonFields,
  ProjectNames,
  ProjectPeople,
} from '../api/generated';
import { notifyError } from '../app/notices';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { AssigneeMenu } from './AssigneeMenu';
import styles from './Projects.module.css';

interface Team {
  readonly people: readonly PersonFields[];
  readonly may: readonly May[];
}

/** Who is to do an object; whoever leads the project says so here. The feed brings it to the others. */
export function ObjectAssignee({
  object,
  workspace,
}: {
  object: ObjectFields;
  workspace: Workspace;
}) {
  const { id: sessionId, projectId } = workspace.session.info;
  const team = useTeam(projectId);
  if (!team || (team.people.length < 2 && object.assigneeId === null)) return null;
  const choose = (personId: string | null) => {
    request(AssignObject, { sessionId, objectId: object.objectId, personId }).catch(notifyError);
  };
  return (
    <div className={styles.assignee} data-testid="object-assignee">
      <span>{t('To be done by')}</span>
      <AssigneeMenu
        people={team.people}
        chosen={object.assigneeId}
        mayAssign={team.may.includes('MANAGE')}
        onChoose={choose}
      />
    </div>
  );
}

/** Null until it is known, and for who may see the session but not its project. */
function useTeam(projectId: string): Team | null {
  const [team, setTeam] = useState<Team | null>(null);
  useEffect(() => {
    let isHere = true;
    Promise.all([request(ProjectPeople, { id: projectId }), request(ProjectNames, {})])
      .then(([{ projectPeople }, { projects }]) => {
        const may = projects.find(({ id }) => id === projectId)?.may ?? [];
        if (isHere) setTeam({ people: projectPeople, may });
      })
      .catch(() => {}); // then nobody is offered
    return () => {
      isHere = false;
    };
  }, [projectId]);
  return team;
}
