import type { ExportFormatsResult, StartExportVariables } from '../api/generated';

export type ExportFormat = ExportFormatsResult['exportFormats'][number];

/** What a person has chosen. Frames are text while they are typed; empty means the first or the last. */
export interface ExportForm {
  readonly format: string;
  /** Null: every object. */
  readonly objects: ReadonlySet<number> | null;
  readonly first: string;
  readonly last: string;
  readonly stride: string;
  readonly withFrames: boolean;
}

export const NEW_EXPORT: ExportForm = {
  format: 'coco',
  objects: null,
  first: '',
  last: '',
  stride: '1',
  withFrames: false,
};

/** A tick more or less; all of them ticked is the same as no choice, so that later objects come along. */
export function toggled(form: ExportForm, id: number, all: readonly number[]): ExportForm {
  const chosen = new Set(form.objects ?? all);
  if (!chosen.delete(id)) chosen.add(id);
  return { ...form, objects: chosen.size === all.length ? null : chosen };
}

export function takesPictures(form: ExportForm, formats: readonly ExportFormat[]): boolean {
  return formats.find((format) => format.name === form.format)?.takesFrames ?? false;
}

/** What to send, or null where a number makes no sense. */
export function exportVariables(
  form: ExportForm,
  sessionId: string,
  numFrames: number,
): StartExportVariables | null {
  const firstFrame = form.first === '' ? 0 : wholeNumber(form.first);
  const lastFrame = form.last === '' ? numFrames - 1 : wholeNumber(form.last);
  const stride = wholeNumber(form.stride);
  if (firstFrame === null || lastFrame === null || stride === null || stride < 1) return null;
  if (firstFrame > lastFrame || lastFrame >= numFrames) return null;
  if (form.objects?.size === 0) return null;
  return {
    sessionIds: [sessionId],
    format: form.format,
    ...(form.objects && { objectIds: [...form.objects].sort((a, b) => a - b) }),
    firstFrame,
    lastFrame,
    stride,
    withFrames: form.withFrames,
  };
}

function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}

export function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
