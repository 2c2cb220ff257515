/** Puts operational events into the log, in the transaction of the change they report, where someone wants them. */

import type { Hole } from '../../numbering/holes';
import { topicMatches } from '../../subscriptions/topics';
import type { Draft } from './draft';
import {
  dueReports,
  type Happening,
  happened,
  type OperationalTopic,
  type Report,
  reportBody,
} from './notices';

/** Tells that something happened. Nothing is stored where nobody subscribes. `now` in ms since 1970. */
export function report(draft: Draft, topic: OperationalTopic, happening: Happening, now: number): void {
  if (!isWatched(draft, topic)) return;
  const { reports, report: first } = happened(draft.head.reports, topic, happening, now);
  draft.head = { ...draft.head, reports };
  draft.stale = true;
  if (first !== null) append(draft, first, now);
}

/** A hole opened or expired. */
export function reportHole(draft: Draft, epoch: number, hole: Hole, now: number): void {
  const { from, to, missing, detectedAt, status } = hole;
  const topic = status === 'open' ? 'gateway:gap_opened' : 'gateway:gap_expired';
  const detected_at = new Date(detectedAt).toISOString();
  report(draft, topic, { epoch, from, to, missing, detected_at }, now);
}

/** Sends what was kept for the end of its minute. */
export function sendDueReports(draft: Draft, now: number): void {
  const { reports, due } = dueReports(draft.head.reports, now);
  draft.head = { ...draft.head, reports };
  draft.stale = true;
  for (const one of due) if (isWatched(draft, one.topic)) append(draft, one, now);
}

function isWatched({ webhook, operator }: Draft, topic: string): boolean {
  return (
    operator || webhook.destinations.some(({ topics }) => topicMatches(topics, topic, { operational: true }))
  );
}

function append(draft: Draft, one: Report, now: number): void {
  const body = reportBody(draft.webhook, one);
  const sequence = draft.head.lastSequence + 1;
  draft.head = { ...draft.head, lastSequence: sequence };
  draft.segments.openFor(sequence, now);
  draft.segments.insert(
    {
      sequence,
      receivedAt: now,
      topic: one.topic,
      eventId: null,
      incrementId: null,
      epoch: null,
      eventTime: null,
      status: 'forwardable',
      deferred: false,
      reason: null,
      gap: null,
      late: false,
      bodySigned: true,
      operational: true,
      entityKeys: [],
      issues: [],
      headers: [['content-type', 'application/json']],
      query: '',
      bodyBytes: body.byteLength,
      fingerprint: new Uint8Array(),
    },
    body,
  );
}
