import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Workspace } from '../app/workspace';
import { Pins } from '../discussion/pins';
import { t } from '../i18n/t';
import { StagePeople } from '../presence/stagePeople';
import { Comparison } from '../review/comparison';
import { StageTools } from '../tools/stageTools';
import { KeyPointer } from './keyPointer';
import { Painter } from './painter';
import { StagePointer } from './pointer';
import styles from './Stage.module.css';
import type { Spot } from './view';

/** What others may ask of the stage. */
export interface StageHandle {
  cancelDrag(): boolean;
  /** Says whether a drawing that is begun took the key. */
  toolKey(key: 'enter' | 'backspace' | 'escape'): boolean;
  showWhole(): void;
  /** Nearer (above 1) or farther, about the middle. */
  zoomBy(factor: number): void;
  /** The cross that keys move: there, or gone. */
  toggleCross(): void;
}

/** The video with its masks. React makes the canvases; painter and pointer do the rest. */
export function Stage({
  workspace,
  handle,
}: {
  workspace: Workspace;
  handle: RefObject<StageHandle | null>;
}) {
  const root = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLCanvasElement>(null);
  const masks = useRef<HTMLCanvasElement>(null);
  const interaction = useRef<HTMLCanvasElement>(null);
  const [cross, setCross] = useState('');

  useEffect(() => {
    if (!root.current || !picture.current || !masks.current || !interaction.current) return;
    root.current.prepend(workspace.video);
    const painter = new Painter(workspace, root.current, {
      picture: picture.current,
      masks: masks.current,
      interaction: interaction.current,
    });
    const tools = new StageTools(workspace, painter);
    const comparison = new Comparison(workspace, painter.invalidate);
    const pins = new Pins(root.current, workspace, painter.invalidate);
    const pointer = new StagePointer(root.current, painter, workspace, tools);
    const act = {
      click: (at: Spot, include: boolean) => pointer.clickOn(at, include),
      box: (from: Spot, to: Spot) => pointer.boxBetween(from, to),
      clickIncludes: () => workspace.clickIncludes.get(),
    };
    const keyPointer = new KeyPointer(painter, act, setCross);
    const people = new StagePeople(workspace, painter);
    painter.overlays = [comparison, tools, keyPointer, people, pins];
    const sizes = new ResizeObserver(() => painter.resize());
    sizes.observe(root.current);
    const onScreen = () => painter.resize(); // another zoom or screen: the size may be the same, not its pixels
    window.addEventListener('resize', onScreen);
    const unsubscribe = [
      workspace.player.subscribe(painter.paint),
      workspace.session.masks.subscribe(painter.invalidate),
      workspace.session.store.subscribe(painter.invalidate),
      workspace.look.subscribe(() => painter.refit()),
      workspace.visibility.subscribe(painter.invalidate),
      workspace.effects.subscribe(painter.invalidate),
      workspace.tool.subscribe(painter.invalidate),
    ];
    handle.current = {
      cancelDrag: () => pointer.cancelDrag(),
      toolKey: (key) => tools.key(key),
      showWhole: () => painter.setView(painter.whole),
      toggleCross: () => keyPointer.toggle(),
      zoomBy: (factor) => painter.zoomAt(painter.middle, factor),
    };
    return () => {
      handle.current = null;
      for (const leave of unsubscribe) leave();
      sizes.disconnect();
      window.removeEventListener('resize', onScreen);
      people.close();
      keyPointer.close();
      pointer.close();
      tools.close();
      comparison.close();
      pins.close();
      painter.close();
      workspace.video.remove();
    };
  }, [workspace, handle]);

  const { title } = workspace.session.info.video;
  return (
    <div
      ref={root}
      className={styles.stage}
      data-testid="stage"
      data-loading={t('Loading the video')}
      role="application"
      aria-label={t('{title}: click to include, right click to exclude, drag a box', { title })}
    >
      <canvas ref={picture} className={styles.layer} />
      <canvas ref={masks} className={styles.layer} />
      <canvas ref={interaction} className={styles.layer} />
      <button
        type="button"
        className={styles.cross}
        data-testid="cross"
        onPointerDown={(event) => event.stopPropagation()}
        onClick={(event) => {
          event.currentTarget.blur(); // the next Enter is for the cross
          handle.current?.toggleCross();
        }}
      >
        {t('Point with the keyboard')}
      </button>
      <span className={styles.spoken} role="status">
        {cross}
      </span>
    </div>
  );
}
