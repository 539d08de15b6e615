import { useState } from 'react';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { useVisibleObjects } from '../session/useVisibleObjects';
import { Button } from '../ui/Button';
import { type Choice, chosenFrom, type EffectChoices, objectChoice, pressed } from './choices';
import { DownloadVideo } from './composer/DownloadVideo';
import styles from './EffectsPanel.module.css';
import type { Effect } from './effect';
import { BACKGROUND_EFFECTS, OBJECT_EFFECTS } from './registry';
import { hasWebGl } from './webgl';

/** Effects of the background and of the objects, and the download of what they make of the video. */
export function EffectsPanel({
  workspace,
  onClose,
}: {
  workspace: Workspace;
  onClose: () => void;
}) {
  const [target, setTarget] = useState<number | null>(null);
  const choices = useStore(workspace.effects, (state) => state);
  const objects = useVisibleObjects(workspace);
  const forObject = objects.find((object) => object.objectId === target) ?? null;
  const objectId = forObject?.objectId ?? null;
  return (
    <aside className={styles.panel} aria-label={t('Effects')} data-testid="effects-panel">
      <header className={styles.header}>
        <h2>{t('Effects')}</h2>
        <label className={styles.switch}>
          <input
            type="checkbox"
            checked={choices.isOn}
            data-testid="effects-on"
            onChange={(event) =>
              workspace.effects.dispatch({ type: 'switch', isOn: event.target.checked })
            }
          />
          {t('Show')}
        </label>
        <Button icon="close" aria-label={t('Close')} onClick={onClose} />
      </header>
      {!hasWebGl() && (
        <p className={styles.missing} role="alert">
          {t('This browser has no WebGL2, which effects need; masks are shown as outlines.')}
        </p>
      )}
      <EffectGrid
        title={t('Background')}
        testId="background-effect"
        effects={BACKGROUND_EFFECTS}
        now={choices.background}
        onChoose={(choice) => workspace.effects.dispatch({ type: 'background', choice })}
      />
      <EffectGrid
        title={t('Objects')}
        testId="object-effect"
        effects={OBJECT_EFFECTS}
        now={shownChoice(choices, objectId)}
        onChoose={(choice) => workspace.effects.dispatch({ type: 'object', objectId, choice })}
      >
        <select
          className={styles.target}
          aria-label={t('Which objects')}
          data-testid="effect-target"
          value={objectId ?? ''}
          onChange={(event) => setTarget(event.target.value ? Number(event.target.value) : null)}
        >
          <option value="">{t('All objects')}</option>
          {objects.map((object) => (
            <option key={object.objectId} value={object.objectId}>
              {object.name}
            </option>
          ))}
        </select>
      </EffectGrid>
      <Button
        look="outlined"
        data-testid="surprise"
        onClick={() =>
          workspace.effects.dispatch({
            type: 'surprise',
            objectIds: objects.map((object) => object.objectId),
            random: Math.random,
          })
        }
      >
        {t('Surprise me')}
      </Button>
      <DownloadVideo workspace={workspace} />
    </aside>
  );
}

const NOT_ONE = { effect: null, variant: null } as const;

/** All objects share a choice only while none has one of its own. */
function shownChoice(choices: EffectChoices, objectId: number | null): Choice | null {
  if (objectId === null && choices.byObject.size > 0) return null;
  return objectChoice(choices, objectId);
}

interface EffectGridProps {
  readonly title: string;
  readonly testId: string;
  readonly effects: readonly Effect[];
  readonly now: Choice | null; // null: not the same for all
  readonly onChoose: (choice: Choice) => void;
  readonly children?: React.ReactNode;
}

/** A press chooses an effect; another press goes on to its next variant. */
function EffectGrid({ title, testId, effects, now, onChoose, children }: EffectGridProps) {
  const { effect: chosen, variant } = now ? chosenFrom(effects, now) : NOT_ONE;
  return (
    <section className={styles.section} aria-label={title}>
      <div className={styles.heading}>
        <h3>{title}</h3>
        {children}
      </div>
      <div className={styles.grid}>
        {effects.map((effect) => (
          <button
            key={effect.id}
            type="button"
            className={styles.effect}
            aria-pressed={effect === chosen}
            title={t('Press again for its next variant')}
            data-testid={`${testId}-${effect.id}`}
            onClick={() => onChoose(pressed(effect, now))}
          >
            {t(effect.label)}
            <span className={styles.dots} aria-hidden="true">
              {effect.variants.map(({ label }) => (
                <span key={label} data-now={effect === chosen && label === variant?.label} />
              ))}
            </span>
          </button>
        ))}
      </div>
      <p className={styles.variant} aria-live="polite" data-testid={`${testId}-variant`}>
        {variant ? t(variant.label) : t('Objects have their own; a press is for all of them.')}
      </p>
    </section>
  );
}
