import { useState } from 'react';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { useWithKey } from '../keys/keyHint';
import { HeldObject } from '../presence/Holder';
import { useVisibleObjects } from '../session/useVisibleObjects';
import { useMay } from '../team/capabilities';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { ClassDialog } from './ClassDialog';
import { filtered, NO_FILTER, type ObjectFilter, type ObjectState } from './filter';
import { ObjectDetails } from './ObjectDetails';
import styles from './ObjectPanel.module.css';
import { ObjectRow } from './ObjectRow';

const SEARCH_FROM = 6; // objects: fewer are seen at a glance
const LEGEND_UP_TO = 2; // objects: who has more knows how to click, and wants the room

/** The list of objects: choose, name, add, remove. */
export function ObjectPanel({ workspace }: { workspace: Workspace }) {
  const { store } = workspace.session;
  const withKey = useWithKey();
  const mayEdit = useMay(workspace, 'EDIT');
  const selectedId = useStore(store, (state) => state.selectedId);
  const all = useVisibleObjects(workspace);
  const [filter, setFilter] = useState(NO_FILTER);
  const [editsClasses, setEditsClasses] = useState(false);
  const isTracked = (objectId: number) => workspace.session.masks.trackedFrames(objectId) > 0;
  const selected = all.find((object) => object.objectId === selectedId);
  const shown = filtered(all, filter, isTracked);
  return (
    <aside className={styles.panel} aria-label={t('Objects')}>
      <header className={styles.header}>
        <h2 className={styles.heading}>
          {t('Objects')} {all.length > 0 && <span className={styles.count}>{all.length}</span>}
        </h2>
        <span className={styles.space} />
        {mayEdit && (
          <Button
            icon="list"
            aria-label={t('Classes')}
            title={t('Classes of this session')}
            data-testid="edit-classes"
            onClick={() => setEditsClasses(true)}
          />
        )}
        {mayEdit && (
          <Button
            icon="plus"
            aria-label={t('Add object')}
            title={withKey(t('New object'), 'newObject')}
            data-testid="add-object"
            onClick={() => void workspace.commands.addObject()}
          />
        )}
      </header>
      {all.length >= SEARCH_FROM && <Search filter={filter} onFilter={setFilter} />}
      {all.length === 0 ? (
        mayEdit ? (
          <Welcome />
        ) : (
          <p className={styles.welcome}>{t('There is no object yet.')}</p>
        )
      ) : (
        <ul className={styles.list} data-testid="object-list">
          {shown.map((object, i) => (
            <ObjectRow
              key={object.objectId}
              object={object}
              place={all === shown ? i + 1 : all.indexOf(object) + 1}
              isSelected={object.objectId === selectedId}
              workspace={workspace}
            />
          ))}
        </ul>
      )}
      {selected && <HeldObject workspace={workspace} objectId={selected.objectId} />}
      {selected && (
        // Below the list, not in it: rows must not move under a double click.
        <ObjectDetails
          object={selected}
          workspace={workspace}
          onEditClasses={() => setEditsClasses(true)}
        />
      )}
      {mayEdit && all.length <= LEGEND_UP_TO && <Legend />}
      {editsClasses && (
        <ClassDialog
          classes={workspace.session.store.get().ontology}
          onSave={(classes) => workspace.commands.objects.setOntology(classes)}
          onClose={() => setEditsClasses(false)}
        />
      )}
    </aside>
  );
}

const STATES = ['all', 'untracked', 'absent', 'locked'] as const;

function Search({
  filter,
  onFilter,
}: {
  filter: ObjectFilter;
  onFilter: (filter: ObjectFilter) => void;
}) {
  const names = {
    all: t('All'),
    untracked: t('Not tracked'),
    absent: t('Absent somewhere'),
    locked: t('Locked'),
  };
  return (
    <div className={styles.search}>
      <input
        type="search"
        className={styles.find}
        value={filter.text}
        placeholder={t('Name or class')}
        aria-label={t('Find an object')}
        data-testid="find-object"
        onChange={(event) => onFilter({ ...filter, text: event.target.value })}
      />
      <select
        className={styles.find}
        value={filter.state}
        aria-label={t('Which objects')}
        data-testid="filter-objects"
        onChange={(event) => onFilter({ ...filter, state: event.target.value as ObjectState })}
      >
        {STATES.map((state) => (
          <option key={state} value={state}>
            {names[state]}
          </option>
        ))}
      </select>
    </div>
  );
}

function Welcome() {
  return (
    <div className={styles.welcome} data-testid="no-objects">
      <span className={styles.symbol}>
        <Icon name="target" size={26} />
      </span>
      <p className={styles.lead}>{t('Click anything in the video')}</p>
      <p>{t('Its mask appears on this frame. Then Track carries it through all the others.')}</p>
    </div>
  );
}

function Legend() {
  return (
    <dl className={styles.legend}>
      <div>
        <dt>{t('Click')}</dt>
        <dd>{t('add to the mask')}</dd>
      </div>
      <div>
        <dt>{t('Right or Alt click')}</dt>
        <dd>{t('take away')}</dd>
      </div>
      <div>
        <dt>{t('Drag')}</dt>
        <dd>{t('draw a box')}</dd>
      </div>
      <div>
        <dt>{t('Click a point')}</dt>
        <dd>{t('remove it')}</dd>
      </div>
      <div>
        <dt>{t('Wheel')}</dt>
        <dd>{t('zoom')}</dd>
      </div>
    </dl>
  );
}
