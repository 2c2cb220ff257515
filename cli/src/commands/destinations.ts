/** `gapless destinations`: where a webhook's events go, and the commands that change it. */
import type { Command } from 'commander';
import { commandGroup, gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import { destinationTable } from '../output/webhook-text';
import { addDestinationChanges } from './destination-changes';
import { addDestinationTest } from './destination-test';

export function addDestinations(program: Command): void {
  const group = commandGroup(
    program,
    'destinations',
    "Where a webhook's events go; add, pause, test, remove",
    [
      ['gapless destinations shop', 'all of them'],
      ['gapless destinations pause shop erp', 'events wait for it in the log'],
      ['gapless destinations test shop erp', 'what it answers, without an event'],
    ],
  );
  gatewayCommand(
    group,
    'list <webhook>',
    "Where a webhook's events go; what is meant where no other is named",
    [
      ['gapless destinations shop', 'all of them'],
      ['gapless destinations list shop --json', 'with every setting'],
    ],
    { isDefault: true },
  ).action((webhook: string, _options: object, command: Command) =>
    run(command, async ({ output, gateway }) => {
      const path = { webhook_id: webhook };
      const list = await (await gateway()).call('get', '/v1/webhooks/{webhook_id}/destinations', { path });
      output.answer(list, paint =>
        list.destinations.length === 0 ? 'It has none.' : destinationTable(list.destinations, paint),
      );
      return EXIT.done;
    }),
  );
  addDestinationTest(group);
  addDestinationChanges(group);
}
