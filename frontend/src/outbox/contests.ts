import { type ApiError, type Present, sentenceOf } from '../api/errors';
import { notifyError } from '../app/notices';
import { createStore, type Store } from '../app/store';

/** An edit that was not made, for a person to decide on. */
export interface Contest {
  readonly id: number;
  /** What it is about: `prompts/3/17`. */
  readonly thing: string;
  readonly present: Present | null; // null: it was refused for another reason, which is the sentence
  readonly sentence: string;
  /** Make it again, in place of what is there now. Several, if several edits of one thing were refused. */
  readonly again: readonly (() => void)[];
}

type ContestAction =
  | { readonly type: 'offer'; readonly contest: Contest; readonly replaces: boolean }
  | { readonly type: 'settle'; readonly id: number };

/** What could not be made because somebody else was first, or because it had to wait: nothing of it is lost. */
export class Contests {
  readonly store: Store<readonly Contest[], ContestAction> = createStore(reduceContests, []);
  private lastId = 0;

  /** `bringBack`: an object that `seen` told to be removed. It may be there again by then. */
  constructor(private readonly bringBack: (objectId: number, seen: number) => Promise<void>) {}

  /** `replaces`: the new edit says all that the older ones of the same thing did. */
  offer(thing: string, thrown: ApiError, again: () => void, replaces = false): void {
    this.lastId += 1;
    const { present } = thrown;
    const contest = {
      id: this.lastId,
      thing,
      present,
      sentence: sentenceOf(thrown),
      again: [again],
    };
    this.store.dispatch({ type: 'offer', contest, replaces });
  }

  async doAgain(contest: Contest): Promise<void> {
    const { id, again, present } = contest;
    this.store.dispatch({ type: 'settle', id });
    const removed = removedIn(present);
    try {
      if (present && removed !== null) await this.bringBack(removed, present.version);
    } catch (thrown) {
      this.store.dispatch({ type: 'offer', contest, replaces: false });
      notifyError(thrown);
      return;
    }
    for (const make of again) make();
  }

  leave({ id }: Contest): void {
    this.store.dispatch({ type: 'settle', id });
  }
}

function reduceContests(open: readonly Contest[], action: ContestAction): readonly Contest[] {
  if (action.type === 'settle') return open.filter(({ id }) => id !== action.id);
  const { contest, replaces } = action;
  const known = open.find(({ thing }) => thing === contest.thing);
  if (!known) return [...open, contest];
  const again = replaces ? contest.again : [...known.again, ...contest.again];
  return open.map((one) => (one === known ? { ...contest, again } : one));
}

/** The object that somebody removed, if that is why an edit was refused. */
export function removedIn(present: Present | null): number | null {
  return present?.object?.removed ? present.objectId : null;
}

/** Is this refusal for a person to decide on? Others are only said. */
export function isContested(thrown: unknown): thrown is ApiError {
  const refusal = thrown as Partial<ApiError>;
  return Boolean(refusal.present) || refusal.hadToWait === true;
}
