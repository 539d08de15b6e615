import { ApiError, offline } from './errors';
import type { Operation } from './operation';
import { PAGE_HEADER } from './page';

interface GraphqlError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
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

/** The data of an answer; throws its first error. */
export function resultOf<Result>(answer: GraphqlAnswer<Result>): Result {
  const error = answer.errors?.[0];
  if (error) throw new ApiError(error.message, error.extensions?.code ?? 'ERROR');
  if (answer.error) throw new ApiError(answer.error, 'REFUSED');
  if (!answer.data) throw new ApiError('The server sent an empty answer; try again.', 'ERROR');
  return answer.data;
}

async function post<Result, Variables>(
  operation: Operation<Result, Variables>,
  variables: Variables,
  options: RequestOptions,
): Promise<Response> {
  try {
    return await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...PAGE_HEADER,
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
  } catch {
    if (response.status === 502 || response.status === 503 || response.status === 504)
      throw offline();
    throw new ApiError(`The server failed (status ${response.status}); try again.`, 'ERROR');
  }
}
