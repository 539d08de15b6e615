import { useEffect, useState } from 'react';
import { request } from '../api/client';
import {
  AssignObject,
  type ObjectFields,
  type PersonFields,
  ProjectPeople,
} from '../api/generated';
import { notifyError } from '../app/notices';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { AssigneeMenu } from './AssigneeMenu';
import styles from './Projects.module.css';

/** Who is to do an object; whoever leads the project says so here. The feed brings it to the others. */
export function ObjectAssignee({
  object,
  workspace,
}: {
  object: ObjectFields;
  workspace: Workspace;
}) {
  const { id: sessionId, projectId, mayInProject } = workspace.session.info;
  const people = usePeopleOf(mayInProject.includes('LOOK') ? projectId : null);
  if (!people || (people.length < 2 && object.assigneeId === null)) return null;
  const choose = (personId: string | null) => {
    request(AssignObject, { sessionId, objectId: object.objectId, personId }).catch(notifyError);
  };
  return (
    <div className={styles.assignee} data-testid="object-assignee">
      <span>{t('To be done by')}</span>
      <AssigneeMenu
        people={people}
        chosen={object.assigneeId}
        mayAssign={mayInProject.includes('MANAGE')}
        onChoose={choose}
      />
    </div>
  );
}

/** Null until it is known, and where one may not see the project. */
function usePeopleOf(projectId: string | null): readonly PersonFields[] | null {
  const [people, setPeople] = useState<readonly PersonFields[] | null>(null);
  useEffect(() => {
    if (projectId === null) return;
    let isHere = true;
    request(ProjectPeople, { id: projectId })
      .then(({ projectPeople }) => isHere && setPeople(projectPeople))
      .catch(() => {}); // then nobody is offered
    return () => {
      isHere = false;
    };
  }, [projectId]);
  return people;
}
