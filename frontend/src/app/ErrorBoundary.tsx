import { Component, type ReactNode } from 'react';
import { t } from '../i18n/t';
import { MessagePage } from '../ui/MessagePage';

/** If the app itself fails, a page that says so; the work is on the server. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <MessagePage
        title={t('The page has failed')}
        text={t('Your work is safe on the server. Load the page again to go on.')}
        retry={() => window.location.reload()}
      />
    );
  }
}
