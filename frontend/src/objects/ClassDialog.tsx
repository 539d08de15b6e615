import { type ReactNode, useEffect, useRef, useState } from 'react';
import { request } from '../api/client';
import { type AttributeKind, type ClassFields, ReadClasses } from '../api/generated';
import { notifyError } from '../app/notices';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import fieldStyles from '../ui/Field.module.css';
import styles from './ClassDialog.module.css';
import { attributesOf, type ClassDraft, draftsOf, newDraft, withImported } from './classDrafts';

const KINDS: readonly AttributeKind[] = ['TEXT', 'NUMBER', 'CHOICE', 'BOOLEAN'];

interface ClassDialogProps {
  readonly classes: readonly ClassFields[];
  readonly onSave: (classes: ClassFields[]) => Promise<boolean>; // false: it was refused
  readonly onClose: () => void;
  readonly children?: ReactNode; // what else there is to decide
}

/** The classes of a session or a project: edited as a copy, which Save sends as a whole. */
export function ClassDialog({ classes: saved, onSave, onClose, children }: ClassDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const [drafts, setDrafts] = useState<readonly ClassDraft[]>(() => draftsOf(saved));
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const change = (key: number, next: Partial<ClassDraft>) =>
    setDrafts(drafts.map((draft) => (draft.key === key ? { ...draft, ...next } : draft)));
  const save = async () => {
    const classes: ClassFields[] = drafts
      .filter((draft) => draft.name.trim() !== '')
      .map((draft) => ({
        name: draft.name.trim(),
        colour: draft.colour,
        attributes: attributesOf(draft),
      }));
    if (await onSave(classes)) dialog.current?.close();
  };
  const read = async (chosen: File) => {
    try {
      const { readClasses } = await request(ReadClasses, { text: await chosen.text() });
      setDrafts(withImported(drafts, readClasses));
    } catch (thrown) {
      notifyError(thrown);
    }
  };
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-label={t('Classes')}
      data-testid="class-dialog"
      onClose={onClose}
    >
      <header className={styles.header}>
        <h2>{t('Classes')}</h2>
        <Button icon="close" aria-label={t('Close')} onClick={() => dialog.current?.close()} />
      </header>
      <div className={styles.body}>
        {drafts.length === 0 && <p className={styles.empty}>{t('There is no class yet.')}</p>}
        {drafts.map((draft) => (
          <ClassEditor
            key={draft.key}
            draft={draft}
            onChange={(next) => change(draft.key, next)}
            onRemove={() => setDrafts(drafts.filter((one) => one.key !== draft.key))}
          />
        ))}
      </div>
      {children}
      <footer className={styles.footer}>
        <Button
          icon="plus"
          data-testid="add-class"
          onClick={() => setDrafts([...drafts, newDraft(drafts)])}
        >
          {t('Add a class')}
        </Button>
        <Button
          icon="upload"
          title={t('A list of Masklet, CVAT, COCO or Label Studio, or one name a line')}
          onClick={() => file.current?.click()}
        >
          {t('Import…')}
        </Button>
        <input
          ref={file}
          type="file"
          accept=".json,.xml,.txt,application/json,text/plain,text/xml"
          hidden
          data-testid="class-file"
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            if (chosen) void read(chosen);
            event.target.value = '';
          }}
        />
        <span className={styles.space} />
        <Button look="primary" data-testid="save-classes" onClick={() => void save()}>
          {t('Save')}
        </Button>
      </footer>
    </dialog>
  );
}

function ClassEditor({
  draft,
  onChange,
  onRemove,
}: {
  draft: ClassDraft;
  onChange: (next: Partial<ClassDraft>) => void;
  onRemove: () => void;
}) {
  const { attributes } = draft;
  const changeAt = (at: number, next: Partial<ClassDraft['attributes'][number]>) =>
    onChange({ attributes: attributes.map((one, i) => (i === at ? { ...one, ...next } : one)) });
  return (
    <section className={styles.class} data-testid="class-row">
      <div className={styles.line}>
        <input
          type="color"
          value={draft.colour}
          aria-label={t('Colour')}
          onChange={(event) => onChange({ colour: event.target.value })}
        />
        <input
          className={fieldStyles.field}
          value={draft.name}
          placeholder={t('Name of the class')}
          aria-label={t('Name of the class')}
          data-testid="class-name"
          maxLength={200}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <Button
          title={t('Add an attribute')}
          data-testid="add-attribute"
          onClick={() =>
            onChange({ attributes: [...attributes, { name: '', kind: 'TEXT', choices: '' }] })
          }
        >
          {t('Attribute')}
        </Button>
        <Button icon="trash" aria-label={t('Remove')} onClick={onRemove} />
      </div>
      {attributes.map((attribute, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity while they are edited
        <div key={at} className={styles.attribute}>
          <input
            className={fieldStyles.field}
            value={attribute.name}
            placeholder={t('Name of the attribute')}
            aria-label={t('Name of the attribute')}
            data-testid="attribute-name"
            onChange={(event) => changeAt(at, { name: event.target.value })}
          />
          <select
            className={fieldStyles.field}
            value={attribute.kind}
            aria-label={t('Kind')}
            data-testid="attribute-kind"
            onChange={(event) => changeAt(at, { kind: event.target.value as AttributeKind })}
          >
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {kindName(kind)}
              </option>
            ))}
          </select>
          {attribute.kind === 'CHOICE' && (
            <input
              className={fieldStyles.field}
              value={attribute.choices}
              placeholder={t('red, green, blue')}
              aria-label={t('Choices')}
              data-testid="attribute-choices"
              onChange={(event) => changeAt(at, { choices: event.target.value })}
            />
          )}
          <Button
            icon="close"
            aria-label={t('Remove')}
            onClick={() => onChange({ attributes: attributes.filter((_, i) => i !== at) })}
          />
        </div>
      ))}
    </section>
  );
}

function kindName(kind: AttributeKind): string {
  const names = {
    TEXT: t('Text'),
    NUMBER: t('Number'),
    CHOICE: t('Choice'),
    BOOLEAN: t('Yes or no'),
  };
  return names[kind];
}
