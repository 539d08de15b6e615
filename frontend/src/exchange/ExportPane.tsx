import { useState } from 'react';
import { request } from '../api/client';
import { StartExport } from '../api/generated';
import { notifyError } from '../app/notices';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { Button, ButtonLink } from '../ui/Button';
import styles from './Exchange.module.css';
import { Formats, PastExport, useFormats } from './ExportParts';
import { type ExportForm, exportVariables, NEW_EXPORT, takesPictures, toggled } from './exportForm';
import { useExports } from './jobs';

/** Choose, start, and fetch what was exported before. */
export function ExportPane({ workspace }: { workspace: Workspace }) {
  const { info } = workspace.session;
  const [form, setForm] = useState(NEW_EXPORT);
  const formats = useFormats();
  const { exports, look } = useExports(info.id);
  const variables = exportVariables(form, info.id, info.video.numFrames);
  const start = () => {
    if (variables) request(StartExport, variables).then(look).catch(notifyError);
  };
  return (
    <div className={styles.pane}>
      <Formats
        chosen={form.format}
        formats={formats}
        onChoose={(format) => setForm({ ...form, format })}
      />
      <Objects workspace={workspace} form={form} onChange={setForm} />
      <Frames workspace={workspace} form={form} onChange={setForm} />
      <label className={styles.tick}>
        <input
          type="checkbox"
          checked={form.withFrames && takesPictures(form, formats)}
          disabled={!takesPictures(form, formats)}
          data-testid="export-frames"
          onChange={(event) => setForm({ ...form, withFrames: event.target.checked })}
        />
        {t('With the pictures of these frames')}
      </label>
      <div className={styles.actions}>
        <ButtonLink
          icon="download"
          href={`/api/sessions/${encodeURIComponent(info.id)}/export/coco.json`}
          download
          title={t('All masks of the whole video, without a manifest')}
          data-testid="download"
        >
          {t('COCO JSON at once')}
        </ButtonLink>
        <Button look="primary" disabled={!variables} data-testid="start-export" onClick={start}>
          {t('Export')}
        </Button>
      </div>
      <ul className={styles.past} data-testid="exports">
        {exports.map((job) => (
          <PastExport key={job.id} job={job} formats={formats} onChange={look} />
        ))}
      </ul>
    </div>
  );
}

interface PartProps {
  readonly form: ExportForm;
  readonly onChange: (form: ExportForm) => void;
}

function Objects({ workspace, form, onChange }: PartProps & { workspace: Workspace }) {
  const objects = useStore(workspace.session.store, (state) => state.objects);
  const ids = [...objects.keys()];
  return (
    <fieldset className={styles.objects}>
      <legend>{t('Objects')}</legend>
      {[...objects].map(([id, tracked]) => (
        <label key={id} className={styles.tick}>
          <input
            type="checkbox"
            checked={form.objects === null || form.objects.has(id)}
            data-testid={`export-object-${id}`}
            onChange={() => onChange(toggled(form, id, ids))}
          />
          <svg className={styles.dot} viewBox="0 0 8 8" aria-hidden="true">
            <circle cx="4" cy="4" r="4" fill={tracked.colour} />
          </svg>
          {tracked.name}
        </label>
      ))}
      {ids.length === 0 && <p className={styles.soft}>{t('There is no object yet.')}</p>}
    </fieldset>
  );
}

function Frames({ workspace, form, onChange }: PartProps & { workspace: Workspace }) {
  const last = workspace.session.info.video.numFrames - 1;
  const fields = [
    ['first', t('From frame'), '0'],
    ['last', t('to frame'), String(last)],
    ['stride', t('every'), '1'],
  ] as const;
  return (
    <div className={styles.frames}>
      {fields.map(([name, label, placeholder]) => (
        <label key={name}>
          {label}
          <input
            inputMode="numeric"
            className="number"
            placeholder={placeholder}
            value={form[name]}
            data-testid={`export-${name}`}
            onChange={(event) => onChange({ ...form, [name]: event.target.value })}
          />
        </label>
      ))}
    </div>
  );
}
