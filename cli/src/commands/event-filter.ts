/** The options that say which events are meant, of lists and of replays. */
import { type Command, Option } from 'commander';
import { timeValue, wholeNumber } from '../values';

export type EventFilter = {
  since?: string;
  until?: string;
  topic?: string;
  status?: 'accepted' | 'confirming' | 'held' | 'quarantined';
  destination?: string;
  delivery?: 'waiting' | 'retrying' | 'paused' | 'dead' | 'delivered';
  eventId?: string;
  incrementId?: number;
  entityKey?: string;
  search?: string;
};

export const filterOptions = (command: Command): Command =>
  command
    .optionsGroup('Which events (all of these hold together):')
    .option('--since <time>', 'accepted then or later: 2h, 1d, or 2026-11-20T12:00:00Z', timeValue)
    .option('--until <time>', 'accepted before', timeValue)
    .option('--topic <topic>', 'a topic, or a prefix before *')
    .addOption(
      new Option('--status <status>', 'what became of it').choices([
        ...['accepted', 'confirming', 'held', 'quarantined'],
      ]),
    )
    .option('--destination <destination>', 'the destination that --delivery is about, by id or name')
    .addOption(
      new Option('--delivery <state>', 'how a delivery of it stands').choices([
        ...['waiting', 'retrying', 'paused', 'dead', 'delivered'],
      ]),
    )
    .option('--event-id <id>', "the provider's id of the event")
    .option('--increment-id <number>', "the provider's number of the event", wholeNumber(1))
    .option('--entity-key <key>', 'what it is about, as an event shows it: order:100000015')
    .option('--search <text>', 'text in a header (name: value) or in the body')
    .optionsGroup('Options:');

/** As the API has them, in queries and in bodies. */
export const filterOf = (given: EventFilter) => ({
  ...(given.since === undefined ? {} : { since: given.since }),
  ...(given.until === undefined ? {} : { until: given.until }),
  ...(given.topic === undefined ? {} : { topic: given.topic }),
  ...(given.destination === undefined ? {} : { destination_id: given.destination }),
  ...(given.delivery === undefined ? {} : { delivery: given.delivery }),
  ...(given.eventId === undefined ? {} : { event_id: given.eventId }),
  ...(given.incrementId === undefined ? {} : { increment_id: given.incrementId }),
  ...(given.entityKey === undefined ? {} : { entity_key: given.entityKey }),
  ...(given.search === undefined ? {} : { q: given.search }),
});
