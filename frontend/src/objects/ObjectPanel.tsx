import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { useVisibleObjects } from '../session/useVisibleObjects';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import styles from './ObjectPanel.module.css';
import { ObjectRow } from './ObjectRow';

const LEGEND_UP_TO = 4; // objects: who has more knows how to click, and wants the room

/** The list of objects: choose, name, add, remove. */
export function ObjectPanel({ workspace }: { workspace: Workspace }) {
  const { store } = workspace.session;
  const selectedId = useStore(store, (state) => state.selectedId);
  const shown = useVisibleObjects(workspace);
  return (
    <aside className={styles.panel} aria-label="Objects">
      <header className={styles.header}>
        <h2 className={styles.heading}>
          Objects {shown.length > 0 && <span className={styles.count}>{shown.length}</span>}
        </h2>
        <Button
          icon="plus"
          aria-label="Add object"
          title="New object (N)"
          data-testid="add-object"
          onClick={() => void workspace.commands.addObject()}
        />
      </header>
      {shown.length === 0 ? (
        <Welcome />
      ) : (
        <ul className={styles.list} data-testid="object-list">
          {shown.map((object, i) => (
            <ObjectRow
              key={object.objectId}
              object={object}
              place={i + 1}
              isSelected={object.objectId === selectedId}
              workspace={workspace}
            />
          ))}
        </ul>
      )}
      {shown.length <= LEGEND_UP_TO && <Legend />}
    </aside>
  );
}

function Welcome() {
  return (
    <div className={styles.welcome} data-testid="no-objects">
      <span className={styles.symbol}>
        <Icon name="target" size={26} />
      </span>
      <p className={styles.lead}>Click anything in the video</p>
      <p>Its mask appears on this frame. Then Track carries it through all the others.</p>
    </div>
  );
}

function Legend() {
  return (
    <dl className={styles.legend}>
      <div>
        <dt>Click</dt>
        <dd>add to the mask</dd>
      </div>
      <div>
        <dt>Right or Alt click</dt>
        <dd>take away</dd>
      </div>
      <div>
        <dt>Drag</dt>
        <dd>draw a box</dd>
      </div>
      <div>
        <dt>Click a point</dt>
        <dd>remove it</dd>
      </div>
      <div>
        <dt>Wheel</dt>
        <dd>zoom</dd>
      </div>
    </dl>
  );
}
