import { GalleryPage } from '../gallery/GalleryPage';
import { SessionPage } from '../session/SessionPage';
import { MessagePage } from '../ui/MessagePage';
import { Toasts } from '../ui/Toasts';
import { routeOf, usePath } from './router';

export function App() {
  return (
    <>
      <Page />
      <Toasts />
    </>
  );
}

function Page() {
  const route = routeOf(usePath());
  switch (route.page) {
    case 'gallery':
      return <GalleryPage />;
    case 'session':
      return <SessionPage key={route.sessionId} sessionId={route.sessionId} />;
    case 'unknown':
      return <MessagePage title="There is nothing here" text="The link may be cut off." />;
  }
}
