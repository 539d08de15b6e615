import { fromServer } from '../i18n/server/fromServer';
import { t } from '../i18n/t';
import { ApiError, FORBIDDEN, offline, type Present, UNAUTHENTICATED } from './errors';
import type { Operation } from './operation';
import { PAGE_HEADER } from './page';

interface GraphqlError {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly present?: Present };
}

interface GraphqlAnswer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly GraphqlError[];
  /** Instead of both, where the server did not let the request in. */
  readonly error?: string;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Let the request outlive the page, for what is sent as it closes. */
  readonly keepalive?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Send a query or mutation. Rejects with an ApiError whose message can be shown. */
export async function request<Result, Variables>(
  operation: Operation<Result, Variables>,
  variables: Variables,
  options: RequestOptions = {},
): Promise<Result> {
  const response = await post(operation, variables, options);
  const answer = await parse<Result>(response);
  return resultOf(answer);
}

type RefusalListener = (code: string) => void;
const refusalListeners = new Set<RefusalListener>();

/** Hear of every answer that says that this person may not: by its code. Returns the way to stop. */
export function onRefusal(listener: RefusalListener): () => void {
  refusalListeners.add(listener);
  return () => refusalListeners.delete(listener);
}

/** The data of an answer; throws its first error. */
export function resultOf<Result>(answer: GraphqlAnswer<Result>): Result {
  const error = answer.errors?.[0];
  if (error) {
    const { code = 'ERROR', present } = error.extensions ?? {};
    if (code === UNAUTHENTICATED || code === FORBIDDEN) {
      for (const listener of [...refusalListeners]) listener(code);
    }
    throw new ApiError(fromServer(error.message), code, present);
  }
  if (answer.error) throw new ApiError(fromServer(answer.error), 'REFUSED');
  if (!answer.data) throw new ApiError(t('The server sent an empty answer; try again.'), 'ERROR');
  return answer.data;
}

async function post<Result, Variables>(
  operation: Operation<Result, Variables>,
  variables: Variables,
  { headers, ...options }: RequestOptions,
): Promise<Response> {
  try {
    return await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...PAGE_HEADER,
        ...headers,
      },
      body: JSON.stringify({ query: operation.text, variables, operationName: operation.name }),
      ...options,
    });
  } catch (thrown) {
    if (options.signal?.aborted) throw thrown;
    throw offline();
  }
}

async function parse<Result>(response: Response): Promise<GraphqlAnswer<Result>> {
  try {
    return (await response.json()) as GraphqlAnswer<Result>;
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw offline(); // it broke off in the middle
    if (response.status === 502 || response.status === 503 || response.status === 504)
      throw offline();
    throw new ApiError(
      t('The server failed (status {status}); try again.', { status: response.status }),
      'ERROR',
    );
  }
}
