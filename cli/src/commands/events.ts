/** `gapless events`: the log of a webhook, with every filter of the API. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import type { Schemas } from '../gateway/api';
import { EVENT_HEAD, eventRow } from '../output/event-rows';
import { table } from '../output/table';
import { shortTime } from '../output/times';
import { wholeNumber } from '../values';
import { type EventFilter, filterOf, filterOptions } from './event-filter';

type Options = EventFilter & { limit: number; oldestFirst?: boolean; after?: string; body?: boolean };

export function addEvents(program: Command): void {
  const command = gatewayCommand(program, 'events <webhook>', 'Events of a webhook, the newest first', [
    ['gapless events shop --since 2h', 'what came in the last two hours'],
    ['gapless events shop --entity-key order:100000015', 'why did this order not arrive?'],
    ['gapless events shop --destination erp --delivery dead', 'what one destination has lost'],
    ['gapless events shop --search jane@example.com --limit 500', 'text in headers and bodies'],
    ['gapless events shop --oldest-first --json', 'for programs: {"events": [...], "next": ...}'],
  ]);
  filterOptions(command)
    .option('--limit <number>', 'how many at most', wholeNumber(1, 100_000), 50)
    .option('--oldest-first', 'in the order in which they came')
    .option('--after <cursor>', 'go on where a list ended: its "next"')
    .option('--body', 'with headers and bodies (with --json)')
    .action((webhook: string, options: Options, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const events: Schemas['Event'][] = [];
        const query = {
          ...filterOf(options),
          ...(options.status === undefined ? {} : { status: options.status }),
          ...(options.body === true ? { include: 'body' as const } : {}),
          ...(options.oldestFirst === true ? {} : { order: 'desc' as const }),
        };
        let next: string | null = options.after ?? null;
        let scanned: Schemas['Events']['scanned_to'] = null;
        do {
          const page: Schemas['Events'] = await asked.call('get', '/v1/webhooks/{webhook_id}/events', {
            path: { webhook_id: webhook },
            query: { ...query, ...afterOf(next), limit: Math.min(options.limit - events.length, 500) },
          });
          events.push(...page.events);
          next = page.next;
          scanned = page.scanned_to;
          if (scanned !== null) output.progress(`searched to ${shortTime(scanned.received_at)} UTC`);
        } while (next !== null && events.length < options.limit);
        output.answer({ events, next }, paint =>
          events.length === 0 ? 'No event is like that.' : table(EVENT_HEAD, events.map(eventRow), paint),
        );
        if (next !== null && !output.isJson)
          output.note(`There are more: --after ${next}, or a larger --limit.`);
        return EXIT.done;
      }),
    );
}

const afterOf = (next: string | null): { after?: string } => (next === null ? {} : { after: next });
