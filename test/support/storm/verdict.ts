/**
 * What a storm has to leave behind: every acked event once in the log and at least once at every destination that wants
 * it, in order, byte for byte; exactly the ids that are missing in the gap list; nothing that was forged.
 */
import type { Client } from '../client';
import type { Expected, ReceivedFeed } from '../received-feed';
import type { Provider, Sent } from './provider';
import type { Receivers } from './receivers';
import { DESTINATIONS, type StormWebhooks } from './webhooks';

type LogEvent = {
  sequence: number;
  increment_id: number | null;
  event_id: string | null;
  topic: string;
  status: string;
  body: string;
};

export type Logs = Record<Sent['provider'], LogEvent[]>;

export async function readLogs(client: Client, { ids }: StormWebhooks): Promise<Logs> {
  const read = async (id: number) => (await client.events(id, '&include=body')) as unknown as LogEvent[];
  return { shipstream: await read(ids.shipstream), apideck: await read(ids.apideck) };
}

/** Every acked event is in the log, once, as it was sent; and nothing else is. */
export function logProblems(logs: Logs, provider: Provider): string[] {
  const problems: string[] = [];
  for (const name of ['shipstream', 'apideck'] as const) {
    const seen = new Set<number>();
    for (const [index, event] of logs[name].entries()) {
      const { sequence, increment_id, event_id, status, body } = event;
      const where = `${name} log/${sequence}`;
      if (sequence !== index + 1) problems.push(`${where} follows ${index}`);
      const id = name === 'shipstream' ? increment_id : Number(event_id?.slice(2));
      const sent = provider.sent[name].get(id ?? 0);
      if (id === null || sent === undefined) {
        problems.push(`${where} was never sent: ${body}`);
        continue;
      }
      if (seen.has(id)) problems.push(`${where} is there twice (${id})`);
      seen.add(id);
      if (!sent.bodies.includes(body)) problems.push(`${where} has other bytes`);
      if (sent.sequence !== null && sent.sequence !== sequence) {
        problems.push(`${where} was acked as ${sent.sequence}`);
      }
      if ((status === 'quarantined') === sent.valid) problems.push(`${where} is ${status}`);
    }
    for (const { id, sequence } of provider.sent[name].values()) {
      if (sequence !== null && !seen.has(id))
        problems.push(`${name} ${id} was acked as ${sequence} and is lost`);
    }
  }
  return problems;
}

/** What a destination has to get, in the order of its feed. */
export function feedOf(
  destination: (typeof DESTINATIONS)[number],
  logs: Logs,
  provider: Provider,
): Expected[] {
  const { webhook, topics, ordering } = destination;
  const prefix = topics.replace('*', '');
  return logs[webhook]
    .filter(({ status, topic }) => status !== 'quarantined' && topic.startsWith(prefix))
    .map(({ sequence, body, increment_id }) => {
      const key = provider.sent.shipstream.get(increment_id ?? 0)?.key ?? '';
      const keys = ordering === 'parallel' ? [] : [ordering === 'strict' ? '*' : key];
      return { sequence, body, keys };
    });
}

/** Ids up to the highest that are not in the log. */
export function missingIds(logs: Logs): number[] {
  const there = new Set(logs.shipstream.map(({ increment_id }) => increment_id));
  const highest = Math.max(0, ...logs.shipstream.map(({ increment_id }) => increment_id ?? 0));
  return Array.from({ length: highest }, (_, i) => i + 1).filter(id => !there.has(id));
}

export async function gapIds(client: Client, { ids }: StormWebhooks): Promise<number[]> {
  const { gaps } = await client.gaps(ids.shipstream, '?status=open');
  return gaps.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
}

/** What is in the gap list although it was acked, or not in it although it was never sent. */
export function gapProblems(found: readonly number[], logs: Logs, provider: Provider): string[] {
  const problems: string[] = [];
  const listed = new Set(found);
  const missing = missingIds(logs);
  if (found.length !== listed.size) problems.push('the gap list names an id twice');
  for (const id of missing) if (!listed.has(id)) problems.push(`${id} is missing and in no gap`);
  for (const id of found) if (!missing.includes(id)) problems.push(`${id} is in a gap and in the log`);
  const highest = missing.at(-1) ?? 0;
  for (const id of provider.skipped) {
    if (id < highest && !listed.has(id)) problems.push(`${id} was never sent and is in no gap`);
  }
  for (const { id, sequence } of provider.sent.shipstream.values()) {
    if (sequence !== null && listed.has(id)) problems.push(`${id} was acked and is in a gap`);
  }
  return problems;
}

type Attempt = { destination_id: string; outcome: string; replay_id: number | null };

/**
 * Events that did not arrive by themselves, but by a replay after they had failed: of those no second copy is owed. Both sides have
 * to say so, the gateway's attempts and the receiver.
 */
async function settledByReplay(
  client: Client,
  { ids, paths }: StormWebhooks,
  { name, webhook }: (typeof DESTINATIONS)[number],
  missing: readonly number[],
  received: ReceivedFeed,
): Promise<Set<number>> {
  const id = paths.get(name)?.split('/').at(-1);
  const settled = new Set<number>();
  for (const sequence of missing) {
    const { json } = await client.call('GET', `/v1/webhooks/${ids[webhook]}/events/${sequence}`);
    const attempts = (json.attempts as Attempt[]).filter(({ destination_id }) => destination_id === id);
    const was = (delivered: boolean, replayed: boolean): boolean =>
      attempts.some(
        ({ outcome, replay_id }) =>
          (outcome === 'delivered') === delivered && (replay_id !== null) === replayed,
      );
    const failed = was(false, false) || received.arrivalsOf(sequence) > 0;
    if (failed && was(true, true) && received.replaysOf(sequence).accepted > 0) settled.add(sequence);
  }
  return settled;
}

export type Delivered = { problems: string[]; owed: number; made: number; byReplay: number };

/** What all destinations got, by what they had to get. */
export async function deliveries(
  client: Client,
  webhooks: StormWebhooks,
  logs: Logs,
  provider: Provider,
  receivers: Receivers,
): Promise<Delivered> {
  const all: Delivered = { problems: [], owed: 0, made: 0, byReplay: 0 };
  for (const destination of DESTINATIONS) {
    const feed = feedOf(destination, logs, provider);
    const received = receivers.feedOf(destination.name);
    const missing = received.missing(feed);
    const settled = await settledByReplay(client, webhooks, destination, missing, received);
    all.problems.push(...received.check(feed, settled));
    all.owed += feed.length;
    all.made += feed.length - missing.length + settled.size;
    all.byReplay += settled.size;
  }
  return all;
}
