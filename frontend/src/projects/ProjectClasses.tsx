import { useState } from 'react';
import { request } from '../api/client';
import { type ClassFields, type OneProjectResult, SetProjectOntology } from '../api/generated';
import { notifyError } from '../app/notices';
import { t } from '../i18n/t';
import { ClassDialog } from '../objects/ClassDialog';
import card from '../ui/Card.module.css';
import styles from './Projects.module.css';

/** The classes that new sessions begin with; those that are there get them only if one says so. */
export function ProjectClasses({
  project,
  reload,
  onClose,
}: {
  project: OneProjectResult['project'];
  reload: () => void;
  onClose: () => void;
}) {
  const [inSessions, setInSessions] = useState(false);
  const [seen] = useState(project.ontology); // what is edited here, whatever comes meanwhile
  const { sessions } = project.progress;
  const save = async (classes: ClassFields[]) => {
    try {
      await request(SetProjectOntology, { projectId: project.id, classes, seen, inSessions });
    } catch (thrown) {
      notifyError(thrown);
      reload();
      return false;
    }
    reload();
    return true;
  };
  return (
    <ClassDialog classes={seen} onSave={save} onClose={onClose}>
      <div className={styles.decision}>
        <p className={card.detail}>{t('New sessions of this project begin with these classes.')}</p>
        {sessions > 0 && (
          <label>
            <input
              type="checkbox"
              checked={inSessions}
              data-testid="in-sessions"
              onChange={(event) => setInSessions(event.target.checked)}
            />
            {sessions === 1
              ? t('Also give them to the session that is there, instead of its own')
              : t('Also give them to the {count} sessions that are there, instead of their own', {
                  count: sessions,
                })}
          </label>
        )}
      </div>
    </ClassDialog>
  );
}
