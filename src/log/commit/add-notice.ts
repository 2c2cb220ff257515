/** Adds notices to the log, in the transaction of the change that they tell of. Stores none that nobody wants. */
import type { Hole, HoleStatus } from '../../numbering/holes';
import { topicMatches } from '../../subscriptions/topics';
import { ALERT_TOPICS, stillOpen } from './alert-conditions';
import type { Draft } from './draft';
import type { LogState } from './log-state';
import { groupContext, inContext } from './notice-context';
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
  const { webhook, audience, state } = draft;
  const whole = inContext(webhook, audience.publicUrl, topic, details);
  const { pending, notice } = collectNotice(state.pendingNotices, topic, whole, now);
  draft.change({ pendingNotices: pending });
  if (notice !== null) append(draft, notice, now);
}

const HOLE_TOPICS: Partial<Record<HoleStatus, OperationalTopic>> = {
  open: 'gateway:gap_opened',
  uncertain: 'gateway:gap_uncertain',
  expired: 'gateway:gap_expired',
};

/**
 * Adds a notice about a hole that opened, became uncertain or expired. `now` in ms since 1970.
 * @param onRecord it is none: its ids may be an older numbering's (`numbering/shared-ids.ts`)
 */
export function addHoleNotice(
  draft: Draft,
  epoch: number,
  hole: Hole,
  now: number,
  onRecord: boolean = false,
): void {
  const { from, to, missing, detectedAt, status } = hole;
  const topic = HOLE_TOPICS[status];
  if (topic === undefined) return;
  const detected_at = new Date(detectedAt).toISOString();
  const details = { epoch, from, to, missing, detected_at };
  addNotice(draft, topic, onRecord ? { ...details, on_record: true } : details, now);
}

/** Adds the notices that were kept back and are due. `now` in ms since 1970. */
export function sendDueNotices(draft: Draft, now: number): void {
  const { pending, due } = dueNotices(draft.state.pendingNotices, now);
  draft.change({ pendingNotices: pending });
  for (const notice of due) if (isWatched(draft, notice.topic)) append(draft, notice, now);
}

/** Whether anybody gets notices of this topic. */
export function isWatched({ webhook, audience }: Draft, topic: string): boolean {
  return (
    audience.operator ||
    webhook.destinations.some(({ topics }) => topicMatches(topics, topic, { operational: true }))
  );
}

/** How many alerts of the kind that such a notice ends are still open; null for a notice that ends none. */
function remainingAfter({ openAlerts, storageLevel }: LogState, topic: OperationalTopic): number | null {
  if (topic === 'gateway:storage_recovered') return storageLevel === 0 ? 0 : 1;
  const isEnd = Object.values(ALERT_TOPICS).some(({ ends }) => ends === topic);
  return isEnd ? stillOpen(openAlerts, topic) : null;
}

function append(draft: Draft, notice: Notice, now: number): void {
  const { tables, webhook, audience } = draft;
  const context = groupContext(webhook, audience.publicUrl, notice.topic, notice.entries);
  const remaining = remainingAfter(draft.state, notice.topic);
  const body = noticeBody(
    webhook,
    notice,
    remaining === null ? context : { ...context, still_open: remaining },
  );
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
