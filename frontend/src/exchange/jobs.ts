import { useCallback, useEffect, useRef, useState } from 'react';
import { request } from '../api/client';
import { ApiError, offline } from '../api/errors';
import { AllJobs, type JobFields, OneJob, SessionJobs } from '../api/generated';
import { notifyError } from '../app/notices';
import { fromServer } from '../i18n/server/fromServer';
import { t } from '../i18n/t';

export type Job = JobFields;

const LOOK_EVERY_MS = 700;

export function isOver(job: Job): boolean {
  return job.state !== 'WAITING' && job.state !== 'RUNNING';
}

export interface Exports {
  readonly exports: readonly Job[];
  readonly look: () => void;
}

/** Exports of a session, newest first; those of its whole project are shown there. */
export function useExports(sessionId: string): Exports {
  const ask = useCallback(
    async () => (await request(SessionJobs, { sessionId })).jobs.filter((job) => !job.projectId),
    [sessionId],
  );
  return useJobs(ask);
}

/** Exports of a whole project, newest first. */
export function useProjectExports(projectId: string): Exports {
  const ask = useCallback(
    async () => (await request(AllJobs, {})).jobs.filter((job) => job.projectId === projectId),
    [projectId],
  );
  return useJobs(ask);
}

/** Looked at again for as long as one of them runs. */
function useJobs(ask: () => Promise<readonly Job[]>): Exports {
  const [jobs, setJobs] = useState<readonly Job[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const look = useCallback(() => {
    clearTimeout(timer.current);
    ask()
      .then((found) => {
        const exports = found.filter((job) => !job.isImport);
        setJobs(exports);
        if (!exports.every(isOver)) timer.current = setTimeout(look, LOOK_EVERY_MS);
      })
      .catch(notifyError);
  }, [ask]);
  useEffect(() => {
    look();
    return () => clearTimeout(timer.current);
  }, [look]);
  return { exports: jobs, look };
}

/** The job when it has ended. */
export async function ended(job: Job): Promise<Job> {
  let now = job;
  while (!isOver(now)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    now = (await request(OneJob, { id: job.id })).job;
  }
  return now;
}

/** Sends a file that is to be imported; its id there. */
export async function sendImport(file: File): Promise<string> {
  let response: Response;
  try {
    response = await fetch('/api/imports', { method: 'POST', body: file });
  } catch {
    throw offline();
  }
  const answer = (await response.json().catch(() => ({}))) as { uploadId?: string; error?: string };
  if (!answer.uploadId)
    throw new ApiError(
      answer.error ? fromServer(answer.error) : t('The server did not take the file; try again.'),
      'UPLOAD',
    );
  return answer.uploadId;
}
