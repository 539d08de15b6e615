import { request } from '../api/client';
import { offline } from '../api/errors';
import { Track, type Verdict } from '../api/generated';
import { notify, notifyError } from '../app/notices';
import { t } from '../i18n/t';
import { hasVerified, NOT_TRACKED, presenceIn } from '../masks/coverage';
import type { Doer } from './doer';
import type { LiveSession } from './liveSession';
import type { Range } from './ranges';
import { openProposal } from './state';

/** What a person does with masks that are there: verify them, track a range anew, keep or drop it. */
export class ReviewCommands {
  private tracked: string | null = null; // a Track that is noted for undo when it has ended
  private readonly leave: () => void;

  constructor(
    private readonly session: LiveSession,
    private readonly doer: Doer,
    private readonly flush: () => Promise<void>,
  ) {
    this.leave = session.store.subscribe(() => this.noteEnd());
  }

  close(): void {
    this.leave();
  }

  isVerified(objectId: number, frameIdx: number): boolean {
    return hasVerified(this.session.masks.coverage(objectId)?.at(frameIdx) ?? 0);
  }

  /** Say that these objects' masks on these frames are right, or take that back. False: there was none. */
  async verify(objectIds: readonly number[], range: Range, verified = true): Promise<boolean> {
    const { masks } = this.session;
    const places = objectIds.flatMap((objectId) => {
      const coverage = masks.coverage(objectId);
      const runs = coverage ? [...coverage.runs()] : [];
      return runs
        .filter(({ look }) => presenceIn(look) !== NOT_TRACKED && hasVerified(look) !== verified)
        .map(({ first, last }) => ({
          objectId,
          firstFrame: Math.max(first, range.first),
          lastFrame: Math.min(last, range.last),
        }))
        .filter(({ firstFrame, lastFrame }) => firstFrame <= lastFrame);
    });
    if (places.length === 0) return false;
    await this.flush();
    return this.doer.do({ kind: 'verify', places, verified });
  }

  /**
   * Track a range anew. Its masks wait beside the kept ones, to be compared. Verified frames end the walk, unless
   * `overwritesVerified`.
   */
  async retrack(
    objectIds: readonly number[] | null,
    range: Range,
    startFrame: number | null,
    overwritesVerified = false,
  ): Promise<void> {
    try {
      await this.flush();
      if (this.session.outbox.isAway) throw offline();
      const { track } = await request(Track, {
        sessionId: this.session.info.id,
        direction: 'BOTH',
        objectIds,
        firstFrame: range.first,
        lastFrame: range.last,
        startFrame,
        proposed: true,
        overwritesVerified,
      });
      this.session.store.dispatch({ type: 'propagation', propagation: track });
    } catch (thrown) {
      notifyError(thrown);
    }
  }

  keep(): Promise<boolean> {
    return this.decide('APPLIED');
  }

  drop(): Promise<boolean> {
    return this.decide('DROPPED');
  }

  /** A Track began: when it has ended, it can be taken back. */
  noteTrack(propagationId: string): void {
    this.tracked = propagationId;
    this.noteEnd();
  }

  private async decide(after: Verdict): Promise<boolean> {
    const proposal = openProposal(this.session.store.get());
    if (!proposal) {
      notify({ tone: 'info', text: t('There is no tracked range to decide on.') });
      return false;
    }
    await this.flush();
    return this.doer.do({ kind: 'verdict', propagationId: proposal.id, before: 'OPEN', after });
  }

  private noteEnd(): void {
    const { propagation } = this.session.store.get();
    const propagationId = this.tracked;
    if (propagation?.id !== propagationId || propagation?.state === 'RUNNING') return;
    this.tracked = null;
    if (!propagation || !propagationId || propagation.framesDone === 0) return;
    this.session.store.dispatch({
      type: 'did',
      change: { kind: 'verdict', propagationId, before: 'DROPPED', after: 'APPLIED' },
    });
  }
}
