/** A comment that somebody is about to write, and where it will be pinned. */
export interface Draft {
  readonly frameIdx: number;
  readonly objectId: number | null;
  readonly spot: { readonly x: number; readonly y: number } | null;
  /** The next press on the picture says where. */
  readonly isPlacing: boolean;
}

export type Tab = 'comments' | 'log' | 'effort';

/** What the panel beside the picture shows. */
export interface DiscussionView {
  readonly isOpen: boolean;
  readonly tab: Tab;
  readonly threadId: string | null;
  readonly draft: Draft | null;
  readonly showsResolved: boolean;
  /** The object for whose rejection a reason is asked. */
  readonly rejectsId: number | null;
}

export const CLOSED: DiscussionView = {
  isOpen: false,
  tab: 'comments',
  threadId: null,
  draft: null,
  showsResolved: false,
  rejectsId: null,
};

export type DiscussionAction =
  | { readonly type: 'toggle' }
  | { readonly type: 'close' }
  | { readonly type: 'tab'; readonly tab: Tab }
  | { readonly type: 'open'; readonly threadId: string; readonly isResolved: boolean }
  | { readonly type: 'fold' }
  | { readonly type: 'begin'; readonly frameIdx: number; readonly objectId: number | null }
  | { readonly type: 'aim'; readonly isPlacing: boolean }
  | { readonly type: 'place'; readonly spot: Draft['spot'] }
  | { readonly type: 'about'; readonly objectId: number | null }
  | { readonly type: 'endDraft' }
  | { readonly type: 'showResolved'; readonly shows: boolean }
  | { readonly type: 'reject'; readonly objectId: number | null };

export function reduceDiscussion(view: DiscussionView, action: DiscussionAction): DiscussionView {
  switch (action.type) {
    case 'toggle':
      return view.isOpen ? closed(view) : { ...view, isOpen: true };
    case 'close':
      return closed(view);
    case 'tab':
      return { ...view, isOpen: true, tab: action.tab };
    case 'open':
      return {
        ...view,
        isOpen: true,
        tab: 'comments',
        threadId: action.threadId,
        draft: null,
        showsResolved: view.showsResolved || action.isResolved,
      };
    case 'fold':
      return { ...view, threadId: null };
    case 'begin': {
      const { frameIdx, objectId } = action;
      const draft = { frameIdx, objectId, spot: null, isPlacing: true };
      return { ...view, isOpen: true, tab: 'comments', threadId: null, draft };
    }
    case 'aim':
      return withDraft(view, { isPlacing: action.isPlacing });
    case 'place':
      return withDraft(view, { spot: action.spot, isPlacing: false });
    case 'about':
      return withDraft(view, { objectId: action.objectId });
    case 'endDraft':
      return { ...view, draft: null };
    case 'showResolved':
      return { ...view, showsResolved: action.shows };
    case 'reject':
      return { ...view, rejectsId: action.objectId };
  }
}

function closed(view: DiscussionView): DiscussionView {
  return { ...view, isOpen: false, draft: null };
}

function withDraft(view: DiscussionView, change: Partial<Draft>): DiscussionView {
  return view.draft ? { ...view, draft: { ...view.draft, ...change } } : view;
}
