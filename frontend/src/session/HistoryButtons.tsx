import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';

export function HistoryButtons({ workspace }: { workspace: Workspace }) {
  const { store } = workspace.session;
  const canUndo = useStore(store, (state) => state.undo.length > 0);
  const canRedo = useStore(store, (state) => state.redo.length > 0);
  return (
    <>
      <Button
        icon="undo"
        aria-label={t('Undo')}
        title={t('Undo (Ctrl+Z)')}
        data-testid="undo"
        disabled={!canUndo}
        onClick={() => workspace.commands.undo()}
      />
      <Button
        icon="redo"
        aria-label={t('Redo')}
        title={t('Redo (Ctrl+Shift+Z)')}
        data-testid="redo"
        disabled={!canRedo}
        onClick={() => workspace.commands.redo()}
      />
    </>
  );
}
