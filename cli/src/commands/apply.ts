/** `gapless apply` and `gapless export`: configuration as code. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { unfilled } from '../configuration/filled';
import { EXIT } from '../ending';
import type { Schemas } from '../gateway/api';
import { documentIn } from '../given/document';
import { type Cell, type Colour, type Paint, table } from '../output/table';

type Options = { prune?: boolean; dryRun?: boolean; exitCode?: boolean; yes?: boolean };
type Change = Schemas['Change'];

export function addApply(program: Command): void {
  gatewayCommand(program, 'apply <file>', 'Make the gateway as a file says; shows the difference first', [
    ['gapless apply gateway.yaml', 'asks before it changes anything'],
    ['gapless apply gateway.yaml --dry-run --exit-code', 'in a script: 4 where there is a difference'],
    [
      'gapless apply gateway.yaml --profile live --yes',
      'the same file elsewhere, with values from the environment',
    ],
  ])
    .option('--dry-run', 'only show the difference')
    .option('--prune', 'delete what the file does not have')
    .option('--exit-code', 'with --dry-run: end with 4 where there is a difference')
    .option('--yes', 'do not ask')
    .action((file: string, options: Options, command: Command) =>
      run(command, async ({ output, env, gateway }) => {
        // Whether it is one is for the gateway to say: it names every field that is wrong.
        const body = (await documentIn(file, env)) as Schemas['Config'];
        const asked = await gateway();
        const prune = options.prune === true ? { prune: '1' as const } : {};
        const plan = await asked.call('put', '/v1/config', { query: { dry_run: '1', ...prune }, body });
        const isDry = options.dryRun === true || plan.changes.length === 0;
        if (isDry) {
          output.answer({ ...plan, applied: false }, paint => changesText(plan.changes, paint));
          return options.exitCode === true && plan.changes.length > 0 ? EXIT.found : EXIT.done;
        }
        if (options.yes !== true && !output.isJson) output.note(changesText(plan.changes, (_, text) => text));
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
    ['gapless export --yaml > gateway.yaml', 'the same in YAML'],
  ])
    .option('--yaml', 'in YAML, not JSON')
    .action((options: { yaml?: boolean }, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const config = unfilled(await (await gateway()).call('get', '/v1/config'));
        const { stringify } = await import('yaml');
        output.answer(config, () =>
          options.yaml === true ? stringify(config).trimEnd() : JSON.stringify(config, null, 2),
        );
        return EXIT.done;
      }),
    );
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
