/**
 * Erases what events say: one event, all about an entity, or all whose bodies have some values. With an event go its body, headers,
 * query string, entity keys and the words of its issues, and what receivers said about it, which may quote it. With a search go all
 * refused requests that were kept whole, too: nobody knows what is in them. A receipt stays, and says nothing of all that.
 *
 * A call examines a bounded number of events, and of bytes. What follows from an event stays: its sequence, topic and ids, its
 * times, how its deliveries went, and the SHA-256 by which a duplicate is known.
 */
import type { Act } from '../audit/acting';
import { parsePointer } from '../json/pointer';
import { searchBody } from '../providers/body-search';
import type { Redaction, RedactionRequest, RedactionResult, Sequences } from './contract/redactions';
import { rangesOf } from './forward/settled-ahead';
import type { LiveWebhook } from './live-webhook';
import { isFull } from './store/redaction-rows';
import type { StoredEvent } from './store/stored-event';

const MAX_EXAMINED = 10_000;
const MAX_SEARCHED_BYTES = 8 * 1024 * 1024;
const ROWS_PER_READ = 500;

/** Erases what an event says. False when there is no such event. 2 rows. */
export function redactEvent(live: LiveWebhook, sequence: number, act: Act | undefined): boolean {
  if (!live.log.redact(sequence)) return false;
  live.forwarding.erase([sequence]);
  const now = live.clock.now();
  live.redactions.put(null, {
    ...{ at: now, lastAt: now, act: act ?? null, sought: { sequence }, complete: true },
    ...{ count: 1, events: [[sequence, sequence]], unsearched: [], capturedRequests: 0 },
  });
  return true;
}

/** Erases or, as a dry run, counts. 1 row for each event, and 1 for the receipt. */
export function redactMatching(
  live: LiveWebhook,
  request: RedactionRequest,
  act: Act | undefined,
): RedactionResult {
  const { dryRun, redactionId, sought } = request;
  const earlier = redactionId === null ? null : live.redactions.get(redactionId);
  if (redactionId !== null && !isOf(earlier, request)) return { kind: 'unknown_redaction' };
  const { found, unsearched, next } = search(live, request);
  const counts = { count: found.length, events: rangesOf(found), unsearched: rangesOf(unsearched), next };
  if (dryRun) {
    const capturedRequests = live.refusals.captured;
    return { kind: 'ok', redactionId: null, ...counts, capturedRequests };
  }
  for (const sequence of found) live.log.redact(sequence);
  live.forwarding.erase(found);
  const capturedRequests = live.refusals.eraseCaptured();
  const now = live.clock.now();
  const before = earlier === null || isFull(earlier) ? null : earlier;
  const id = live.redactions.put(before?.id ?? null, {
    ...{ at: before?.at ?? now, lastAt: now, act: before?.act ?? act ?? null, sought },
    count: (before?.count ?? 0) + found.length,
    events: joined(before?.events ?? [], counts.events),
    unsearched: joined(before?.unsearched ?? [], counts.unsearched),
    capturedRequests: (before?.capturedRequests ?? 0) + capturedRequests,
    complete: next === null,
  });
  return { kind: 'ok', redactionId: id, ...counts, capturedRequests };
}

const isOf = (receipt: Redaction | null, { sought }: RedactionRequest): boolean =>
  receipt !== null && JSON.stringify(receipt.sought) === JSON.stringify(sought);

type Found = { found: number[]; unsearched: number[]; next: number | null };

function search({ log }: LiveWebhook, { entityKey, values, after }: RedactionRequest): Found {
  const wanted = values.map(([pointer, form]) => ({ path: parsePointer(pointer) ?? [], form }));
  const found: number[] = [];
  const unsearched: number[] = [];
  let [cursor, bytes] = [after, 0];
  const judge = (event: StoredEvent): void => {
    const { sequence, entityKeys } = event;
    if (entityKey !== null) {
      if (entityKeys.includes(entityKey)) found.push(sequence);
      return;
    }
    const body = log.feed.body(sequence);
    if (body === null) return;
    bytes += body.byteLength;
    const [, type = ''] = event.headers.find(([name]) => name === 'content-type') ?? [];
    const result = searchBody(body, type, wanted);
    if (result === 'found') found.push(sequence);
    if (result === 'unreadable') unsearched.push(sequence);
  };
  for (let examined = 0; examined < MAX_EXAMINED; examined += ROWS_PER_READ) {
    const events = log.tables.events.after(cursor, ROWS_PER_READ);
    for (const event of events) {
      cursor = event.sequence;
      if (event.bodyBytes > 0) judge(event);
      if (bytes >= MAX_SEARCHED_BYTES) return { found, unsearched, next: cursor };
    }
    if (events.length < ROWS_PER_READ) return { found, unsearched, next: null };
  }
  return { found, unsearched, next: cursor };
}

/** Ranges and those that follow them, where they touch as one. */
function joined(earlier: Sequences, later: Sequences): Sequences {
  const all: Sequences = earlier.map(([from, to]) => [from, to]);
  for (const [from, to] of later) {
    const last = all.at(-1);
    if (last !== undefined && last[1] === from - 1) last[1] = to;
    else all.push([from, to]);
  }
  return all;
}
