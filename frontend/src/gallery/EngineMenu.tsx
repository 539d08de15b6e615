import type { EngineFields } from '../api/generated';
import { useStore } from '../app/store';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import { chosenEngine, engineChoice } from './engineChoice';
import styles from './GalleryPage.module.css';

/** Which engine the next opened video gets. */
export function EngineMenu({ engines }: { engines: readonly EngineFields[] }) {
  const choice = useStore(engineChoice, (id) => id);
  const chosen = chosenEngine(engines, choice);
  return (
    <Menu
      label="Engine for the videos you open"
      testId="engine-menu"
      align="end"
      className={styles.engine}
      items={engines.map((engine) => ({
        id: engine.id,
        label: engine.label,
        note: engine.note,
        hint: engine.device,
        disabled: !engine.available,
        checked: engine.id === chosen?.id,
        run: () => engineChoice.dispatch(engine.id),
      }))}
    >
      <Icon name="chip" />
      {chosen?.label ?? 'No engine'}
      <Icon name="down" size={16} />
    </Menu>
  );
}
