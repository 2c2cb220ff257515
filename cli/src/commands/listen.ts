/** `gapless listen`: the events of webhooks at a local server, none lost and none twice that it took. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { decodeSecret } from '../../../src/delivery/standard-webhooks';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import type { Answer } from '../gateway/api';
import type { Gateway } from '../gateway/gateway';
import { type Listening, listen } from '../listen/listener';
import { type Place, placeFile } from '../listen/place';
import { printable } from '../output/printable';
import { several, timeValue, wholeNumber } from '../values';

type Options = {
  to: string;
  path: string[];
  since?: string;
  maxBacklog?: number;
  filterTopic?: string;
  filterBody?: string;
  filterHeader: string[];
  secret?: string;
  skipFailed?: boolean;
  output: 'compact' | 'quiet' | 'json';
  json?: boolean;
};

export function addListen(program: Command): void {
  gatewayCommand(program, 'listen <webhook...>', 'Forward events to a server on this machine, until Ctrl-C', [
    ['gapless listen shop --to http://localhost:3000/hook', 'from now on; later from where it was'],
    ['gapless listen shop --to http://localhost:3000/hook --since 2h', 'what came since, then what comes'],
    ['gapless listen shop crm --to http://localhost:3000 --path crm=/crm', 'two webhooks'],
  ])
    .requiredOption('--to <url>', 'where events are posted', localUrl)
    .option('--path <webhook=/path>', 'another path for one of the webhooks', several, [])
    .option('--since <when>', 'begin there: 2h, a time, a sequence, or last-ack', sinceValue)
    .option('--max-backlog <n>', 'do not begin where more than so many wait', wholeNumber(0))
    .option('--filter-topic <topic>', 'a topic, or a prefix before *')
    .option('--filter-body <text>', 'text in the body')
    .option('--filter-header <name: text>', 'a header and text in its value', several, [])
    .option('--secret <whsec>', 'sign with this one, not with one made for this listener', secretValue)
    .option('--skip-failed', 'go on after an event that was not answered 2xx')
    .addOption(
      new Option('--output <how>', 'what is printed')
        .choices(['compact', 'quiet', 'json'])
        .default('compact'),
    )
    .action((webhooks: string[], options: Options, command: Command) =>
      run(command, async ({ output, env, gateway }) => {
        const asked = await gateway();
        const paths = new Map(options.path.map(pathOf));
        const stray = [...paths.keys()].find(name => !webhooks.includes(name));
        if (stray !== undefined)
          throw new Stop(EXIT.usage, `--path ${stray}=…: ${stray} is not among ${webhooks.join(', ')}.`);
        const isJson = output.isJson || options.output === 'json';
        const begin = async (name: string): Promise<() => Promise<never>> => {
          const found = await asked.call('get', '/v1/webhooks/{webhook_id}', { path: { webhook_id: name } });
          const webhookId = Number(found.webhook_id);
          const path = paths.get(name);
          const to = path === undefined ? options.to : new URL(path, options.to).href;
          const file = placeFile(env, [asked.url, webhookId, to]);
          const kept = await file.read();
          const cursor = await beginning(asked, webhookId, options.since, kept.cursor);
          const place: Place = { ...kept, cursor, secret: options.secret ?? kept.secret };
          if (options.maxBacklog !== undefined && cursor !== null)
            await refuseBacklog(asked, name, webhookId, cursor, options.maxBacklog);
          await file.write(place);
          const listening: Listening = {
            ...{ gateway: asked, target: { to, webhookId }, file, topic: options.filterTopic },
            filter: { body: options.filterBody ?? null, headers: options.filterHeader.map(headerOf) },
            skipFailed: options.skipFailed === true,
            tell: {
              connection: state => output.note(`${name}: ${state}`),
              forwarded({ sequence, topic }, { status, error, attempt }) {
                if (options.output === 'quiet') return;
                const shown = { webhook: name, sequence, topic, to, status, error, attempt };
                const line = `${name}  ${sequence}  ${printable(topic ?? '')}  ${status ?? error}`;
                output.item(shown, () => (isJson ? JSON.stringify(shown) : line));
              },
            },
          };
          output.note(`${name} -> ${to}`);
          if (options.secret === undefined) output.note(`${name}: signed with ${place.secret}`);
          return () => listen(listening, place);
        };
        const starts = await Promise.all(webhooks.map(begin));
        try {
          await Promise.race(starts.map(start => start()));
        } catch (error) {
          // The others would go on, and nobody would know that one does not.
          if (!(error instanceof Stop)) throw error;
          output.note(printable(error.message));
          process.exit(error.exitCode);
        }
        return EXIT.done;
      }),
    );
}

/** The cursor to begin after; null for now. */
async function beginning(
  gateway: Gateway,
  webhookId: number,
  since: string | undefined,
  kept: string | null,
): Promise<string | null> {
  if (since === undefined || since === 'last-ack') return kept;
  if (/^\d+$/.test(since)) return String(Math.max(0, Number(since) - 1));
  const path = { webhook_id: webhookId };
  const page = await gateway.call('get', '/v1/webhooks/{webhook_id}/events', {
    path,
    query: { since, limit: 1 },
  });
  const [first] = page.events;
  return first === undefined ? null : String(first.sequence - 1);
}

async function refuseBacklog(
  gateway: Gateway,
  name: string,
  webhookId: number,
  cursor: string,
  most: number,
): Promise<void> {
  let after: string | null = cursor;
  let waiting = 0;
  while (after !== null && waiting <= most) {
    const path = { webhook_id: webhookId };
    const page: Answer<'get', '/v1/webhooks/{webhook_id}/feed'> = await gateway.call(
      'get',
      '/v1/webhooks/{webhook_id}/feed',
      { path, query: { after } },
    );
    waiting += page.events.length;
    after = page.next;
  }
  if (waiting > most)
    throw new Stop(
      EXIT.failed,
      `${name}: ${waiting}${after === null ? '' : ' or more'} events wait, more than --max-backlog ${most}. Give a later --since, or a larger number.`,
    );
}

function localUrl(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href;
  throw new InvalidArgumentError('Must be an address like http://localhost:3000/hook.');
}

const sinceValue = (text: string): string =>
  text === 'last-ack' || /^\d{1,15}$/.test(text) ? text : timeValue(text);

function secretValue(text: string): string {
  if (decodeSecret(text) !== null) return text;
  throw new InvalidArgumentError('Must be whsec_ and base64.');
}

function pathOf(text: string): [string, string] {
  const [, webhook, path] = /^([^=]+)=(\/.*)$/.exec(text) ?? [];
  if (webhook === undefined || path === undefined)
    throw new Stop(EXIT.usage, `--path ${text}: must be like shop=/hook.`);
  return [webhook, path];
}

function headerOf(text: string): [string, string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new Stop(EXIT.usage, `--filter-header ${text}: must be like x-shop: berlin.`);
  return [name.toLowerCase(), value];
}
