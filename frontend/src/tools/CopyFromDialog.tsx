import { useEffect, useRef, useState } from 'react';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { frameIn } from '../playback/timecode';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import fieldStyles from '../ui/Field.module.css';
import styles from './ToolBar.module.css';
import { copyFrom } from './toolActions';

/** Asks for the frame whose mask is to be copied onto the one that is shown. */
export function CopyFromDialog({
  workspace,
  onClose,
}: {
  workspace: Workspace;
  onClose: () => void;
}) {
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []); // after the dialog has opened
  const frame = frameIn(text, workspace.player.times);
  return (
    <Dialog title={t('Copy the mask of which frame?')} testId="copy-from" onClose={onClose}>
      <form
        className={styles.ask}
        onSubmit={(event) => {
          event.preventDefault();
          if (frame === null) return;
          void copyFrom(workspace, frame);
          onClose();
        }}
      >
        <input
          ref={field}
          className={`${fieldStyles.field} number`}
          value={text}
          placeholder="1:02.50"
          aria-label={t('Its number, or a time like 1:02.50')}
          data-testid="copy-from-frame"
          onChange={(event) => setText(event.target.value)}
        />
        <Button look="primary" type="submit" disabled={frame === null} data-testid="copy-mask">
          {t('Copy')}
        </Button>
      </form>
    </Dialog>
  );
}
