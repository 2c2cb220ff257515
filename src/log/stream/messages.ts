/** The messages of a stream, as text: each has a type, and the cursor to go on from after it. */

import { timeText } from '../../time';
import { cursorText } from '../../views/cursor';
import { deliveryView, eventView } from '../../views/event';
import { gapView } from '../../views/gap';
import type { EventSummary, StreamCursor } from '../contract/events';
import type { Gap } from '../contract/gaps';
import type { StreamEnd } from '../contract/stream';
import type { AttemptEnd } from '../forward/attempt-end';
import type { GapKey } from '../store/changed-gaps';

const message = (type: string, cursor: StreamCursor, more: object = {}): string =>
  JSON.stringify({ type, cursor: cursorText(cursor), ...more });

/** The first message: from here on. */
export const readyMessage = (cursor: StreamCursor) => message('ready', cursor);

export const eventMessage = (cursor: StreamCursor, event: EventSummary) =>
  message('event', cursor, { event: eventView(event) });

/** An event that is sent again because someone asked for it. */
export const replayMessage = (cursor: StreamCursor, id: number, newId: boolean, event: EventSummary) =>
  message('replay', cursor, { replay_id: id, new_id: newId, event: eventView(event) });

/** To be sent back as it is, when all before it has been dealt with. */
export const markMessage = (cursor: StreamCursor, mark: number) => message('mark', cursor, { mark });

export const deliveryMessage = (cursor: StreamCursor, end: AttemptEnd) =>
  message('delivery', cursor, {
    delivery: {
      sequence: end.event.sequence,
      ...deliveryView(end),
      at: timeText(end.at),
      replay_id: end.replayId,
    },
  });

/** What changed in the gap list. */
export type GapChanges = { gaps: readonly Gap[]; removed: readonly GapKey[]; complete: boolean };

export const gapsMessage = (cursor: StreamCursor, { gaps, removed, complete }: GapChanges) =>
  message('gaps', cursor, { gaps: gaps.map(gapView), removed, complete });

/** So many messages of deliveries and gaps were not sent, because the listener was behind. */
export const skippedMessage = (cursor: StreamCursor, skipped: number) =>
  message('skipped', cursor, { messages: skipped });

const DETAILS: Record<StreamEnd, string> = {
  token_ended: 'The token was revoked, or has expired.',
  webhook_deleted: 'The webhook was deleted.',
  too_slow: 'Marks were not sent back for a minute while there was more to send. Go on after this cursor.',
  beyond_end: 'The feed has not come to this position. It ends at this cursor.',
  other_life: 'The position is that of a webhook that had this id before. The feed ends at this cursor.',
  unavailable: 'The gateway could not go on. Come again, after this cursor.',
  bad_message: 'A listener sends ping, and marks as they came.',
  too_many_listeners: 'This webhook has all the listeners that it takes. Come again, after this cursor.',
};

/** The last message, before the socket is closed. */
export const endMessage = (cursor: StreamCursor, reason: StreamEnd) =>
  message('end', cursor, { reason, detail: DETAILS[reason] });
