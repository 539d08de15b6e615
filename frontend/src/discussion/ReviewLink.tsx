import { useEffect, useState } from 'react';
import { request } from '../api/client';
import { ReviewQueue } from '../api/generated';
import { navigate, REVIEW_PATH } from '../app/router';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';

/** The way to the queue of what waits for review; nothing where nothing waits. */
export function ReviewLink() {
  const [total, setTotal] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    request(ReviewQueue, { first: 1, skip: 0 }, { signal: abort.signal })
      .then(({ reviewQueue }) => setTotal(reviewQueue.total))
      .catch(() => undefined); // the page itself says what is wrong with the server
    return () => abort.abort();
  }, []);
  if (total === 0) return null;
  return (
    <Button look="outlined" data-testid="review-link" onClick={() => navigate(REVIEW_PATH)}>
      {t('{n} for review', { n: total })}
    </Button>
  );
}
