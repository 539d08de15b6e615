import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { useMay } from '../team/capabilities';
import { Button } from '../ui/Button';
import { holderOf } from './people';
import styles from './presence.module.css';
import { usePeople } from './usePeople';

interface HolderProps {
  readonly workspace: Workspace;
  readonly objectId: number;
}

/** In an object's row: who is editing it. */
export function Holder({ workspace, objectId }: HolderProps) {
  const name = usePeople(workspace, (people) => holderOf(people, objectId)?.name);
  const colour = usePeople(workspace, (people) => holderOf(people, objectId)?.colour);
  if (name === undefined) return null;
  return (
    <span
      className={styles.holder}
      style={{ '--person': colour } as React.CSSProperties}
      title={t('{person} is editing this object', { person: name })}
      data-testid="holder"
    >
      {name}
    </span>
  );
}

/** Of the selected object: who is editing it, and a way to take it over for who may edit. */
export function HeldObject({ workspace, objectId }: HolderProps) {
  const name = usePeople(workspace, (people) => holderOf(people, objectId)?.name);
  const colour = usePeople(workspace, (people) => holderOf(people, objectId)?.colour);
  const mayEdit = useMay(workspace, 'EDIT');
  if (name === undefined) return null;
  return (
    <div
      className={styles.held}
      style={{ '--person': colour } as React.CSSProperties}
      data-testid="held-object"
    >
      <span>{t('{person} is editing this object', { person: name })}</span>
      {mayEdit && (
        <Button data-testid="take-over" onClick={() => void workspace.presence.takeOver(objectId)}>
          {t('Take over')}
        </Button>
      )}
    </div>
  );
}
