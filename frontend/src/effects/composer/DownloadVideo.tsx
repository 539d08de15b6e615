import { useEffect, useRef, useState } from 'react';
import { notify, notifyError } from '../../app/notices';
import type { Workspace } from '../../app/workspace';
import { t } from '../../i18n/t';
import { Button } from '../../ui/Button';
import { Progress } from '../../ui/Progress';
import styles from '../EffectsPanel.module.css';
import { hasWebGl } from '../webgl';

/** The video with its effects as a file. It needs WebCodecs, which browsers give to HTTPS and localhost only. */
export function DownloadVideo({ workspace }: { workspace: Workspace }) {
  const [fraction, setFraction] = useState<number | null>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  if (typeof VideoEncoder !== 'function') {
    return (
      <p className={styles.note} data-testid="needs-https">
        {window.isSecureContext
          ? t('This browser has no WebCodecs, which the download of the video needs.')
          : t('To download the video, open this page over HTTPS; everything else works without.')}
      </p>
    );
  }
  const start = async () => {
    abort.current = new AbortController();
    setFraction(0);
    try {
      const { downloadComposed } = await import('./downloadComposed');
      await downloadComposed(workspace, setFraction, abort.current.signal);
    } catch (thrown) {
      if (abort.current.signal.aborted)
        notify({ tone: 'info', text: t('The download was cancelled.') });
      else notifyError(thrown);
    }
    setFraction(null);
  };
  return (
    <div className={styles.download}>
      {fraction === null ? (
        <Button
          look="primary"
          icon="download"
          disabled={!hasWebGl()}
          data-testid="download-video"
          onClick={() => void start()}
        >
          {t('Download video')}
        </Button>
      ) : (
        <>
          <Progress label={t('Composing the video')} fraction={fraction} />
          <Button
            look="outlined"
            data-testid="cancel-download"
            onClick={() => abort.current?.abort()}
          >
            {t('Cancel')}
          </Button>
        </>
      )}
      <p className={styles.note}>
        {t('Every frame of the source at its own time, with its sound.')}
      </p>
    </div>
  );
}
