import type { Workspace } from '../app/workspace';
import { initials } from '../team/initials';
import type { Scale } from '../timeline/scale';
import { others } from './people';
import styles from './presence.module.css';

const BESIDE_PX = 13; // from one mark to the next on the same frame

/** The others on the timeline: a round with initials at the frame that each looks at. */
export class TimelinePeople {
  private readonly marks = new Map<string, HTMLElement>();
  private scale: Scale | null = null;
  private readonly leave: () => void;

  constructor(
    private readonly workspace: Workspace,
    private readonly layer: HTMLElement,
  ) {
    this.leave = workspace.session.people.subscribe(() => this.place(false));
  }

  close(): void {
    this.leave();
    this.layer.replaceChildren();
  }

  /** The timeline was drawn at this scale. */
  rescale(scale: Scale): void {
    this.scale = scale;
    this.place(true);
  }

  private place(jumps: boolean): void {
    if (!this.scale) return;
    const { people } = this.workspace.session;
    const shown = others(people.get());
    for (const [id, mark] of this.marks) {
      if (shown.some((one) => one.id === id)) continue;
      mark.remove();
      this.marks.delete(id);
    }
    const beside = new Map<number, number>(); // how many marks a frame has already
    for (const one of shown) {
      const mark = this.marks.get(one.id) ?? this.made(one.id);
      const nth = beside.get(one.frameIdx) ?? 0;
      beside.set(one.frameIdx, nth + 1);
      const x = this.scale.x(one.frameIdx) + nth * BESIDE_PX;
      mark.hidden = x < -10 || x > this.scale.width + 10;
      mark.toggleAttribute('data-jumps', jumps);
      mark.style.transform = `translateX(${x}px)`;
      mark.style.setProperty('--person', one.colour);
      mark.textContent = initials(one.name);
      mark.title = one.name;
      mark.dataset.frame = String(one.frameIdx);
    }
  }

  private made(id: string): HTMLElement {
    const mark = document.createElement('div');
    mark.className = styles.mark ?? '';
    mark.dataset.testid = 'timeline-person';
    mark.dataset.person = id;
    this.layer.append(mark);
    this.marks.set(id, mark);
    return mark;
  }
}
