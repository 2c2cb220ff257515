/**
 * The API, as the page asks it: the same routes that answer programs, called in this isolate for whoever has signed in. So the page
 * can do nothing that the API cannot, and a token may do here what it may do there.
 */
import { app } from '../api/app';
import { onBehalfOf } from '../api/on-behalf';
import { err, ok, type Result } from '../result';
import type { PageContext } from './context';

/** A problem that the API answered (RFC 9457). `type` names it for good. */
export type Failure = {
  type: string;
  status: number;
  title: string;
  detail: string;
  errors: readonly { path: string; message: string }[];
  requestId: string | null;
};

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Headers that some requests have: `If-Match` so that nobody's change is overwritten, `Idempotency-Key` so that nothing is made twice. */
type Conditions = Readonly<Partial<Record<'If-Match' | 'Idempotency-Key', string>>>;

/** What was answered, and which version of the webhook it is of: for `If-Match`. Empty where the answer has none. */
export type Tagged<T> = { value: T; version: string };

/**
 * One request. `T` is what the route answers with success.
 * @param path from `/v1` on, with its query
 * @param input the JSON body
 */
export async function askApi<T>(
  c: PageContext,
  method: Method,
  path: string,
  input?: object,
  conditions: Conditions = {},
): Promise<Result<T, Failure>> {
  const answer = await askForVersion<T>(c, method, path, input, conditions);
  return answer.ok ? ok(answer.value.value) : answer;
}

/** The same, with the version of what was answered. */
export async function askForVersion<T>(
  c: PageContext,
  method: Method,
  path: string,
  input?: object,
  conditions: Conditions = {},
): Promise<Result<Tagged<T>, Failure>> {
  const url = new URL(path, c.req.url);
  // A segment that is dots would be resolved, and something else asked for.
  if (url.pathname !== path.split('?', 1)[0]) return err(NOT_FOUND);
  const headers = new Headers(conditions);
  if (input !== undefined) headers.set('Content-Type', 'application/json');
  const body = input === undefined ? null : JSON.stringify(input);
  const request = new Request(url, { method, headers, body });
  const asked = onBehalfOf(c.var.visitor.principal, request);
  const answer = await app.fetch(asked, c.env, c.executionCtx);
  const version = answer.headers.get('ETag') ?? '';
  if (answer.status === 204) return ok({ value: null as T, version });
  const json: unknown = await answer.json();
  return answer.ok
    ? ok({ value: json as T, version })
    : err(failureOf(answer.status, json as Partial<Failure>));
}

/**
 * Asks to listen. Answers what the API does: a WebSocket, or its problem.
 * @param path from `/v1` on, with its query
 */
export async function listenToApi(c: PageContext, path: string): Promise<Response> {
  const request = new Request(new URL(path, c.req.url), { headers: { Upgrade: 'websocket' } });
  const { principal, session } = c.var.visitor;
  return app.fetch(onBehalfOf(principal, request, session.endsAt), c.env, c.executionCtx);
}

/** Of what has no address. */
export const NOT_FOUND: Failure = {
  ...{ type: '', status: 404, title: 'Not found', detail: 'There is no such thing here.' },
  ...{ errors: [], requestId: null },
};

const failureOf = (status: number, problem: Partial<Failure> & { request_id?: string }): Failure => ({
  status,
  type: problem.type ?? '',
  title: problem.title ?? 'Error',
  detail: problem.detail ?? '',
  errors: problem.errors ?? [],
  requestId: problem.request_id ?? null,
});

/** A query of those that have a value, with its `?`; nothing where none has. */
export function queryText(values: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
