import { useEffect, useRef, useState } from 'react';
import type { ObjectFields } from '../api/generated';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { StateMark } from '../discussion/StateMark';
import { t, useLanguage } from '../i18n/t';
import { useWithKey } from '../keys/keyHint';
import { Holder } from '../presence/Holder';
import { promptedFrames } from '../session/state';
import { HideSwitch } from '../stage/ObjectSwitches';
import { useMay } from '../team/capabilities';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { NameField } from '../ui/NameField';
import { extentOf, extentText } from './extent';
import styles from './ObjectPanel.module.css';

interface ObjectRowProps {
  readonly object: ObjectFields;
  readonly place: number; // in the list, from 1: its key
  readonly isSelected: boolean;
  readonly workspace: Workspace;
}

/** One object. `data-mask-frames` says on how many frames it has been tracked. */
export function ObjectRow(props: ObjectRowProps) {
  const { object, place, isSelected, workspace } = props;
  const [isNaming, setNaming] = useState(false);
  const row = useRef<HTMLDivElement>(null);
  const { objectId, name, colour } = object;
  const { commands } = workspace;
  const withKey = useWithKey();
  const mayEdit = useMay(workspace, 'EDIT');
  const isHidden = useStore(workspace.visibility, (state) => state.hidden.has(objectId));

  useEffect(() => {
    if (isSelected) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isSelected]);

  return (
    <li className={styles.item}>
      <div
        ref={row}
        className={styles.row}
        data-testid="object-row"
        data-object={objectId}
        data-selected={isSelected}
        style={{ '--colour': colour } as React.CSSProperties}
      >
        <button
          type="button"
          className={styles.choose}
          aria-pressed={isSelected}
          aria-label={t('Select {name}', { name })}
          onClick={() => commands.select(objectId)}
          onDoubleClick={() => setNaming(mayEdit)}
        />
        <span className={styles.colour} />
        <span className={styles.text}>
          {isNaming ? (
            <NameField
              name={name}
              label={t('Object name')}
              testId="object-name-field"
              className={styles.field}
              maxLength={80}
              onDone={(next) => {
                setNaming(false);
                if (next && next !== name) void commands.rename(objectId, next);
              }}
            />
          ) : (
            <button
              type="button"
              className={styles.name}
              title={mayEdit ? t('Rename') : name}
              data-testid="object-name"
              onClick={() => {
                commands.select(objectId);
                if (isSelected) setNaming(mayEdit);
              }}
            >
              {name}
            </button>
          )}
          <span className={styles.second}>
            <Holder workspace={workspace} objectId={objectId} />
            {object.label && <span className={styles.label}>{object.label}</span>}
            <Extent objectId={objectId} workspace={workspace} row={row} />
          </span>
        </span>
        {object.locked && (
          <span className={styles.state} role="img" aria-label={t('Locked')}>
            <Icon name="locked" size={14} />
          </span>
        )}
        <StateMark review={object.review} />
        {place <= 9 && <kbd className={styles.key}>{place}</kbd>}
        <span className={styles.remove} data-keeps={isHidden || undefined}>
          <HideSwitch workspace={workspace} object={object} />
          {mayEdit && (
            <Button
              icon="trash"
              aria-label={t('Remove {name}', { name })}
              title={withKey(t('Remove'), 'removeObject')}
              data-testid="remove-object"
              onClick={() => commands.removeObject(objectId)}
            />
          )}
        </span>
      </div>
    </li>
  );
}

/** Where the object is tracked. Written into the DOM as masks stream in, a few times a second. */
function Extent({
  objectId,
  workspace,
  row,
}: {
  objectId: number;
  workspace: Workspace;
  row: React.RefObject<HTMLDivElement | null>;
}) {
  const line = useRef<HTMLSpanElement>(null);
  const { masks, store } = workspace.session;
  const prompts = useStore(store, (state) => state.prompts);
  const pending = useStore(store, (state) => state.pending);
  const language = useLanguage();

  // biome-ignore lint/correctness/useExhaustiveDependencies: another language has other words
  useEffect(() => {
    const numPrompted = promptedFrames({ ...store.get(), prompts, pending }, objectId).length;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const write = () => {
      timer = undefined;
      const extent = extentOf(masks.coverage(objectId));
      if (line.current) line.current.textContent = extentText(extent, numPrompted);
      if (row.current) row.current.dataset.maskFrames = String(extent.tracked);
    };
    write();
    const leave = masks.subscribe(() => {
      timer ??= setTimeout(write, 120);
    });
    return () => {
      clearTimeout(timer);
      leave();
    };
  }, [masks, store, objectId, prompts, pending, row, language]);
  return <span ref={line} className={`${styles.extent} number`} />;
}
