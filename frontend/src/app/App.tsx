import { lazy, Suspense, useEffect } from 'react';
import { GalleryPage } from '../gallery/GalleryPage';
import { t, useLanguage } from '../i18n/t';
import { SessionPage } from '../session/SessionPage';
import { SessionsPage } from '../sessions/SessionsPage';
import { ClosedPage } from '../team/ClosedPage';
import { JoinPage } from '../team/JoinPage';
import { useWho, watchWho } from '../team/who';
import { MessagePage } from '../ui/MessagePage';
import { Toasts } from '../ui/Toasts';
import { routeOf, usePath } from './router';

const ProjectPage = lazy(async () => ({
  default: (await import('../projects/ProjectPage')).ProjectPage,
}));
const ProjectsPage = lazy(async () => ({
  default: (await import('../projects/ProjectsPage')).ProjectsPage,
}));
const ReviewPage = lazy(async () => ({
  default: (await import('../discussion/ReviewPage')).ReviewPage,
}));

export function App() {
  useLanguage(); // everything below is drawn anew in another language
  const route = routeOf(usePath());
  const who = useWho();
  useEffect(watchWho, []);
  if (route.page === 'join') return <JoinPage />;
  if (who.kind === 'out') return <ClosedPage signInUrl={who.signInUrl} wasIn={who.wasIn} />;
  if (route.page === 'session') {
    return <SessionPage key={route.sessionId} sessionId={route.sessionId} />;
  }
  return (
    <>
      {route.page === 'gallery' && <GalleryPage />}
      {route.page === 'sessions' && <SessionsPage />}
      <Suspense>
        {route.page === 'review' && <ReviewPage />}
        {route.page === 'projects' && <ProjectsPage />}
        {route.page === 'project' && (
          <ProjectPage key={route.projectId} projectId={route.projectId} />
        )}
      </Suspense>
      {route.page === 'unknown' && <NothingHere />}
      <Toasts on="page" />
    </>
  );
}

function NothingHere() {
  return <MessagePage title={t('There is nothing here')} text={t('The link may be cut off.')} />;
}
