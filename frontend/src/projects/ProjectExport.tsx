import { useState } from 'react';
import { request } from '../api/client';
import { ExportProject, type ProjectFields } from '../api/generated';
import { notifyError } from '../app/notices';
import exchange from '../exchange/Exchange.module.css';
import { Formats, PastExport, useFormats } from '../exchange/ExportParts';
import { useProjectExports } from '../exchange/jobs';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import card from '../ui/Card.module.css';
import { Dialog } from '../ui/Dialog';

/** All masks of a project as one zip, with a folder for each session. */
export function ProjectExport({
  project,
  onClose,
}: {
  project: ProjectFields;
  onClose: () => void;
}) {
  const [format, setFormat] = useState('coco');
  const [wantsFrames, setWantsFrames] = useState(false);
  const formats = useFormats();
  const { exports, look } = useProjectExports(project.id);
  const takesFrames = formats.find((one) => one.name === format)?.takesFrames ?? false;
  const withFrames = wantsFrames && takesFrames;
  const start = () => {
    request(ExportProject, { projectId: project.id, format, stride: 1, withFrames })
      .then(look)
      .catch(notifyError);
  };
  return (
    <Dialog title={t('Export the project')} testId="project-export" onClose={onClose}>
      <div className={exchange.pane}>
        <p className={card.detail}>
          {t('One zip with a folder for each session; sessions without a mask are left out.')}
        </p>
        <Formats chosen={format} formats={formats} onChoose={setFormat} />
        <label className={exchange.tick}>
          <input
            type="checkbox"
            checked={withFrames}
            disabled={!takesFrames}
            data-testid="export-frames"
            onChange={(event) => setWantsFrames(event.target.checked)}
          />
          {t('With the pictures of these frames')}
        </label>
        <div className={exchange.actions}>
          <span />
          <Button
            look="primary"
            disabled={project.progress.objects === 0}
            data-testid="start-project-export"
            onClick={start}
          >
            {t('Export')}
          </Button>
        </div>
        <ul className={exchange.past} data-testid="exports">
          {exports.map((job) => (
            <PastExport key={job.id} job={job} formats={formats} onChange={look} />
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
