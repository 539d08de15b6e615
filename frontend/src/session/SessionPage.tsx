import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { request } from '../api/client';
import { ApiError, NOT_FOUND, sentenceOf } from '../api/errors';
import { OpenSession } from '../api/generated';
import { useStore } from '../app/store';
import { openWorkspace, type Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { CheatSheet } from '../keys/CheatSheet';
import { useKeys } from '../keys/useKeys';
import { ObjectPanel } from '../objects/ObjectPanel';
import { ContestBar } from '../outbox/ContestBar';
import { Transport } from '../playback/Transport';
import { FollowBar } from '../presence/FollowBar';
import { CompareBar } from '../review/CompareBar';
import { Stage, type StageHandle } from '../stage/Stage';
import { useMay } from '../team/capabilities';
import { Timeline } from '../timeline/Timeline';
import { ClickSwitch } from '../tools/ClickSwitch';
import { ToolBar } from '../tools/ToolBar';
import { Tour } from '../tour/Tour';
import { TrackControl } from '../tracking/TrackControl';
import { MessagePage } from '../ui/MessagePage';
import { Toasts } from '../ui/Toasts';
import { runAction } from './actions';
import { ConnectionBanner } from './ConnectionBanner';
import type { SessionInfo } from './liveSession';
import styles from './SessionPage.module.css';
import { TopBar } from './TopBar';

const DiscussionPanel = lazy(async () => ({
  default: (await import('../discussion/DiscussionPanel')).DiscussionPanel,
}));
const EffectsPanel = lazy(async () => ({
  default: (await import('../effects/EffectsPanel')).EffectsPanel,
}));

type Load =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly info: SessionInfo }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly sentence: string };

/** A session by its id: loads it, then shows it, or says why not. */
export function SessionPage({ sessionId }: { sessionId: string }) {
  const [load, setLoad] = useState<Load>({ kind: 'loading' });
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt loads again
  useEffect(() => {
    const abort = new AbortController();
    setLoad({ kind: 'loading' });
    request(OpenSession, { id: sessionId }, { signal: abort.signal })
      .then(({ session }) => setLoad({ kind: 'ready', info: session }))
      .catch((thrown) => {
        if (abort.signal.aborted) return;
        const isMissing = thrown instanceof ApiError && thrown.code === NOT_FOUND;
        setLoad(isMissing ? { kind: 'missing' } : { kind: 'failed', sentence: sentenceOf(thrown) });
      });
    return () => abort.abort();
  }, [sessionId, attempt]);

  if (load.kind === 'missing') return <MissingSession />;
  if (load.kind === 'failed') {
    return (
      <MessagePage
        title={t('This session could not be opened')}
        text={load.sentence}
        retry={() => setAttempt(attempt + 1)}
      />
    );
  }
  if (load.kind === 'loading') return <div className={styles.loading} aria-busy="true" />;
  return <OpenWorkspace key={load.info.id} info={load.info} />;
}

function MissingSession() {
  return (
    <MessagePage
      title={t('There is no such session')}
      text={t('The link may be cut off, or it belongs to another Masklet.')}
    />
  );
}

/** It was open until now. */
function EndedSession() {
  return (
    <MessagePage
      title={t('This session is closed to you now')}
      text={t('It was deleted, or your access to it has ended. Ask whoever invited you.')}
    />
  );
}

function OpenWorkspace({ info }: { info: SessionInfo }) {
  const [workspace, setWorkspace] = useState<Workspace | null>(null);
  useEffect(() => {
    const opened = openWorkspace(info);
    setWorkspace(opened);
    document.title = `${info.video.title} · Masklet`;
    return () => opened.close();
  }, [info]);
  return workspace && <WorkspaceView workspace={workspace} />;
}

function WorkspaceView({ workspace }: { workspace: Workspace }) {
  const stage = useRef<StageHandle>(null);
  const [showsHelp, setShowsHelp] = useState(false);
  const [showsEffects, setShowsEffects] = useState(false);
  const showsDiscussion = useStore(workspace.discussion, (view) => view.isOpen);
  const mayEdit = useMay(workspace, 'EDIT');
  const isGone = useStore(workspace.session.connection, (status) => status === 'gone');
  useKeys((action) => {
    if (action === 'help') setShowsHelp(true);
    else runAction(action, { workspace, stage: stage.current });
  });
  if (isGone) return <EndedSession />;
  return (
    <div className={styles.workspace} data-testid="session">
      <TopBar
        workspace={workspace}
        onHelp={() => setShowsHelp(true)}
        showsEffects={showsEffects}
        onEffects={() => setShowsEffects(!showsEffects)}
      />
      <div className={styles.middle}>
        <div className={styles.left}>
          <Suspense>
            {showsDiscussion && <DiscussionPanel workspace={workspace} />}
            {showsEffects && (
              <EffectsPanel workspace={workspace} onClose={() => setShowsEffects(false)} />
            )}
          </Suspense>
        </div>
        <div className={styles.screen}>
          <Stage workspace={workspace} handle={stage} />
          <FollowBar workspace={workspace} />
          <CompareBar workspace={workspace} />
          <ConnectionBanner session={workspace.session} />
          <ContestBar session={workspace.session} />
          <Toasts on="stage" />
        </div>
        <ObjectPanel workspace={workspace} />
      </div>
      <footer className={styles.footer}>
        <div className={styles.controls}>
          <Transport
            player={workspace.player}
            range={workspace.range}
            asksFrame={workspace.asksFrame}
          />
          <div className={styles.tools}>
            {mayEdit && <ClickSwitch workspace={workspace} />}
            {mayEdit && <ToolBar workspace={workspace} />}
          </div>
          <TrackControl workspace={workspace} />
        </div>
        <Timeline workspace={workspace} />
      </footer>
      {mayEdit && <Tour />}
      {showsHelp && <CheatSheet onClose={() => setShowsHelp(false)} />}
    </div>
  );
}
