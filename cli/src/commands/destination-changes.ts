/** `gapless destinations add`, `edit`, `pause`, `resume`, `rotate-secret` and `remove`. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import type { Schemas } from '../gateway/api';
import { type FieldOptions, fieldOptions, fieldsGiven } from '../given/fields';
import { type RotationOptions, rotated, rotationOptions } from '../given/secret';
import { destinationTable } from '../output/webhook-text';

const ONE = '/v1/webhooks/{webhook_id}/destinations/{destination_id}';

const pathOf = (webhook: string, destination: string) => ({
  ...{ webhook_id: webhook, destination_id: destination },
});

export function addDestinationChanges(group: Command): void {
  addAdd(group);
  addEdit(group);
  addSwitch(group, 'pause', false, 'Send nothing there for now; its events wait in the log');
  addSwitch(group, 'resume', true, 'Send again; what waits leaves at the pace of recovery');
  addRotate(group);
  addRemove(group);
}

type AddOptions = FieldOptions & { name?: string; topics?: string };

function addAdd(group: Command): void {
  fieldOptions(
    gatewayCommand(group, 'add <webhook> [url]', 'Add a destination; its secret is shown once', [
      [
        'gapless destinations add shop https://erp.example.com/hook --name erp',
        'for all topics, from now on',
      ],
      ["gapless destinations add shop https://bi.example.com --topics 'order:*' --set /start=beginning", ''],
      ['gapless destinations add shop --from destination.yaml', 'every field of the API'],
    ]),
  )
    .option('--name <name>', 'what you call it')
    .option('--topics <topics>', 'which events it gets: order:*,product:*')
    .action((webhook: string, url: string | undefined, options: AddOptions, command: Command) =>
      run(command, async ({ output, env, gateway }) => {
        const { name, topics } = options;
        const body = await fieldsGiven(options, env, { url, name, topics });
        const path = { webhook_id: webhook };
        const added = await (await gateway()).call('post', '/v1/webhooks/{webhook_id}/destinations', {
          // Whether it is one is for the gateway to say: it names every field that is wrong.
          ...{ path, body: body as Schemas['NewDestination'] },
        });
        output.answer(added, paint => destinationTable([added], paint));
        if (!output.isJson) output.note(`It verifies with ${added.secret_key}, which is not shown again.`);
        return EXIT.done;
      }),
    );
}

function addEdit(group: Command): void {
  fieldOptions(
    gatewayCommand(
      group,
      'edit <webhook> <destination>',
      'Change fields; null puts one back to its default',
      [
        ['gapless destinations edit shop erp --set /max_in_flight=6', 'six deliveries at the same time'],
        ['gapless destinations edit shop erp --set /url=https://new.example.com/hook', 'another address'],
      ],
    ),
  ).action((webhook: string, destination: string, options: FieldOptions, command: Command) =>
    run(command, async ({ output, env, gateway }) => {
      const body = await fieldsGiven(options, env);
      if (Object.keys(body).length === 0)
        throw new Stop(EXIT.usage, 'Say what is to change: --set /max_in_flight=6, or --from FILE.');
      const edited = await (await gateway()).call('patch', ONE, { path: pathOf(webhook, destination), body });
      output.answer(edited, paint => destinationTable([edited], paint));
      return EXIT.done;
    }),
  );
}

function addSwitch(group: Command, name: 'pause' | 'resume', isActive: boolean, does: string): void {
  gatewayCommand(group, `${name} <webhook> <destination>`, does, [
    [`gapless destinations ${name} shop erp`, 'by its name or id'],
  ]).action((webhook: string, destination: string, _options: object, command: Command) =>
    run(command, async ({ output, gateway }) => {
      const changed = await (await gateway()).call('patch', ONE, {
        path: pathOf(webhook, destination),
        body: { is_active: isActive ? '1' : '0' },
      });
      output.answer(changed, paint => destinationTable([changed], paint));
      return EXIT.done;
    }),
  );
}

function addRotate(group: Command): void {
  rotationOptions(
    gatewayCommand(
      group,
      'rotate-secret <webhook> <destination>',
      'Give it another secret, that of GAPLESS_SECRET',
      [
        ['gapless destinations rotate-secret shop erp --generate', 'made by the gateway, and shown once'],
        [
          'gapless destinations rotate-secret shop erp --overlap 0',
          'the one before ends at once: after a leak',
        ],
      ],
    ),
    'how long deliveries carry both signatures',
    'have one made',
  ).action((webhook: string, destination: string, options: RotationOptions, command: Command) =>
    run(command, async ({ output, env, gateway }) => {
      const path = pathOf(webhook, destination);
      const rotate = async (body: object) =>
        (await gateway()).call('post', `${ONE}/rotate_secret`, { path, body });
      await rotated(output, env, options, rotate, `${destination} has the new secret from now on.`);
      return EXIT.done;
    }),
  );
}

function addRemove(group: Command): void {
  gatewayCommand(group, 'remove <webhook> <destination>', 'Send it nothing more, and forget it; asks first', [
    ['gapless destinations remove shop erp', 'the events stay in the log'],
  ])
    .option('--yes', 'do not ask')
    .action((webhook: string, destination: string, options: { yes?: boolean }, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const path = pathOf(webhook, destination);
        const { url } = await asked.call('get', ONE, { path });
        await output.confirm(
          `Remove ${destination} (${url})? What waits for it is not sent.`,
          options.yes === true,
        );
        await asked.call('delete', ONE, { path });
        output.answer({ removed: destination }, () => `${destination} is removed.`);
        return EXIT.done;
      }),
    );
}
