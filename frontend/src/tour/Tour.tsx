import { useEffect, useRef, useState } from 'react';
import { type Message, t, useLanguage } from '../i18n/t';
import { Button } from '../ui/Button';
import styles from './Tour.module.css';

interface Step {
  readonly testId: string; // of what it speaks about
  readonly title: Message;
  readonly text: Message;
}

const STEPS: readonly Step[] = [
  {
    testId: 'stage',
    title: 'Click an object',
    text: 'Its mask appears on this frame. A right click takes away, a drag draws a box.',
  },
  {
    testId: 'track',
    title: 'Track it',
    text: 'Track carries the mask through all the other frames. You can go on clicking meanwhile.',
  },
  {
    testId: 'timeline',
    title: 'Look where it is unsure',
    text: 'Orange under a lane asks for a look. G jumps there; Enter says that the mask is right.',
  },
  {
    testId: 'help',
    title: 'Every key is here',
    text: 'The question mark shows all keys, and lets you change them.',
  },
];

const KEY = 'masklet.tour';

/** Four steps for who sees a session for the first time. Skipped once, it does not come again. */
export function Tour() {
  useLanguage();
  const [step, setStep] = useState(() => (wasSeen() ? STEPS.length : 0));
  const box = useRef<HTMLElement>(null);
  const now = STEPS[step];

  useEffect(() => {
    if (!now) return;
    const place = () => {
      const target = document.querySelector(`[data-testid="${now.testId}"]`);
      if (target && box.current) putBeside(box.current, target.getBoundingClientRect());
    };
    place();
    window.addEventListener('resize', place);
    return () => window.removeEventListener('resize', place);
  }, [now]);

  if (!now) return null;
  const isLast = step === STEPS.length - 1;
  const end = () => {
    remember();
    setStep(STEPS.length);
  };
  return (
    <section ref={box} className={styles.tour} aria-label={t('Introduction')} data-testid="tour">
      <h2 className={styles.title}>{t(now.title)}</h2>
      <p>{t(now.text)}</p>
      <div className={styles.ways}>
        <span className={styles.count}>
          {step + 1} / {STEPS.length}
        </span>
        {!isLast && (
          <Button data-testid="tour-skip" onClick={end}>
            {t('Skip')}
          </Button>
        )}
        <Button
          look="primary"
          data-testid="tour-next"
          onClick={() => (isLast ? end() : setStep(step + 1))}
        >
          {isLast ? t('Done') : t('Next')}
        </Button>
      </div>
    </section>
  );
}

const GAP_PX = 12;

/** Above or below what it speaks about, or within it where that is large; always on the screen. */
function putBeside(box: HTMLElement, target: DOMRect): void {
  const { width, height } = box.getBoundingClientRect();
  const fits = (top: number) => top >= GAP_PX && top + height + GAP_PX <= window.innerHeight;
  const tops = [target.bottom + GAP_PX, target.top - height - GAP_PX, target.top + GAP_PX];
  const left = target.left + (target.width - width) / 2;
  box.style.top = `${tops.find(fits) ?? GAP_PX}px`;
  box.style.left = `${Math.max(GAP_PX, Math.min(window.innerWidth - width - GAP_PX, left))}px`;
}

function wasSeen(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return true; // a browser that keeps nothing would show it every time
  }
}

function remember(): void {
  try {
    localStorage.setItem(KEY, 'seen');
  } catch {
    // then it comes again
  }
}
