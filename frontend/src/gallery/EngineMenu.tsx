import type { EngineFields } from '../api/generated';
import { useStore } from '../app/store';
import { fromServer } from '../i18n/server/fromServer';
import { t } from '../i18n/t';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import { chosenEngine, engineChoice } from './engineChoice';
import styles from './GalleryPage.module.css';
import { missingEngines } from './missingEngines';

/** Which engine the next opened video gets. */
export function EngineMenu({ engines }: { engines: readonly EngineFields[] }) {
  const choice = useStore(engineChoice, (id) => id);
  const chosen = chosenEngine(engines, choice);
  const name = chosen ? fromServer(chosen.label) : t('No engine');
  const usable = engines.filter((engine) => engine.available);
  return (
    <Menu
      label={`${t('Engine for the videos you open')}: ${name}`}
      testId="engine-menu"
      align="end"
      className={styles.engine}
      footer={<MissingEngines engines={engines} />}
      items={usable.map((engine) => ({
        id: engine.id,
        label: fromServer(engine.label),
        note: fromServer(engine.note),
        hint: engine.device,
        checked: engine.id === chosen?.id,
        run: () => engineChoice.dispatch(engine.id),
      }))}
    >
      <Icon name="chip" />
      {name}
      <Icon name="down" size={16} />
    </Menu>
  );
}

function MissingEngines({ engines }: { engines: readonly EngineFields[] }) {
  const groups = missingEngines(engines);
  if (groups.length === 0) return null;
  return (
    <div className={styles.missing}>
      {groups.map(({ labels, note }) => (
        <div key={labels}>
          <strong>{labels}</strong>
          <p>{note}</p>
        </div>
      ))}
    </div>
  );
}
