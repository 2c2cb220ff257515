/** `gapless tail`: events as they are let go, until Ctrl-C. By the feed, so none is skipped whatever happens in between. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { stopFor } from '../gateway/gateway';
import { statusCell } from '../output/event-rows';
import { printable } from '../output/printable';
import { shortTime } from '../output/times';
import { timeValue } from '../values';

type Options = { since?: string; topic?: string; body?: boolean };

const WAIT_SECONDS = 25;
const PAUSE_MS = 1_000;

export function addTail(program: Command): void {
  gatewayCommand(program, 'tail <webhook>', 'Events as they come, until Ctrl-C', [
    ['gapless tail shop', 'from now on'],
    ['gapless tail shop --since 10m --topic order:*', 'from ten minutes ago, orders only'],
    ["gapless tail shop --json --body | jq '.body | fromjson'", 'for programs: a line of JSON each'],
  ])
    .option('--since <time>', 'begin with events accepted then: 10m, 2h, or a time with a zone', timeValue)
    .option('--topic <topic>', 'a topic, or a prefix before *')
    .option('--body', 'with headers and bodies (with --json)')
    .action((webhook: string, options: Options, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const query = {
          ...(options.topic === undefined ? {} : { topic: options.topic }),
          ...(options.since === undefined ? {} : { since: options.since }),
          ...(options.body === true ? { include: 'body' as const } : {}),
        };
        let after = options.since === undefined ? 'now' : undefined;
        let isLost = false;
        for (let first = true; ; first = false) {
          const page = await asked.ask('get', '/v1/webhooks/{webhook_id}/feed', {
            path: { webhook_id: webhook },
            // The first answer says where `now` is, so it is not waited for.
            query: {
              ...query,
              ...(after === undefined ? {} : { after }),
              ...(first ? {} : { wait: WAIT_SECONDS }),
            },
          });
          if (!page.ok) {
            // The network, or a deployment: it comes back.
            const passes =
              page.error.reason === 'unreachable' ||
              (page.error.reason === 'refused' && page.error.status >= 500);
            if (first || !passes) throw stopFor(page.error, asked.url);
            if (!isLost) output.note('The gateway does not answer; going on when it does.');
            isLost = true;
            await pause(PAUSE_MS);
            continue;
          }
          isLost = false;
          for (const event of page.value.events) {
            output.item(event, paint => {
              const status = statusCell(event.delivery ?? event.status);
              const shown =
                status === null || typeof status !== 'object'
                  ? String(status)
                  : paint(status.colour, status.text);
              return `${shortTime(event.received_at)}  ${event.sequence}  ${printable(event.topic)}  ${shown}`;
            });
          }
          after = page.value.cursor;
          if (first && options.since === undefined) output.note(`Listening to ${webhook}; Ctrl-C ends it.`);
        }
      }),
    );
}
