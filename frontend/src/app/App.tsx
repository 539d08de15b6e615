import { GalleryPage } from '../gallery/GalleryPage';
import { SessionPage } from '../session/SessionPage';
import { SessionsPage } from '../sessions/SessionsPage';
import { MessagePage } from '../ui/MessagePage';
import { Toasts } from '../ui/Toasts';
import { routeOf, usePath } from './router';

export function App() {
  const route = routeOf(usePath());
  if (route.page === 'session') {
    return <SessionPage key={route.sessionId} sessionId={route.sessionId} />;
  }
  return (
    <>
      {route.page === 'gallery' && <GalleryPage />}
      {route.page === 'sessions' && <SessionsPage />}
      {route.page === 'unknown' && <NothingHere />}
      <Toasts on="page" />
    </>
  );
}

function NothingHere() {
  return <MessagePage title="There is nothing here" text="The link may be cut off." />;
}
