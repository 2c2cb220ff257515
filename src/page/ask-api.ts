/**
 * The API, as the page asks it: the same routes that answer programs, called in this isolate for whoever has signed in. So the page
 * can do nothing that the API cannot, and a token may do here what it may do there.
 */
import { app } from '../api/app';
import { onBehalfOf } from '../api/on-behalf';
import { err, ok, type Result } from '../result';
import type { PageContext } from './context';

/** A problem that the API answered (RFC 9457). */
export type Failure = {
  status: number;
  title: string;
  detail: string;
  errors: readonly { path: string; message: string }[];
  requestId: string | null;
};

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

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
): Promise<Result<T, Failure>> {
  const body =
    input === undefined
      ? {}
      : { body: JSON.stringify(input), headers: { 'Content-Type': 'application/json' } };
  const request = new Request(new URL(path, c.req.url), { method, ...body });
  const asked = onBehalfOf(c.var.visitor.principal, request);
  const answer = await app.fetch(asked, c.env, c.executionCtx);
  if (answer.status === 204) return ok(null as T);
  const json: unknown = await answer.json();
  return answer.ok ? ok(json as T) : err(failureOf(answer.status, json as Partial<Failure>));
}

/**
 * Asks to listen. Answers what the API does: a WebSocket, or its problem.
 * @param path from `/v1` on, with its query
 */
export async function listenToApi(c: PageContext, path: string): Promise<Response> {
  const request = new Request(new URL(path, c.req.url), { headers: { Upgrade: 'websocket' } });
  return app.fetch(onBehalfOf(c.var.visitor.principal, request), c.env, c.executionCtx);
}

const failureOf = (status: number, problem: Partial<Failure> & { request_id?: string }): Failure => ({
  status,
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
