import type { ObjectFields } from '../api/generated';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';

interface ObjectSwitchesProps {
  readonly workspace: Workspace;
  readonly object: ObjectFields;
}

/** Hide and show alone, in this browser; lock, for everyone. For one row of the list of objects. */
export function ObjectSwitches({ workspace, object }: ObjectSwitchesProps) {
  const { objectId, name, locked: isLocked } = object;
  const { visibility } = workspace;
  const isHidden = useStore(visibility, (state) => state.hidden.has(objectId));
  const isSolo = useStore(visibility, (state) => state.solo === objectId);
  return (
    <>
      <Button
        icon={isHidden ? 'hidden' : 'eye'}
        aria-label={t('Hide {name}', { name })}
        title={t('Hide')}
        aria-pressed={isHidden}
        data-testid="hide-object"
        onClick={() => visibility.dispatch({ type: 'hide', objectId })}
      />
      <Button
        icon="target"
        aria-label={t('Show only {name}', { name })}
        title={t('Show only this')}
        aria-pressed={isSolo}
        data-testid="solo-object"
        onClick={() => visibility.dispatch({ type: 'solo', objectId })}
      />
      <Button
        icon={isLocked ? 'locked' : 'unlocked'}
        aria-label={t('Lock {name}', { name })}
        title={t('Lock')}
        aria-pressed={isLocked}
        data-testid="lock-object"
        onClick={() => void workspace.commands.objects.describe(objectId, { locked: !isLocked })}
      />
    </>
  );
}
