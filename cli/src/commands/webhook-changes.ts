/** `gapless webhooks create`, `edit`, `rotate-secret` and `delete`. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { Provider } from '../../../src/providers/provider';
import { providerFor } from '../../../src/providers/registry';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import type { Schemas } from '../gateway/api';
import { type FieldOptions, fieldOptions, fieldsGiven } from '../given/fields';
import { newSecret, type RotationOptions, rotated, rotationOptions } from '../given/secret';
import { counted } from '../output/counted';
import type { Output } from '../output/output';
import { webhookText } from '../output/webhook-text';
import type { Environment } from '../settings/profiles';

type CreateOptions = FieldOptions & { name?: string; to?: string; topics?: string; generate?: boolean };

export function addWebhookChanges(group: Command): void {
  addCreate(group);
  addEdit(group);
  addRotate(group);
  addDelete(group);
}

function addCreate(group: Command): void {
  fieldOptions(
    gatewayCommand(group, 'create [provider]', 'Make a webhook; its secret comes from GAPLESS_SECRET', [
      ['gapless webhooks create stripe --name shop --to https://erp.example.com/hook', 'with a destination'],
      ['gapless webhooks create github --name code --generate', 'with a secret to enter at the provider'],
      ['gapless webhooks create --from webhook.yaml --set /retention_days=30', 'every field of the API'],
    ]),
  )
    .option('--name <name>', 'what you call it')
    .option('--to <url>', 'where its events go; more destinations: gapless destinations add')
    .option('--topics <topics>', 'which events it takes: order:*,product:*')
    .option('--generate', 'make the secret up, where the provider takes any')
    .action((provider: string | undefined, options: CreateOptions, command: Command) =>
      run(command, async ({ output, env, gateway }) => {
        const { name, to, topics } = options;
        const destinations = to === undefined ? undefined : [{ url: to }];
        const given = await fieldsGiven(options, env, { provider, name, topics, destinations });
        const body = { ...given, ...secretFor(given, env, options.generate === true) };
        const made = await (await gateway()).call('post', '/v1/webhooks', {
          // Whether it is one is for the gateway to say: it names every field that is wrong.
          body: body as Schemas['NewWebhook'],
        });
        const shown = options.generate === true ? { ...made, secret_key: body.secret_key } : made;
        output.answer(shown, paint => webhookText(made, paint));
        if (!output.isJson)
          sayWhatIsNext(output, made, options.generate === true ? body.secret_key : undefined);
        return EXIT.done;
      }),
    );
}

/** The secret that the fields lack; nothing where they have one. */
function secretFor(
  given: Readonly<Record<string, unknown>>,
  env: Environment,
  isMade: boolean,
): { secret_key?: unknown } {
  if (given.secret_key !== undefined) return { secret_key: given.secret_key };
  const provider = typeof given.provider === 'string' ? providerFor(given.provider) : undefined;
  if (given.provider === undefined)
    throw new Stop(
      EXIT.usage,
      'Say who sends the events: gapless webhooks create stripe, shopify, github ...',
    );
  if (isMade && provider?.guide.isSecretChosen === false)
    throw new Stop(
      EXIT.usage,
      `${provider.title} makes the secret: set GAPLESS_SECRET. ${secretHint(provider)}`,
    );
  const secret = newSecret(env, isMade);
  return { secret_key: secret ?? randomBytes(32).toString('hex') };
}

const secretHint = ({ guide }: Provider): string => `What it is: ${guide.secret}`;

function sayWhatIsNext(output: Output, made: Schemas['CreatedWebhook'], secret: unknown): void {
  output.note(`\nThe provider is to send to ${made.ingest_url}`);
  if (secret !== undefined) output.note(`and to sign with ${String(secret)}, which is not shown again.`);
  for (const { name, url, secret_key } of made.destinations)
    output.note(`${name ?? url} verifies with ${secret_key}, which is not shown again.`);
  sayWarnings(output, made);
}

function sayWarnings(output: Output, { warnings }: Pick<Schemas['CreatedWebhook'], 'warnings'>): void {
  for (const { path, message } of warnings) output.note(`${path} ${message}`);
}

function addEdit(group: Command): void {
  fieldOptions(
    gatewayCommand(group, 'edit <webhook>', 'Change fields of a webhook; null puts one back to its default', [
      ['gapless webhooks edit shop --set /retention_days=30', 'kept for a month'],
      ['gapless webhooks edit shop --set /is_active=false', 'its requests are refused for now'],
      ['gapless webhooks edit shop --from changes.yaml', 'several, from a file'],
    ]),
  ).action((webhook: string, options: FieldOptions, command: Command) =>
    run(command, async ({ output, env, gateway }) => {
      const body = await fieldsGiven(options, env);
      if (Object.keys(body).length === 0)
        throw new Stop(EXIT.usage, 'Say what is to change: --set /retention_days=30, or --from FILE.');
      const path = { webhook_id: webhook };
      const edited = await (await gateway()).call('patch', '/v1/webhooks/{webhook_id}', { path, body });
      output.answer(edited, paint => webhookText(edited, paint));
      if (!output.isJson) sayWarnings(output, edited);
      return EXIT.done;
    }),
  );
}

function addRotate(group: Command): void {
  rotationOptions(
    gatewayCommand(
      group,
      'rotate-secret <webhook>',
      'Give a webhook another secret, that of GAPLESS_SECRET',
      [
        ['gapless webhooks rotate-secret shop', 'the one before is taken for a day more'],
        ['gapless webhooks rotate-secret shop --overlap 0', 'not a second more: after a leak'],
        [
          'gapless webhooks rotate-secret code --generate',
          'one that the gateway makes, to enter at the provider',
        ],
      ],
    ),
    'how long the one before is taken too',
    'have one made, where the provider takes any',
  ).action((webhook: string, options: RotationOptions, command: Command) =>
    run(command, async ({ output, env, gateway }) => {
      const path = { webhook_id: webhook };
      const rotate = async (body: object) =>
        (await gateway()).call('post', '/v1/webhooks/{webhook_id}/rotate_secret', { path, body });
      await rotated(output, env, options, rotate, `${webhook} takes the new secret from now on.`);
      return EXIT.done;
    }),
  );
}

function addDelete(group: Command): void {
  gatewayCommand(group, 'delete <webhook>', 'Delete a webhook and everything it stored; asks first', [
    ['gapless webhooks delete shop', 'says how many events go with it'],
    ['gapless webhooks delete shop --yes', 'in a script'],
  ])
    .option('--yes', 'do not ask')
    .action((webhook: string, options: { yes?: boolean }, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const path = { webhook_id: webhook };
        const { provider, counters } = await asked.call('get', '/v1/webhooks/{webhook_id}/status', { path });
        await output.confirm(
          `${webhook} of ${provider} has taken ${counted(counters.accepted, 'event')}. Delete it with all it has stored, for good?`,
          options.yes === true,
        );
        await asked.call('delete', '/v1/webhooks/{webhook_id}', { path });
        output.answer({ deleted: webhook }, () => `${webhook} is deleted.`);
        return EXIT.done;
      }),
    );
}
