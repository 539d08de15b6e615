import { useCallback, useSyncExternalStore } from 'react';
import type { AttributeInput, ClassFields, ObjectFields } from '../api/generated';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { ReviewSection } from '../discussion/ReviewSection';
import { t } from '../i18n/t';
import { doubtIn } from '../masks/coverage';
import type { MaskStore } from '../masks/maskStore';
import { reasonText } from '../masks/reasons';
import { ObjectAssignee } from '../projects/ObjectAssignee';
import { useVisibleObjects } from '../session/useVisibleObjects';
import { LockSwitch, SoloSwitch } from '../stage/ObjectSwitches';
import { useMay } from '../team/capabilities';
import { Button } from '../ui/Button';
import { Menu } from '../ui/Menu';
import { ColourField } from './ColourField';
import styles from './ObjectDetails.module.css';

interface DetailsProps {
  readonly object: ObjectFields;
  readonly workspace: Workspace;
  readonly onEditClasses: () => void;
}

/** What can be said and done of the selected object: class, colour, attributes; order, merge, split. */
export function ObjectDetails({ object, workspace, onEditClasses }: DetailsProps) {
  const ontology = useStore(workspace.session.store, (state) => state.ontology);
  const { objects } = workspace.commands;
  const mayEdit = useMay(workspace, 'EDIT');
  const { objectId } = object;
  const known = ontology.find((one) => one.name === object.label);
  const isFixed = object.locked || !mayEdit;
  return (
    <div className={styles.details} data-testid="object-details">
      <div className={styles.line}>
        <ColourField
          value={object.colour}
          disabled={isFixed}
          label={t('Colour of {name}', { name: object.name })}
          onColour={(colour) => void objects.describe(objectId, { colour })}
        />
        <select
          className={styles.select}
          value={object.label}
          disabled={isFixed}
          aria-label={t('Class of {name}', { name: object.name })}
          data-testid="object-class"
          onChange={(event) => {
            if (event.target.value === EDIT) onEditClasses();
            else void objects.describe(objectId, { label: event.target.value });
          }}
        >
          <option value="">{t('No class')}</option>
          {ontology.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name}
            </option>
          ))}
          {object.label && !known && <option value={object.label}>{object.label}</option>}
          <option value={EDIT}>{t('Edit the classes…')}</option>
        </select>
      </div>
      {known?.attributes.map((spec) => (
        <AttributeField key={spec.name} spec={spec} object={object} workspace={workspace} />
      ))}
      <ObjectAssignee object={object} workspace={workspace} />
      <ReviewSection object={object} workspace={workspace} />
      <div className={styles.line}>
        {mayEdit && (
          <Button
            icon="up"
            aria-label={t('Move up')}
            title={t('Move up')}
            data-testid="move-up"
            onClick={() => void objects.move(objectId, -1)}
          />
        )}
        {mayEdit && (
          <Button
            icon="down"
            aria-label={t('Move down')}
            title={t('Move down')}
            data-testid="move-down"
            onClick={() => void objects.move(objectId, 1)}
          />
        )}
        <SoloSwitch workspace={workspace} object={object} />
        {mayEdit && <LockSwitch workspace={workspace} object={object} />}
      </div>
      {mayEdit && (
        <div className={styles.line}>
          <MergeMenu object={object} workspace={workspace} />
          <Button
            data-testid="split-object"
            title={t('Split here: a new object from this frame on')}
            onClick={() => void objects.split(objectId, workspace.player.shown)}
          >
            {t('Split here')}
          </Button>
        </div>
      )}
      <DoubtHere objectId={objectId} workspace={workspace} />
    </div>
  );
}

/** Why the selected object's mask on this frame deserves a look, where it does. */
function DoubtHere({ objectId, workspace }: { objectId: number; workspace: Workspace }) {
  const { player, session } = workspace;
  const words = () => {
    if (player.playing || !isDoubtful(session.masks, objectId, player.shown)) return '';
    const reasons = session.masks.whyDoubtful(objectId, player.shown);
    return [t('unsure'), ...reasons.map(reasonText)].join(', ');
  };
  const subscribe = useCallback(
    (listener: () => void) => {
      const ends = [player.subscribe(listener), session.masks.subscribe(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    [player, session],
  );
  const text = useSyncExternalStore(subscribe, words);
  return (
    <p className={styles.doubt} role="status" data-testid="doubt-here" hidden={!text}>
      {text && t('Frame {frame}: {reasons}', { frame: player.shown, reasons: text })}
    </p>
  );
}

function isDoubtful(masks: MaskStore, objectId: number, frameIdx: number): boolean {
  return doubtIn(masks.coverage(objectId)?.at(frameIdx) ?? 0) > 0;
}

const EDIT = '\u0000edit'; // no class is called so

function MergeMenu({ object, workspace }: { object: ObjectFields; workspace: Workspace }) {
  const others = useVisibleObjects(workspace).filter((one) => one.objectId !== object.objectId);
  return (
    <Menu
      label={t('Merge {name} with', { name: object.name })}
      testId="merge-menu"
      className={styles.menu}
      disabled={others.length === 0}
      items={others.map((other) => ({
        id: String(other.objectId),
        label: other.name,
        run: () => void workspace.commands.objects.merge([object.objectId, other.objectId]),
      }))}
    >
      {t('Merge…')}
    </Menu>
  );
}

type Spec = ClassFields['attributes'][number];

function AttributeField({
  spec,
  object,
  workspace,
}: {
  spec: Spec;
  object: ObjectFields;
  workspace: Workspace;
}) {
  const value = object.attributes.find((one) => one.name === spec.name)?.value ?? '';
  const mayEdit = useMay(workspace, 'EDIT');
  const set = (next: string) => {
    if (next === value) return;
    const attributes = withAttribute(object.attributes, spec.name, next);
    void workspace.commands.objects.describe(object.objectId, { attributes });
  };
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the field inside is the control
    <label className={styles.attribute} data-testid={`attribute-${spec.name}`}>
      <span>{spec.name}</span>
      <Field spec={spec} value={value} isLocked={object.locked || !mayEdit} onValue={set} />
    </label>
  );
}

function Field({
  spec,
  value,
  isLocked,
  onValue,
}: {
  spec: Spec;
  value: string;
  isLocked: boolean;
  onValue: (value: string) => void;
}) {
  if (spec.kind === 'BOOLEAN') {
    return (
      <input
        type="checkbox"
        checked={value === 'true'}
        disabled={isLocked}
        onChange={(event) => onValue(String(event.target.checked))}
      />
    );
  }
  if (spec.kind === 'CHOICE') {
    return (
      <select
        className={styles.select}
        value={value}
        disabled={isLocked}
        onChange={(event) => onValue(event.target.value)}
      >
        <option value="" />
        {spec.choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      key={value}
      type={spec.kind === 'NUMBER' ? 'number' : 'text'}
      step="any"
      className={styles.field}
      defaultValue={value}
      maxLength={200}
      disabled={isLocked}
      onBlur={(event) => onValue(event.target.value.trim())}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        event.stopPropagation();
      }}
    />
  );
}

/** The values with one of them changed; an empty one is left out. */
export function withAttribute(
  attributes: readonly AttributeInput[],
  name: string,
  value: string,
): readonly AttributeInput[] {
  const others = attributes.filter((one) => one.name !== name);
  return value === '' ? others : [...others, { name, value }];
}
