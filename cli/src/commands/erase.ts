/** `gapless erase`: erases bodies of events about somebody, after saying how many that are. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import type { Schemas } from '../gateway/api';
import type { Gateway } from '../gateway/gateway';
import { counted } from '../output/counted';
import { several } from '../values';

type Options = { entityKey?: string; body?: string[]; dryRun?: boolean; yes?: boolean };
type Sought = Pick<Schemas['RedactionRequest'], 'entity_key' | 'body'>;
type Sum = { count: number; unsearched: number; sample: number[]; redaction_id: number | null };

export function addErase(program: Command): void {
  gatewayCommand(program, 'erase <webhook>', 'Erase the bodies of events about somebody, for good', [
    ['gapless erase shop --entity-key customer:17 --dry-run', 'how many events are about them'],
    [
      'gapless erase shop --body \'/customer/email="jane@example.com"\'',
      'by a value in the body; asks first',
    ],
  ])
    .option('--entity-key <key>', 'what the events are about, as an event shows it')
    .option(
      '--body <pointer=value>',
      'a value in the body, JSON or text; several have to hold together',
      several,
    )
    .option('--dry-run', 'only say how many')
    .option('--yes', 'do not ask')
    .action((webhook: string, options: Options, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const sought = soughtBy(options);
        const asked = await gateway();
        const seen = (sum: Sum) => output.progress(`${counted(sum.count, 'event')} so far`);
        const plan = await step(asked, webhook, sought, true, seen);
        if (options.dryRun !== true && plan.count > 0) {
          await output.confirm(
            `${counted(plan.count, 'event is', 'events are')} about that. Erase for good what ${plan.count === 1 ? 'it says' : 'they say'}?`,
            options.yes === true,
          );
        }
        const isDone = options.dryRun !== true && plan.count > 0;
        const sum = isDone ? await step(asked, webhook, sought, false, seen) : plan;
        output.answer({ ...sum, dry_run: !isDone }, () =>
          isDone
            ? `${counted(sum.count, 'body is', 'bodies are')} erased; the receipt is ${sum.redaction_id}.`
            : planText(sum),
        );
        return EXIT.done;
      }),
    );
}

function soughtBy({ entityKey, body = [] }: Options): Sought {
  if ((entityKey === undefined) === (body.length === 0))
    throw new Stop(EXIT.usage, 'Say whom: either --entity-key, or --body.');
  return entityKey === undefined ? { body: Object.fromEntries(body.map(pairOf)) } : { entity_key: entityKey };
}

function pairOf(text: string): [pointer: string, value: string | number | boolean | null] {
  const at = text.indexOf('=');
  if (at < 1 || !text.startsWith('/'))
    throw new Stop(
      EXIT.usage,
      `--body is pointer=value, and a pointer begins with /, like /customer/email=jane@example.com; not ${text}`,
    );
  return [text.slice(0, at), scalarOf(text.slice(at + 1))];
}

/** JSON where it is a scalar of JSON, else text. */
function scalarOf(text: string): string | number | boolean | null {
  if (/^(true|false|null|-?\d+(\.\d+)?([eE][+-]?\d+)?|"(?:[^"\\]|\\.)*")$/.test(text))
    return JSON.parse(text);
  return text;
}

/** The whole log, a bounded part a call. */
async function step(
  gateway: Gateway,
  webhook: string,
  sought: Sought,
  isDry: boolean,
  seen: (sum: Sum) => void,
): Promise<Sum> {
  const sum: Sum = { count: 0, unsearched: 0, sample: [], redaction_id: null };
  let after: Schemas['Redacted']['next'] = null;
  do {
    const part: Schemas['Redacted'] = await gateway.call('post', '/v1/webhooks/{webhook_id}/redact', {
      path: { webhook_id: webhook },
      body: {
        ...sought,
        ...(isDry ? { dry_run: true } : {}),
        ...(after === null ? {} : { after }),
        ...(sum.redaction_id === null ? {} : { redaction_id: sum.redaction_id }),
      },
    });
    sum.count += part.count;
    sum.unsearched += part.unsearched;
    sum.sample.push(...part.sample.slice(0, 20 - sum.sample.length));
    sum.redaction_id = part.redaction_id;
    after = part.next;
    seen(sum);
  } while (after !== null);
  return sum;
}

function planText({ count, sample, unsearched }: Sum): string {
  if (count === 0 && unsearched === 0) return 'No event is about that.';
  const found =
    count === 0
      ? 'No event is about that'
      : `${counted(count, 'event is', 'events are')} about that: ${sample.join(', ')}${count > sample.length ? ' …' : ''}`;
  const bodies = counted(unsearched, 'has a body that cannot', 'have bodies that cannot');
  return unsearched === 0 ? `${found}.` : `${found}; ${bodies} be searched.`;
}
