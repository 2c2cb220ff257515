/** What the interactive view can be asked for, done: the event is read from the gateway then, as the view keeps none. */
import open from 'open';
import { prettyJson } from '../../../src/json/pretty';
import type { Gateway } from '../gateway/gateway';
import { printableLines } from '../output/printable';
import type { Listener } from './listener';
import { bodyOf, type StreamedEvent } from './messages';
import type { Row } from './view/state';

/** Characters of a body that are shown. */
const MAX_SHOWN = 200_000;

/** A webhook in the view: its id, and who listens to it. */
export type Session = { webhookId: number; listener: Listener };

/** The request of an event as it is made now, as text. Throws `Stop` where the gateway has none. */
export async function inspected(
  gateway: Gateway,
  { webhookId, listener }: Session,
  row: Row,
): Promise<string> {
  const event = await eventOf(gateway, webhookId, row.sequence);
  const { url, headers } = await listener.request(event, row.attempts, row.replay);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return printableLines([`POST ${url}`, ...lines, '', bodyText(event)].join('\n'));
}

/** Sends it to the local server again, and nowhere else. */
export async function sentAgain(gateway: Gateway, { webhookId, listener }: Session, row: Row): Promise<void> {
  const event = await eventOf(gateway, webhookId, row.sequence);
  await listener.again(event, row.attempts + 1, row.replay);
}

export async function openInPage({ url }: Gateway, { webhookId }: Session, row: Row): Promise<void> {
  await open(`${url}/webhooks/${webhookId}/events/${row.sequence}`);
}

const eventOf = (gateway: Gateway, webhookId: number, sequence: number): Promise<StreamedEvent> =>
  gateway.call('get', '/v1/webhooks/{webhook_id}/events/{sequence}', {
    path: { webhook_id: webhookId, sequence },
  });

function bodyText(event: StreamedEvent): string {
  const bytes = bodyOf(event);
  if (bytes === null) return 'The body was erased.';
  if (typeof event.body !== 'string')
    return `${bytes.length} bytes that are no UTF-8: gapless event --body writes them.`;
  return prettyJson(event.body, MAX_SHOWN)?.text ?? event.body.slice(0, MAX_SHOWN);
}
