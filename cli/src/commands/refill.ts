/** `gapless refill`: adds missing events that were fetched from the provider, after saying which of them are missing. */
import type { Command } from 'commander';
import { providerOf } from '../../../src/providers/registry';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import type { Gateway } from '../gateway/gateway';
import { contentOf } from '../given/document';
import { countOf, rangesText } from '../given/id-ranges';
import { counted } from '../output/counted';
import type { Output } from '../output/output';
import { printable } from '../output/printable';
import { addAll, exitOf, receiptText } from '../refill/adding';
import { candidatesIn } from '../refill/candidates';
import { gapsText } from '../refill/gaps-text';
import { type Missing, missingOf, withAwaited } from '../refill/numbering';
import { type LeftOut, type RefillPlan, refillPlan } from '../refill/plan';
import { sourceText } from '../refill/sources';
import { wholeNumber } from '../values';

type Options = { from?: string; ids?: string; gap?: number; dryRun?: boolean; yes?: boolean };

export function addRefill(program: Command): void {
  gatewayCommand(program, 'refill <webhook>', 'Add missing events that you have fetched from the provider', [
    ['gapless refill shop', 'what is missing, and where the provider may have it'],
    ['gapless refill shop --from events.jsonl', 'an event a line: which are missing; asks, then adds them'],
    ['gapless refill shop --gap 5 --from events.jsonl', 'only the gap that 5 is in'],
    ['gapless refill shop --ids 5-9,12 --from - --yes < events.jsonl', 'only these ids; in a script'],
  ])
    .option(
      '--from <file>',
      'events, a line each: the body, or an object of body, headers and query; - is stdin',
    )
    .option('--ids <ids>', 'only these increment ids: 5-9,12')
    .option('--gap <id>', 'only the gap that has this increment id', wholeNumber(1))
    .option('--dry-run', 'only say what would be added')
    .option('--yes', 'do not ask')
    .action((webhook: string, options: Options, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const { provider, signature } = await asked.call('get', '/v1/webhooks/{webhook_id}', {
          path: { webhook_id: webhook },
        });
        const missing = await missingOf(asked, webhook, options);
        if (options.from === undefined) return sayWhatIsMissing(output, missing, provider);

        const known = providerOf({ provider, signature: (signature ?? null) as never });
        if (known === undefined)
          throw new Stop(EXIT.failed, `This version of gapless does not know the provider ${provider}.`);
        const candidates = candidatesIn((await contentOf(options.from)).toString(), known);
        if (!candidates.ok) throw new Stop(EXIT.usage, `${options.from}: ${candidates.error}`);
        const all = await withAwaited(asked, webhook, missing, candidates.value);
        const plan = refillPlan(candidates.value, all);
        return options.dryRun === true || plan.adds.length === 0
          ? sayPlan(output, plan)
          : addPlanned(output, asked, webhook, plan, options.yes === true);
      }),
    );
}

function sayWhatIsMissing(
  output: Output,
  { numbered, gaps, wanted, highest, awaited }: Missing,
  provider: string,
) {
  const ids = wanted.map(({ from, to }) => ({ from, to }));
  output.answer({ numbered, highest_increment_id: highest, missing: ids, count: countOf(ids) }, paint =>
    numbered
      ? gapsText({ gaps, wanted, awaited }, provider, paint)
      : `The provider does not number its events: what is missing cannot be known. ${sourceText(provider)}`,
  );
  return EXIT.done;
}

/** What is not added, and why, in the plan's own form. */
const shownPlan = ({ adds, left_out, not_in_file }: RefillPlan) => ({
  adds: adds.map(({ line, incrementId, topic, isOdd }) => ({
    ...{ line, increment_id: incrementId, topic, is_odd: isOdd },
  })),
  left_out,
  not_in_file,
});

function sayPlan(output: Output, plan: RefillPlan) {
  output.answer({ ...shownPlan(plan), added: null, dry_run: true }, () => planText(plan));
  return EXIT.done;
}

async function addPlanned(
  output: Output,
  gateway: Gateway,
  webhook: string,
  plan: RefillPlan,
  isAgreed: boolean,
) {
  if (!isAgreed && !output.isJson) output.note(planText(plan));
  await output.confirm(`Add ${counted(plan.adds.length, 'event')} to ${webhook}?`, isAgreed);
  const added = await addAll(gateway, webhook, plan.adds, (done, of) =>
    output.progress(`${done} of ${of} added`),
  );
  output.answer({ ...shownPlan(plan), added, dry_run: false }, paint =>
    [receiptText(added, paint), stillMissingText(plan)].filter(part => part !== '').join('\n'),
  );
  return exitOf(added);
}

const WORDS: Readonly<Record<LeftOut, string>> = {
  not_missing: 'received already',
  not_asked_for: 'missing, but not asked for',
  above_highest: 'above the highest id that was received: the provider may still send it',
  no_increment_id: 'without an increment id that can be read',
  twice: 'with the id of an earlier line',
};

function planText(plan: RefillPlan): string {
  const { adds, left_out } = plan;
  const named = adds
    .slice(0, 20)
    .map(({ incrementId, topic, line }) => `${incrementId ?? `line ${line}`} ${printable(topic)}`.trim())
    .join(', ');
  const first =
    adds.length === 0
      ? 'No event of the file is missing.'
      : `${counted(adds.length, 'event')} to add: ${named}${adds.length > 20 ? ' ...' : ''}`;
  const others = (Object.keys(WORDS) as LeftOut[]).flatMap(why => {
    const of = left_out.filter(one => one.why === why);
    const ids = of.map(one => one.increment_id ?? `line ${one.line}`);
    const some = `${ids.slice(0, 20).join(', ')}${ids.length > 20 ? ' ...' : ''}`;
    return of.length === 0 ? [] : [`${of.length} left out, ${WORDS[why]}: ${some}`];
  });
  return [first, oddText(plan), ...others, stillMissingText(plan)].filter(part => part !== '').join('\n');
}

/** A file of something else would be taken line by line where the provider numbers nothing. */
function oddText({ adds }: RefillPlan): string {
  const lines = adds.filter(({ isOdd }) => isOdd).map(({ line }) => line);
  if (lines.length === 0) return '';
  const some = `${lines.slice(0, 20).join(', ')}${lines.length > 20 ? ' ...' : ''}`;
  return `Not as the provider sends them, so that they may go to quarantine: ${lines.length === 1 ? 'line' : 'lines'} ${some}`;
}

const stillMissingText = ({ not_in_file }: RefillPlan): string =>
  not_in_file.length === 0 ? '' : `Missing, and not in the file: ${rangesText(not_in_file)}`;
