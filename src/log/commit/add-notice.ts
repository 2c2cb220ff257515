/** Adds notices to the log, in the transaction of the change that they tell of. Stores none that nobody wants. */
import type { Hole, HoleStatus } from '../../numbering/holes';
import { topicMatches } from '../../subscriptions/topics';
import type { Draft } from './draft';
import {
  collectNotice,
  dueNotices,
  type Notice,
  type NoticeDetails,
  noticeBody,
  type OperationalTopic,
} from './notices';

/** Adds a notice, or keeps it back when one of its topic was just sent. `now` in ms since 1970. */
export function addNotice(draft: Draft, topic: OperationalTopic, details: NoticeDetails, now: number): void {
  if (!isWatched(draft, topic)) return;
  const { pending, notice } = collectNotice(draft.state.pendingNotices, topic, details, now);
  draft.change({ pendingNotices: pending });
  if (notice !== null) append(draft, notice, now);
}

const HOLE_TOPICS: Partial<Record<HoleStatus, OperationalTopic>> = {
  open: 'gateway:gap_opened',
  uncertain: 'gateway:gap_uncertain',
  expired: 'gateway:gap_expired',
};

/** Adds a notice about a hole that opened, became uncertain or expired. `now` in ms since 1970. */
export function addHoleNotice(draft: Draft, epoch: number, hole: Hole, now: number): void {
  const { from, to, missing, detectedAt, status } = hole;
  const topic = HOLE_TOPICS[status];
  if (topic === undefined) return;
  const detected_at = new Date(detectedAt).toISOString();
  addNotice(draft, topic, { epoch, from, to, missing, detected_at }, now);
}

/** Adds the notices that were kept back and are due. `now` in ms since 1970. */
export function sendDueNotices(draft: Draft, now: number): void {
  const { pending, due } = dueNotices(draft.state.pendingNotices, now);
  draft.change({ pendingNotices: pending });
  for (const notice of due) if (isWatched(draft, notice.topic)) append(draft, notice, now);
}

function isWatched({ webhook, operator }: Draft, topic: string): boolean {
  return (
    operator || webhook.destinations.some(({ topics }) => topicMatches(topics, topic, { operational: true }))
  );
}

function append(draft: Draft, notice: Notice, now: number): void {
  const { tables } = draft;
  const body = noticeBody(draft.webhook, notice);
  const sequence = draft.state.lastSequence + 1;
  draft.change({ lastSequence: sequence });
  tables.days.openFor(sequence, now);
  tables.events.insert(
    {
      sequence,
      receivedAt: now,
      topic: notice.topic,
      topics: [notice.topic],
      eventId: null,
      incrementId: null,
      epoch: null,
      eventTime: null,
      status: 'forwardable',
      deferred: false,
      reason: null,
      gap: null,
      repeats: null,
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
