/** Events as rows of a table. */
import type { Schemas } from '../gateway/api';
import type { Cell, Colour } from './table';
import { shortTime } from './times';

export const EVENT_HEAD = [
  'sequence',
  'received (UTC)',
  'topic',
  'increment id',
  'event id',
  'status',
  'delivery',
  'note',
];

const COLOURS: Readonly<Record<string, Colour>> = {
  ...{ accepted: 'green', delivered: 'green', waiting: 'yellow', confirming: 'yellow', held: 'yellow' },
  ...{ retrying: 'yellow', paused: 'yellow', quarantined: 'red', dead: 'red', failed: 'red' },
};

/** What became of an event or of a delivery. */
export function statusCell(status: string): Cell {
  const colour = COLOURS[status];
  return colour === undefined ? status : { text: status, colour };
}

export const eventRow = (event: Schemas['Event']): Cell[] => [
  ...[event.sequence, shortTime(event.received_at), event.topics.join(', ') || event.topic],
  ...[event.increment_id, event.event_id, statusCell(event.status)],
  ...[event.delivery === null ? null : statusCell(event.delivery), notes(event)],
];

const notes = ({ late, repeats, reason }: Schemas['Event']): string =>
  [late ? 'late' : null, repeats === null ? null : `repeats ${repeats}`, reason].filter(Boolean).join(', ');
