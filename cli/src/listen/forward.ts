/** An event to a local server, with the headers and the signature that a destination would get. */
import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { destinationUrl } from '../../../src/delivery/destination-url';
import type { CourierTarget, OutgoingEvent } from '../../../src/delivery/outgoing';
import { outgoingHeaders } from '../../../src/delivery/outgoing-headers';
import { bodyOf } from './messages';
import type { Answer, Attempt, Forwarded } from './outcome';
import type { Place } from './place';

const TIMEOUT_MS = 30_000;
/** What is kept of an answer, to be shown. */
const MAX_ANSWER_BYTES = 4096;

export type Target = { to: string; webhookId: number };

/** @param now ms since 1970 */
export async function forward(
  target: Target,
  place: Place,
  attempt: Attempt,
  now: number,
): Promise<Forwarded> {
  const { url, headers, body } = await requestOf(target, place, attempt, now);
  const began = performance.now();
  const answered = await post(url, headers, body);
  return { ...answered, ms: Math.round(performance.now() - began) };
}

/** As it is sent, without the headers that the connection adds. */
export async function requestOf(target: Target, place: Place, attempt: Attempt, now: number) {
  const body = bodyOf(attempt.event) ?? new Uint8Array();
  const headers = await headersOf(target, place, attempt, body, now);
  return { url: destinationUrl(target.to, attempt.event.query), headers, body };
}

async function headersOf(
  { to, webhookId }: Target,
  { id, secret }: Place,
  { event, life, attempt, replay }: Attempt,
  body: Uint8Array,
  now: number,
): Promise<Record<string, string>> {
  const target: CourierTarget = {
    ...{ destinationId: id, url: to, extraHeaders: [], secrets: [secret], sign: 'standard' },
    ...{ timeoutMs: TIMEOUT_MS, webhookId, connections: 1, inOrder: true, life, isMoved: true },
  };
  const messageId = `${id}_${event.sequence}`;
  const outgoing: OutgoingEvent = {
    messageId: replay?.isNew === true ? `${messageId}_r${replay.id}` : messageId,
    ...{ sequence: event.sequence, topic: event.topic ?? '', receivedAt: Date.parse(event.received_at) },
    ...{ incrementId: event.increment_id, previous: null, gap: null, repeats: event.repeats },
    ...{ late: event.late, attempt, replay: replay !== null },
    ...{ headers: Object.entries(event.headers), query: event.query, body },
  };
  return Object.fromEntries(await outgoingHeaders(target, outgoing, now));
}

type Answered = Omit<Forwarded, 'ms'>;

function post(url: string, headers: Record<string, string>, body: Uint8Array): Promise<Answered> {
  const request = url.startsWith('https:') ? overHttps : overHttp;
  const all = { ...headers, 'content-length': String(body.length) };
  return new Promise(resolve => {
    const failed = (error: NodeJS.ErrnoException) =>
      resolve({ status: null, error: error.code ?? error.message, answer: null });
    const sent = request(url, { method: 'POST', headers: all, timeout: TIMEOUT_MS }, response => {
      response.on('error', failed);
      void answerOf(response).then(answer =>
        resolve({ status: response.statusCode ?? null, error: null, answer }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} seconds`)));
    sent.on('error', failed);
    sent.end(body);
  });
}

/** Read to its end, of which the beginning is kept. Whoever breaks off has answered all the same. */
function answerOf(response: IncomingMessage): Promise<Answer> {
  const kept: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    const part = chunk.subarray(0, MAX_ANSWER_BYTES - bytes);
    bytes += part.length;
    if (part.length > 0) kept.push(part);
  });
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
  );
  return new Promise(resolve =>
    response.on('close', () => resolve({ headers, text: Buffer.concat(kept).toString() })),
  );
}
