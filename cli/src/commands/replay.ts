/** `gapless replay`: sends events again, after saying how many that are. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import type { Schemas } from '../gateway/api';
import type { Gateway } from '../gateway/gateway';
import { counted } from '../output/counted';
import { wholeNumber } from '../values';
import { type EventFilter, filterOf, filterOptions } from './event-filter';

type Options = EventFilter & {
  from?: number;
  to?: number;
  all?: boolean;
  newId?: boolean;
  dryRun?: boolean;
  wait?: boolean;
  yes?: boolean;
};

type Wish = Partial<Omit<Schemas['Replay'], 'dry_run'>>;

/** How often a replay is looked at while it runs. */
const POLL_MS = 500;

export function addReplay(program: Command): void {
  const command = gatewayCommand(program, 'replay <webhook>', 'Send events again', [
    ['gapless replay shop 1204', 'one event, by its sequence; asks first'],
    ['gapless replay shop --destination erp --delivery dead', 'what one destination has lost; asks first'],
    ['gapless replay shop --since 2h --topic order:* --dry-run', 'only say how many'],
    ['gapless replay shop --from 100 --to 200 --yes', 'in a script'],
  ]);
  filterOptions(command)
    .argument('[sequence]', 'one event, by its number in the log', wholeNumber(1))
    .option('--from <sequence>', 'from this one on', wholeNumber(1))
    .option('--to <sequence>', 'to this one', wholeNumber(1))
    .option('--all', 'the whole log')
    .option('--new-id', 'under new ids, so that receivers take them for new events')
    .option('--dry-run', 'only say how many')
    .option('--wait', 'until it has ended; fails where something of it is dead')
    .option('--yes', 'do not ask')
    .action((webhook: string, sequence: number | undefined, options: Options, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        if (sequence !== undefined) await refuseUnsendable(asked, webhook, sequence);
        const body = {
          ...rangeOf(sequence, options),
          ...(options.newId === true ? { new_id: true as const } : {}),
        };
        const { count, events } = await plannedFor(asked, webhook, sequence, body);
        if (options.dryRun === true || (count === 0 && events === 0)) {
          output.answer({ replay_id: null, count, events, dry_run: true }, () => planText(count, events));
          return EXIT.done;
        }
        // Nobody is disturbed by what goes to listeners alone.
        if (count > 0) await output.confirm(questionOf(count, sequence), options.yes === true);
        const sent = await begin(asked, webhook, sequence, body);
        const id = sent.replay_id;
        if (options.wait !== true || id === null) {
          output.answer({ ...sent, dry_run: false }, () =>
            count === 0
              ? listenersText(sent.events, sequence)
              : `${counted(sent.count, 'delivery is', 'deliveries are')} on the way.`,
          );
          return EXIT.done;
        }
        for (;;) {
          const path = { webhook_id: webhook, replay_id: id };
          const replay = await asked.call('get', '/v1/webhooks/{webhook_id}/replays/{replay_id}', { path });
          if (replay.state !== 'running') {
            output.answer(
              replay,
              () => `${replay.state}: ${replay.delivered} delivered, ${replay.dead} dead.`,
            );
            return replay.dead > 0 ? EXIT.failed : EXIT.done;
          }
          await sleep(POLL_MS);
        }
      }),
    );
}

/** One event that was named is there, can be sent and may be, or the command has failed. */
async function refuseUnsendable(gateway: Gateway, webhook: string, sequence: number): Promise<void> {
  const event = await gateway.call('get', '/v1/webhooks/{webhook_id}/events/{sequence}', {
    path: { webhook_id: webhook, sequence },
  });
  if (event.redacted)
    throw new Stop(EXIT.failed, `The body of event ${sequence} was erased: there is nothing to send.`);
  if (event.status === 'quarantined')
    throw new Stop(
      EXIT.failed,
      `Event ${sequence} is in quarantine: gapless release ${webhook} ${sequence} lets it go.`,
    );
  if (event.status !== 'accepted')
    throw new Stop(
      EXIT.failed,
      `Event ${sequence} is ${event.status}: it leaves by itself when it is let go.`,
    );
}

function planText(count: number, events: number | null): string {
  if (count > 0) return `${counted(count, 'delivery', 'deliveries')} would be made again.`;
  if (events === 0) return 'No event is like that.';
  return events === null
    ? 'No delivery would be made again.'
    : `No destination wants what is like that: ${counted(events, 'event', 'events')} would go to whoever listens.`;
}

/** Of what went to no destination. @param events null where an earlier release answered */
function listenersText(events: number | null, sequence: number | undefined): string {
  if (sequence !== undefined)
    return `No destination wants event ${sequence}: it goes to whoever listens. Name a destination with --destination.`;
  const many = events === null ? 'what there is goes' : counted(events, 'event goes', 'events go');
  return `No destination wants what is like that: ${many} to whoever listens.`;
}

const questionOf = (count: number, sequence: number | undefined): string =>
  sequence === undefined
    ? `Send again what makes ${counted(count, 'delivery', 'deliveries')}?`
    : `Send event ${sequence} again, to ${counted(count, 'destination')}?`;

/** How many deliveries it makes, and how many events listeners get: null where an earlier release answers. */
async function plannedFor(
  gateway: Gateway,
  webhook: string,
  sequence: number | undefined,
  body: Wish,
): Promise<{ count: number; events: number | null }> {
  const path = { webhook_id: webhook };
  const plan = { ...body, dry_run: true as const };
  const { count, events = null } = await gateway.call('post', '/v1/webhooks/{webhook_id}/replays', {
    path,
    body: plan,
  });
  // A destination that is named with one event gets it, whatever it subscribes to.
  if (sequence !== undefined && body.destination_id !== undefined) return { count: 1, events };
  return { count, events };
}

function begin(
  gateway: Gateway,
  webhook: string,
  sequence: number | undefined,
  body: Wish,
): Promise<Schemas['Replaying']> {
  const path = { webhook_id: webhook };
  if (sequence === undefined)
    return gateway.call('post', '/v1/webhooks/{webhook_id}/replays', { path, body });
  const { destination_id = null, new_id = null } = body;
  return gateway.call('post', '/v1/webhooks/{webhook_id}/events/{sequence}/replay', {
    ...{ path: { ...path, sequence }, body: { destination_id, new_id } },
  });
}

/** Which events. One that says nothing is refused here as by the gateway. */
function rangeOf(sequence: number | undefined, options: Options): Wish {
  const { from, to, all, status } = options;
  if (status === 'confirming' || status === 'held')
    throw new Stop(
      EXIT.usage,
      `Events that are ${status} have not been let go: there is nothing to send again.`,
    );
  const range = {
    ...filterOf(options),
    ...(status === undefined ? {} : { status }),
    ...(from === undefined ? {} : { from_sequence: from }),
    ...(to === undefined ? {} : { to_sequence: to }),
    ...(all === true ? { all: true as const } : {}),
  };
  const isSaid = Object.keys(range).length > 0;
  if (sequence !== undefined) {
    const { destination_id, ...others } = range;
    if (Object.keys(others).length > 0)
      throw new Stop(
        EXIT.usage,
        'Either a sequence, alone or with --destination, or which events by options.',
      );
    return { ...range, from_sequence: sequence, to_sequence: sequence };
  }
  if (!isSaid)
    throw new Stop(EXIT.usage, 'Say which events: a sequence, a filter, --from and --to, or --all.');
  return range;
}
