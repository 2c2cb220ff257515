/**
 * A notice in words that people read: a title, facts, a link. What each service makes of them is its own module's; here
 * nothing is escaped yet, but everything is bounded, and on one line. Pure.
 */
import type { NoticeDetails, OperationalTopic } from '../../commit/notices';

/** How many characters a title and a value have, and how many facts and entries are shown. */
const MAX_TITLE = 250;
const MAX_VALUE = 400;
const MAX_FACTS = 16;
const MAX_ENTRIES = 5;

export type ReadNotice = {
  topic: OperationalTopic;
  webhookId: number;
  title: string;
  facts: [name: string, value: string][];
  link: string | null;
  /** For the end of an alert: how many of its kind are still open; null for any other notice. */
  stillOpen: number | null;
};

type Message = NoticeDetails & {
  webhook_id: number;
  webhook_name: string | null;
  count: number;
  link?: string | null;
  still_open?: number;
  entries?: NoticeDetails[];
};

/** @param body as `noticeBody` makes it */
export function readNotice(body: Uint8Array): ReadNotice {
  const { topic, message } = JSON.parse(new TextDecoder().decode(body)) as {
    topic: OperationalTopic;
    message: Message;
  };
  const { webhook_id, webhook_name, count, link = null, still_open, entries, ...rest } = message;
  const name = webhook_name === null ? `Webhook ${webhook_id}` : `${webhook_name} (${webhook_id})`;
  const what = topic.replace('gateway:', '').replaceAll('_', ' ');
  const title = line(`${name}: ${what}${count === 1 ? '' : ` ×${count}`}`, MAX_TITLE);
  const facts = factsOf(rest);
  for (const entry of entries?.slice(0, MAX_ENTRIES) ?? []) facts.push(['of them', inOneLine(entry)]);
  const more = count - MAX_ENTRIES;
  if (entries !== undefined && more > 0) facts.push(['and', `${more} more`]);
  if (still_open !== undefined && still_open > 0) facts.push(['still open', `${still_open}`]);
  return { topic, webhookId: webhook_id, title, facts, link, stillOpen: still_open ?? null };
}

function factsOf({
  link: _link,
  destination_id,
  destination_name,
  ...rest
}: NoticeDetails): [string, string][] {
  const named =
    typeof destination_name === 'string' ? `${destination_name} (${destination_id})` : destination_id;
  const all = destination_id === undefined ? rest : { destination: named ?? null, ...rest };
  return Object.entries(all)
    .filter(([, value]) => value !== null)
    .slice(0, MAX_FACTS)
    .map(([name, value]) => [name.replaceAll('_', ' '), line(textOf(value), MAX_VALUE)]);
}

const inOneLine = (entry: NoticeDetails): string =>
  line(
    factsOf(entry)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    MAX_VALUE,
  );

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const isList = Array.isArray(value) && value.every(one => typeof one === 'string');
  return isList ? value.join(', ') : JSON.stringify(value);
}

/** Cut at a character, without line breaks and other control characters. */
function line(text: string, most: number): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  const characters = [...plain];
  return characters.length <= most ? plain : `${characters.slice(0, most - 1).join('')}…`;
}
