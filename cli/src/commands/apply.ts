/** `gapless apply` and `gapless export`: configuration as code. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { filled } from '../configuration/filled';
import { EXIT, Stop } from '../ending';
import type { Schemas } from '../gateway/api';
import { type Cell, type Colour, type Paint, table } from '../output/table';
import type { Environment } from '../settings/profiles';

type Options = { prune?: boolean; dryRun?: boolean; exitCode?: boolean; yes?: boolean };
type Change = Schemas['Change'];

export function addApply(program: Command): void {
  gatewayCommand(program, 'apply <file>', 'Make the gateway as a file says; shows the difference first', [
    ['gapless apply gateway.json', 'asks before it changes anything'],
    ['gapless apply gateway.json --dry-run --exit-code', 'in a script: 4 where there is a difference'],
    [
      'gapless apply gateway.json --profile live --yes',
      'the same file elsewhere, with values from the environment',
    ],
  ])
    .option('--dry-run', 'only show the difference')
    .option('--prune', 'delete what the file does not have')
    .option('--exit-code', 'with --dry-run: end with 4 where there is a difference')
    .option('--yes', 'do not ask')
    .action((file: string, options: Options, command: Command) =>
      run(command, async ({ output, env, gateway }) => {
        const body = await configIn(file, env);
        const asked = await gateway();
        const prune = options.prune === true ? { prune: '1' as const } : {};
        const plan = await asked.call('put', '/v1/config', { query: { dry_run: '1', ...prune }, body });
        const isDry = options.dryRun === true || plan.changes.length === 0;
        if (isDry) {
          output.answer({ ...plan, applied: false }, paint => changesText(plan.changes, paint));
          return options.exitCode === true && plan.changes.length > 0 ? EXIT.found : EXIT.done;
        }
        if (options.yes !== true) output.note(changesText(plan.changes, (_, text) => text));
        await output.confirm(`Change this at ${asked.url}?`, options.yes === true);
        const done = await asked.call('put', '/v1/config', { query: prune, body });
        output.answer({ ...done, applied: true }, paint => changesText(done.changes, paint));
        if (done.changes.some(({ secret_key }) => secret_key !== undefined))
          output.note('Secrets are not shown again.');
        return EXIT.done;
      }),
    );
}

export function addExport(program: Command): void {
  gatewayCommand(program, 'export', 'The configuration as apply takes it, without secrets', [
    ['gapless export > gateway.json', 'then keep it with your code'],
  ]).action((_options: object, command: Command) =>
    run(command, async ({ output, gateway }) => {
      const config = await (await gateway()).call('get', '/v1/config');
      output.answer(config, () => JSON.stringify(config, null, 2));
      return EXIT.done;
    }),
  );
}

async function configIn(file: string, env: Environment): Promise<Schemas['Config']> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Stop(EXIT.usage, error.message);
  });
  const document = filled(jsonOf(text, file), env);
  if (!document.ok)
    throw new Stop(EXIT.usage, `${file} asks for what the environment lacks: ${document.error.join(', ')}`);
  // Whether it is one is for the gateway to say: it names every field that is wrong.
  return document.value as Schemas['Config'];
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Stop(EXIT.usage, `${file} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

const COLOURS: Readonly<Record<Change['action'], Colour>> = {
  create: 'green',
  update: 'yellow',
  delete: 'red',
};

function changesText(changes: readonly Change[], paint: Paint): string {
  if (changes.length === 0) return 'It is as the file says.';
  const rows = changes.map((change): Cell[] => [
    { text: change.action, colour: COLOURS[change.action] },
    `${change.kind} ${change.webhook === undefined ? '' : `${change.webhook} / `}${change.name}`,
    fieldsText(change),
    change.secret_key ?? null,
  ]);
  return table(['', 'what', 'difference', 'secret_key'], rows, paint);
}

/** `url: "a" -> "b"`; of secrets only that they change. */
const fieldsText = ({ fields = {} }: Change): string =>
  Object.entries(fields)
    .map(([name, change]) => {
      if (typeof change !== 'object' || change === null || !('to' in change))
        return `${name}: ${JSON.stringify(change)}`;
      const from = 'from' in change ? JSON.stringify(change.from) : '';
      return `${name}: ${from} -> ${JSON.stringify(change.to)}`;
    })
    .join(', ');
