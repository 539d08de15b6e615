import { useSyncExternalStore } from 'react';
import { type Store, useStore } from '../app/store';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { Menu } from '../ui/Menu';
import type { Player } from './player';
import { type RangeAction, type RangeState, rangeOf } from './range';
import { RATES } from './shuttle';
import styles from './Transport.module.css';

interface RangeControlsProps {
  readonly player: Player;
  readonly range: Store<RangeState, RangeAction>;
}

/** How fast it plays, from where to where, and whether it goes round. */
export function RangeControls({ player, range }: RangeControlsProps) {
  const rate = useSyncExternalStore(player.subscribe, () => player.rate);
  const state = useStore(range, (now) => now);
  const found = rangeOf(state, player.times.numFrames);
  return (
    <div className={styles.range}>
      <Menu
        label={`${t('Speed')} ${rate}×`}
        testId="rate"
        direction="up"
        className={styles.rate}
        items={RATES.map((one) => ({
          id: String(one),
          label: `${one}×`,
          checked: one === rate,
          run: () => player.setRate(one),
        }))}
      >
        <span className="number">{rate}×</span>
      </Menu>
      <Button
        icon="loop"
        aria-label={t('Loop')}
        title={t('Loop')}
        aria-pressed={state.loops}
        data-testid="loop"
        onClick={() => range.dispatch({ type: 'loop', loops: !state.loops })}
      />
      {found && (
        <Button
          aria-label={t('Clear the range')}
          title={t('Clear the range')}
          data-testid="range"
          onClick={() => range.dispatch({ type: 'clear' })}
        >
          <span className="number">
            {found.first}–{found.last}
          </span>
        </Button>
      )}
    </div>
  );
}
