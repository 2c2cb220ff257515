/** A gateway's API, asked with a token. */
import { err, ok, type Result } from '../../../src/result';
import { EXIT, type ExitCode, Stop } from '../ending';
import type { Connection } from '../settings/choose';
import { addressOf } from './address';
import type { Answer, Input, Method, PathOf, Problem } from './api';
import { causeOf } from './unanswered';

export type Refusal =
  /** Nothing answers there, or not in time; `detail` in words. */
  | { reason: 'unreachable'; detail: string }
  /** Something answers that is no gateway. */
  | { reason: 'not_a_gateway'; status: number }
  | { reason: 'refused'; status: number; problem: Problem };

export type Gateway = Connection & {
  /** A call that may fail. */
  ask<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    input?: Input<M, P>,
  ): Promise<Result<Answer<M, P>, Refusal>>;
  /** A call without whose answer the command has nothing to do: ends it where there is none. */
  call<M extends Method, P extends PathOf<M>>(method: M, path: P, input?: Input<M, P>): Promise<Answer<M, P>>;
  /** Any request to it: what it answers, whatever that is. Ends the command where nothing answers. */
  request(method: string, path: string, more?: { body?: Uint8Array; headers?: Headers }): Promise<Response>;
};

/** The longest that an answer takes is a feed that waits, 30 s. */
const PATIENCE_MS = 60_000;

export function gatewayOf(connection: Connection): Gateway {
  const { url, token } = connection;

  async function send(
    method: string,
    path: string,
    body?: string | Uint8Array,
    others: Headers = new Headers(),
  ): Promise<Result<Response, Refusal>> {
    const headers = new Headers(others);
    headers.set('authorization', `Bearer ${token}`);
    if (body !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
    const request: RequestInit = {
      ...{ method: method.toUpperCase(), headers },
      // A redirect might lead to where the token is read by others.
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined ? {} : { body }),
    };
    try {
      return ok(await fetch(url + path, request));
    } catch (error) {
      return err({ reason: 'unreachable', detail: causeOf(error, PATIENCE_MS) });
    }
  }

  const ask: Gateway['ask'] = async (method, path, input = {}) => {
    const { path: names = {}, query = {}, body } = input;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const address = addressOf(path, names, query);
    if (!address.ok) throw new Stop(EXIT.usage, address.error);
    const sent = await send(method, address.value, text);
    return sent.ok ? read(sent.value) : sent;
  };
  return {
    ...connection,
    ask,
    async call(method, path, input) {
      const answer = await ask(method, path, input);
      if (!answer.ok) throw stopFor(answer.error, url);
      return answer.value;
    },
    async request(method, path, { body, headers } = {}) {
      const sent = await send(method, path, body, headers);
      if (!sent.ok) throw stopFor(sent.error, url);
      return sent.value;
    },
  };
}

/** The types are those of the description, which the gateway's own tests hold its answers to. */
export async function read<T>(response: Response): Promise<Result<T, Refusal>> {
  const { status } = response;
  const text = await response.text();
  if (status === 204) return ok(null as T);
  try {
    const json: T = JSON.parse(text);
    if (response.ok) return ok(json);
    const problem = json as unknown as Problem;
    if (typeof problem.title === 'string') return err({ reason: 'refused', status, problem });
  } catch {
    // No JSON: see below.
  }
  return err({ reason: 'not_a_gateway', status });
}

/** @param before what was done until then, in a sentence */
export function stopFor(refusal: Refusal, url: string, before = ''): Stop {
  const stop = plainStop(refusal, url);
  return before === '' ? stop : new Stop(stop.exitCode, `${stop.message}\n${before}`, stop.problem);
}

function plainStop(refusal: Refusal, url: string): Stop {
  switch (refusal.reason) {
    case 'unreachable':
      return new Stop(EXIT.noAccess, `${url} does not answer: ${refusal.detail}`);
    case 'not_a_gateway':
      return new Stop(EXIT.noAccess, `What answers at ${url} is no gateway (${refusal.status}).`);
    case 'refused': {
      const { title, detail, errors } = refusal.problem;
      const lines = errors?.map(({ path, message }) => `  ${path} ${message}`) ?? [detail];
      const text = errors === undefined ? `${title}: ${detail}` : [title, ...lines].join('\n');
      return new Stop(exitFor(refusal.status), text, refusal.problem);
    }
  }
}

function exitFor(status: number): ExitCode {
  if (status === 400 || status === 422) return EXIT.usage;
  return [401, 403, 429].includes(status) || status >= 500 ? EXIT.noAccess : EXIT.failed;
}
