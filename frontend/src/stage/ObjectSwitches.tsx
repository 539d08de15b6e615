import type { ObjectFields } from '../api/generated';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';

interface SwitchProps {
  readonly workspace: Workspace;
  readonly object: ObjectFields;
}

/** In this browser only. For a row of the list of objects. */
export function HideSwitch({ workspace, object: { objectId, name } }: SwitchProps) {
  const { visibility } = workspace;
  const isHidden = useStore(visibility, (state) => state.hidden.has(objectId));
  return (
    <Button
      icon={isHidden ? 'hidden' : 'eye'}
      aria-label={t('Hide {name}', { name })}
      title={t('Hide')}
      aria-pressed={isHidden}
      data-testid="hide-object"
      onClick={() => visibility.dispatch({ type: 'hide', objectId })}
    />
  );
}

/** Show alone, in this browser. */
export function SoloSwitch({ workspace, object: { objectId, name } }: SwitchProps) {
  const { visibility } = workspace;
  const isSolo = useStore(visibility, (state) => state.solo === objectId);
  return (
    <Button
      icon="target"
      aria-label={t('Show only {name}', { name })}
      title={t('Show only this')}
      aria-pressed={isSolo}
      data-testid="solo-object"
      onClick={() => visibility.dispatch({ type: 'solo', objectId })}
    />
  );
}

/** For everyone: a locked object is left alone by prompts and by tracking. */
export function LockSwitch({ workspace, object: { objectId, name, locked } }: SwitchProps) {
  return (
    <Button
      icon={locked ? 'locked' : 'unlocked'}
      aria-label={t('Lock {name}', { name })}
      title={t('Lock')}
      aria-pressed={locked}
      data-testid="lock-object"
      onClick={() => void workspace.commands.objects.describe(objectId, { locked: !locked })}
    />
  );
}
