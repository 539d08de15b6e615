import { useRef, useState } from 'react';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { useWithKey } from '../keys/keyHint';
import { Button } from '../ui/Button';
import { Icon, type IconName } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import { CopyFromDialog } from './CopyFromDialog';
import { LARGEST_PX, SMALLEST_PX, type ToolKind } from './choice';
import styles from './ToolBar.module.css';
import { importMask, toolItems } from './toolActions';

/** Points, brush, eraser, polygon; and what else can be done to the mask on this frame. */
export function ToolBar({ workspace }: { workspace: Workspace }) {
  const chosen = useStore(workspace.tool, (tool) => tool.kind);
  const brushPx = useStore(workspace.tool, (tool) => tool.brushPx);
  const file = useRef<HTMLInputElement>(null);
  const withKey = useWithKey();
  const [isAsking, setAsking] = useState(false);
  const sizeTitle = withKey(withKey(t('Size of the brush'), 'smallerBrush'), 'largerBrush');
  const tools: readonly { kind: ToolKind; icon: IconName; name: string; title: string }[] = [
    {
      kind: 'point',
      icon: 'target',
      name: t('Points and boxes'),
      title: withKey(t('Points and boxes'), 'escape'),
    },
    {
      kind: 'brush',
      icon: 'brush',
      name: t('Brush'),
      title: withKey(t('Brush: paint on the mask'), 'brush'),
    },
    {
      kind: 'eraser',
      icon: 'eraser',
      name: t('Eraser'),
      title: withKey(t('Eraser: take away'), 'eraser'),
    },
    {
      kind: 'polygon',
      icon: 'polygon',
      name: t('Polygon'),
      title: withKey(t('Polygon: click its corners'), 'polygon'),
    },
  ];
  return (
    <div className={styles.bar} role="toolbar" aria-label={t('Tools')}>
      {tools.map(({ kind, icon, name, title }) => (
        <Button
          key={kind}
          icon={icon}
          aria-label={name}
          title={title}
          aria-pressed={chosen === kind}
          className={chosen === kind ? styles.chosen : undefined}
          data-testid={`tool-${kind}`}
          onClick={() => {
            if (chosen !== kind) workspace.tool.dispatch({ type: 'choose', kind });
          }}
        />
      ))}
      {(chosen === 'brush' || chosen === 'eraser') && (
        <label className={styles.size} title={sizeTitle}>
          <input
            type="range"
            min={SMALLEST_PX}
            max={LARGEST_PX / 2}
            value={brushPx}
            aria-label={t('Size of the brush')}
            data-testid="brush-size"
            onChange={(event) =>
              workspace.tool.dispatch({ type: 'size', brushPx: event.currentTarget.valueAsNumber })
            }
          />
          <span className="number">{brushPx}</span>
        </label>
      )}
      <Menu
        label={t('More for this mask')}
        testId="mask-menu"
        direction="up"
        className={styles.more}
        items={() =>
          toolItems(workspace, {
            file: () => file.current?.click(),
            frame: () => setAsking(true),
          })
        }
      >
        <Icon name="down" size={16} />
      </Menu>
      <input
        ref={file}
        type="file"
        accept="image/png"
        hidden
        data-testid="mask-file"
        onChange={(event) => {
          const [chosenFile] = event.target.files ?? [];
          if (chosenFile) void importMask(workspace, chosenFile);
          event.target.value = '';
        }}
      />
      {isAsking && <CopyFromDialog workspace={workspace} onClose={() => setAsking(false)} />}
    </div>
  );
}
