import { useState } from 'react';
import { request } from '../api/client';
import { sentenceOf } from '../api/errors';
import { StartImport } from '../api/generated';
import { notify } from '../app/notices';
import type { Workspace } from '../app/workspace';
import { fromServer } from '../i18n/server/fromServer';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import styles from './Exchange.module.css';
import { ended, type Job, sendImport } from './jobs';

type Step =
  | { readonly kind: 'choose'; readonly sentence?: string }
  | { readonly kind: 'busy' }
  | { readonly kind: 'report'; readonly job: Job; readonly uploadId: string; readonly file: File };

/** Choose a file, see what would come in, let it in. Nothing is changed before that. */
export function ImportPane({ workspace, onDone }: { workspace: Workspace; onDone: () => void }) {
  const { info } = workspace.session;
  const [step, setStep] = useState<Step>({ kind: 'choose' });
  const [keep, setKeep] = useState(true);

  const run = async (file: File, uploadId: string, dryRun: boolean): Promise<Job> => {
    const asked = {
      uploadId,
      fileName: file.name,
      videoId: info.video.id,
      sessionId: info.id,
      keep,
      confirmed: !dryRun, // the report was seen
      dryRun,
    };
    const job = await ended((await request(StartImport, asked)).startImport);
    if (job.state !== 'DONE')
      throw new Error(job.error ? fromServer(job.error) : t('The import was cancelled.'));
    return job;
  };
  const attempt = (work: () => Promise<Step>) => {
    setStep({ kind: 'busy' });
    work()
      .then(setStep)
      .catch((thrown) => setStep({ kind: 'choose', sentence: sentenceOf(thrown) }));
  };
  const look = (file: File) =>
    attempt(async () => {
      const uploadId = await sendImport(file);
      return { kind: 'report', job: await run(file, uploadId, true), uploadId, file };
    });
  const letIn = (file: File, uploadId: string) =>
    attempt(async () => {
      await run(file, uploadId, false);
      notify({ tone: 'info', text: t('The masks are in; Track fills the frames between them.') });
      onDone();
      return { kind: 'choose' };
    });

  if (step.kind === 'busy')
    return (
      <p className={styles.soft} aria-busy="true">
        {t('Reading the file')}
      </p>
    );
  if (step.kind === 'choose') return <Choose sentence={step.sentence} onFile={look} />;
  return (
    <div className={styles.pane} data-testid="import-report">
      <Report job={step.job} />
      <label className={styles.tick}>
        <input type="checkbox" checked={keep} onChange={(event) => setKeep(event.target.checked)} />
        {t('Keep these masks: tracking never draws over them')}
      </label>
      <div className={styles.actions}>
        <Button onClick={() => setStep({ kind: 'choose' })}>{t('Another file')}</Button>
        <Button
          look="primary"
          data-testid="confirm-import"
          onClick={() => letIn(step.file, step.uploadId)}
        >
          {step.job.report?.numProblems ? t('Import anyway') : t('Import')}
        </Button>
      </div>
    </div>
  );
}

function Choose({
  sentence,
  onFile,
}: {
  sentence: string | undefined;
  onFile: (file: File) => void;
}) {
  return (
    <div className={styles.pane}>
      <p className={styles.soft}>
        {t(
          'Masks become objects of this session, boxes become prompts. COCO, YouTube-VIS, DAVIS, MOTS, SA-V, CVAT and others are known by what is in them; a folder comes as a zip.',
        )}
      </p>
      {sentence && (
        <p className={styles.wrong} role="alert" data-testid="import-refused">
          {sentence}
        </p>
      )}
      <label className={styles.file}>
        <input
          type="file"
          accept=".json,.xml,.zip,.txt"
          data-testid="import-file"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) onFile(file);
          }}
        />
        {t('Choose a file')}
      </label>
    </div>
  );
}

function Report({ job }: { job: Job }) {
  const report = job.report;
  if (!report) return null;
  const unlisted = report.numProblems - report.problems.length;
  return (
    <>
      <ul className={styles.past}>
        {report.objects.map((one) => (
          <li key={one.objectId} className={styles.job} data-testid="incoming-object">
            <span className={styles.what}>
              <strong>{one.name}</strong>
              <small>
                {t('{masks} masks, {boxes} boxes, frames {first} to {last}', {
                  masks: one.numMasks,
                  boxes: one.numBoxes,
                  first: one.firstFrame,
                  last: one.lastFrame,
                })}
              </small>
            </span>
          </li>
        ))}
      </ul>
      {report.numProblems > 0 && (
        <ul className={styles.problems} data-testid="import-problems">
          {report.problems.map((line) => (
            <li key={line}>{fromServer(line)}</li>
          ))}
          {unlisted > 0 && <li>{t('and {count} more', { count: unlisted })}</li>}
        </ul>
      )}
    </>
  );
}
