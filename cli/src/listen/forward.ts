/** An event to a local server, with the headers and the signature that a destination would get. */
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { destinationUrl } from '../../../src/delivery/destination-url';
import type { CourierTarget, OutgoingEvent } from '../../../src/delivery/outgoing';
import { outgoingHeaders } from '../../../src/delivery/outgoing-headers';
import { bodyOf, type StreamedEvent } from './messages';
import type { Place } from './place';

const TIMEOUT_MS = 30_000;

export type Target = { to: string; webhookId: number };

/** What the server answered, or why it did not; `status` is null then. */
export type Forwarded = { status: number | null; error: string | null };

/** @param now ms since 1970 */
export async function forward(
  { to, webhookId }: Target,
  { id, secret }: Place,
  { event, cursor, attempt }: { event: StreamedEvent; cursor: string; attempt: number },
  now: number,
): Promise<Forwarded> {
  const body = bodyOf(event) ?? new Uint8Array();
  const target: CourierTarget = {
    ...{ destinationId: id, url: to, extraHeaders: [], secrets: [secret], sign: 'standard' },
    ...{ timeoutMs: TIMEOUT_MS, webhookId, connections: 1, inOrder: true },
    // A webhook may be made again under its id, and then begins at sequence 1.
    ...{ life: cursor.split('.')[2] ?? null, isMoved: true },
  };
  const outgoing: OutgoingEvent = {
    ...{ messageId: `${id}_${event.sequence}`, sequence: event.sequence, topic: event.topic ?? '' },
    ...{ receivedAt: Date.parse(event.received_at), incrementId: event.increment_id, previous: null },
    ...{ gap: null, repeats: event.repeats, late: event.late, attempt, replay: false },
    ...{ headers: Object.entries(event.headers), query: event.query, body },
  };
  const headers = Object.fromEntries(await outgoingHeaders(target, outgoing, now));
  return post(destinationUrl(to, event.query), { ...headers, 'content-length': String(body.length) }, body);
}

function post(url: string, headers: Record<string, string>, body: Uint8Array): Promise<Forwarded> {
  const request = url.startsWith('https:') ? overHttps : overHttp;
  return new Promise(resolve => {
    const sent = request(url, { method: 'POST', headers, timeout: TIMEOUT_MS }, response => {
      response.resume();
      resolve({ status: response.statusCode ?? null, error: null });
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} seconds`)));
    sent.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ status: null, error: error.code ?? error.message }),
    );
    sent.end(body);
  });
}
