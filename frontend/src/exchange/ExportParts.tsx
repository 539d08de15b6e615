import { useEffect, useState } from 'react';
import { request } from '../api/client';
import { CancelJob, ExportFormats } from '../api/generated';
import { notifyError } from '../app/notices';
import { fromServer } from '../i18n/server/fromServer';
import { t } from '../i18n/t';
import { Button, ButtonLink } from '../ui/Button';
import { Progress } from '../ui/Progress';
import styles from './Exchange.module.css';
import { type ExportFormat, sizeText } from './exportForm';
import { isOver, type Job } from './jobs';

export function useFormats(): readonly ExportFormat[] {
  const [formats, setFormats] = useState<readonly ExportFormat[]>([]);
  useEffect(() => {
    request(ExportFormats, {})
      .then((found) => setFormats(found.exportFormats))
      .catch(notifyError);
  }, []);
  return formats;
}

/** Which format it is to be. */
export function Formats({
  chosen,
  formats,
  onChoose,
}: {
  chosen: string;
  formats: readonly ExportFormat[];
  onChoose: (format: string) => void;
}) {
  return (
    <fieldset className={styles.formats}>
      <legend>{t('Format')}</legend>
      {formats.map((format) => (
        <label key={format.name} className={styles.format} data-testid={`format-${format.name}`}>
          <input
            type="radio"
            name="format"
            checked={chosen === format.name}
            onChange={() => onChoose(format.name)}
          />
          <span>
            <strong>{fromServer(format.title)}</strong>
            <small>{fromServer(format.purpose)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** An export on its way, or done and to be fetched. */
export function PastExport({
  job,
  formats,
  onChange,
}: {
  job: Job;
  formats: readonly ExportFormat[];
  onChange: () => void;
}) {
  const format = formats.find((one) => one.name === job.format);
  const title = format ? fromServer(format.title) : (job.format ?? '');
  const when = new Date(job.createdS * 1000).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
  });
  return (
    <li className={styles.job} data-testid="export-job" data-state={job.state}>
      {isOver(job) ? (
        <span className={styles.what}>
          <strong>{title}</strong>
          <small>
            {job.error
              ? fromServer(job.error)
              : `${when}${job.numBytes ? ` · ${sizeText(job.numBytes)}` : ''}`}
          </small>
        </span>
      ) : (
        <Progress label={title} fraction={job.progress} />
      )}
      {job.mayCancel && (
        <Button
          data-testid="cancel-export"
          onClick={() => request(CancelJob, { id: job.id }).then(onChange).catch(notifyError)}
        >
          {t('Cancel')}
        </Button>
      )}
      {job.downloadUrl && (
        <ButtonLink icon="download" href={job.downloadUrl} download data-testid="download-export">
          {t('Download')}
        </ButtonLink>
      )}
    </li>
  );
}
