import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { useWithKey } from '../keys/keyHint';
import { Button } from '../ui/Button';

export function HistoryButtons({ workspace }: { workspace: Workspace }) {
  const { store } = workspace.session;
  const withKey = useWithKey();
  const canUndo = useStore(store, (state) => state.undo.length > 0);
  const canRedo = useStore(store, (state) => state.redo.length > 0);
  return (
    <>
      <Button
        icon="undo"
        aria-label={t('Undo')}
        title={withKey(t('Undo'), 'undo')}
        data-testid="undo"
        disabled={!canUndo}
        onClick={() => workspace.commands.undo()}
      />
      <Button
        icon="redo"
        aria-label={t('Redo')}
        title={withKey(t('Redo'), 'redo')}
        data-testid="redo"
        disabled={!canRedo}
        onClick={() => workspace.commands.redo()}
      />
    </>
  );
}
