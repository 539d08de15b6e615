import { notify } from '../app/notices';
import { t } from '../i18n/t';
import type { Doer } from './doer';
import type { LiveSession } from './liveSession';

/**
 * Says it when somebody else removed the selected object: its neighbour is selected then, and the next click would go
 * there unnoticed. Returns the way to stop.
 */
export function tellOfRemovals({ store }: LiveSession, doer: Doer): () => void {
  let before = store.get();
  return store.subscribe(() => {
    const { selectedId, objects } = before;
    before = store.get();
    const selected = selectedId === null ? undefined : objects.get(selectedId);
    if (!selected || before.objects.has(selected.objectId) || doer.isBusy) return;
    const text = t('Somebody else removed {name}, which you had selected.', {
      name: selected.name,
    });
    notify({ tone: 'info', text });
  });
}
