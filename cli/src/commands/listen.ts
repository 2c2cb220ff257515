/** `gapless listen`: the events of webhooks at a local server, none lost and none twice that it took. */
import { type Command, Option } from 'commander';
import { type Context, gatewayCommand, run } from '../command';
import { EXIT, type ExitCode } from '../ending';
import type { Gateway } from '../gateway/gateway';
import { beginning, refuseBacklog } from '../listen/beginning';
import { Listener, type Listening } from '../listen/listener';
import { type How, headerOf, howOf, localUrl, secretValue, sinceValue, targetsOf } from '../listen/options';
import { type Place, placeFile } from '../listen/place';
import { type Listened, linesReport, type Report } from '../listen/report';
import { openView, type Wishes } from '../listen/view/interactive';
import type { Row } from '../listen/view/state';
import { inspected, openInPage, type Session, sentAgain } from '../listen/wishes';
import { paintOf } from '../output/output';
import { several, wholeNumber } from '../values';

type Options = {
  to: string;
  path: string[];
  since?: string;
  maxBacklog?: number;
  filterTopic?: string;
  filterBody?: string;
  filterQuery?: string;
  filterHeader: string[];
  secret?: string;
  skipFailed?: boolean;
  output?: How;
};

export function addListen(program: Command): void {
  gatewayCommand(program, 'listen <webhook...>', 'Forward events to a server on this machine, until Ctrl-C', [
    ['gapless listen shop --to http://localhost:3000/hook', 'from now on; later from where it was'],
    ['gapless listen shop --to http://localhost:3000/hook --since 2h', 'what came since, then what comes'],
    ['gapless listen shop --to http://localhost:3000/hook --since 1204', 'from this event of the log on'],
    ['gapless listen shop crm --to http://localhost:3000 --path crm=/crm', 'two webhooks'],
    ["gapless listen shop --to http://localhost:3000/hook --filter-topic 'order:*'", 'orders only'],
    ['gapless listen shop --to http://localhost:3000/hook --output json', 'for programs: a line each'],
  ])
    .requiredOption('--to <url>', 'where events are posted', localUrl)
    .option('--path <webhook=/path>', 'another path for one of the webhooks', several, [])
    .option('--since <when>', 'begin there: 2h, a time, a sequence, or last-ack', sinceValue)
    .option('--max-backlog <n>', 'do not begin where more than so many wait', wholeNumber(0))
    .option('--filter-topic <topic>', 'a topic, or a prefix before *')
    .option('--filter-body <text>', 'text in the body')
    .option('--filter-query <text>', 'text in the query string')
    .option('--filter-header <name: text>', 'a header and text in its value', several, [])
    .option('--secret <whsec>', 'sign with this one, not with one made for this listener', secretValue)
    .option('--skip-failed', 'go on after an event that was not answered 2xx')
    .addOption(
      new Option('--output <how>', 'interactive (on a terminal), compact (else), quiet or json').choices([
        ...['interactive', 'compact', 'quiet', 'json'],
      ]),
    )
    .action(async (webhooks: string[], options: Options, command: Command) => {
      await run(command, context => listenTo([...new Set(webhooks)], options, context));
      // Of several listeners the others would go on, and nobody would know that one does not.
      process.exit();
    });
}

/** A webhook, and where its listener begins. */
type Begun = { listened: Listened; target: Listening['target']; file: Listening['file']; place: Place };

async function listenTo(webhooks: string[], options: Options, context: Context): Promise<ExitCode> {
  const { output } = context;
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const how = howOf(options.output, output.isJson, isTerminal);
  const gateway = await context.gateway();
  const targets = targetsOf(webhooks, options.to, options.path);
  const filter: Listening['filter'] = {
    ...{ body: options.filterBody ?? null, query: options.filterQuery ?? null },
    headers: options.filterHeader.map(headerOf),
  };
  const all: Begun[] = [];
  for (const [name, to] of targets) all.push(await begun(name, to));

  async function begun(name: string, to: string): Promise<Begun> {
    const found = await gateway.call('get', '/v1/webhooks/{webhook_id}', { path: { webhook_id: name } });
    const webhookId = Number(found.webhook_id);
    const file = placeFile(context.env, [gateway.url, webhookId, to]);
    const kept = await file.read();
    const cursor = await beginning(gateway, webhookId, options.since, kept.cursor);
    if (options.maxBacklog !== undefined && cursor !== null)
      await refuseBacklog(
        gateway,
        { name, webhookId, topic: options.filterTopic },
        cursor,
        options.maxBacklog,
      );
    const place = { ...kept, cursor, secret: options.secret ?? kept.secret };
    await file.write(place);
    const secret = options.secret === undefined ? place.secret : null;
    return { listened: { name, to, secret }, target: { to, webhookId }, file, place };
  }

  const sessions = new Map<string, Session>();
  const ended = Promise.withResolvers<ExitCode>();
  const view =
    how === 'interactive'
      ? openView(wishes(gateway, sessions, ended.resolve), paintOf(process.stdout))
      : null;
  const report: Report = view ?? linesReport(output, how === 'interactive' ? 'compact' : how);
  for (const { listened, target, file, place } of all) {
    const tell: Listening['tell'] = {
      connection: state => report.connection(listened, state),
      forwarded: (attempt, forwarded) => report.forwarded(listened, attempt, forwarded),
    };
    const skipFailed = options.skipFailed === true;
    const about = { gateway, target, file, topic: options.filterTopic, filter, skipFailed, tell };
    const listener = new Listener(about, place);
    sessions.set(listened.name, { webhookId: target.webhookId, listener });
    report.begins(listened);
    listener.run().catch(ended.reject);
  }
  try {
    return await ended.promise;
  } finally {
    view?.close();
  }
}

/** What the keys of the interactive view do. */
function wishes(
  gateway: Gateway,
  sessions: ReadonlyMap<string, Session>,
  end: (exitCode: ExitCode) => void,
): Wishes {
  const doing =
    <T>(work: (gateway: Gateway, session: Session, row: Row) => Promise<T>) =>
    async (row: Row): Promise<T> => {
      const session = sessions.get(row.webhook);
      if (session === undefined) throw new Error(`Nobody listens to ${row.webhook}.`);
      return work(gateway, session, row);
    };
  return {
    inspect: doing(inspected),
    retry: doing(sentAgain),
    open: doing(openInPage),
    quit: key => end(key === 'q' ? EXIT.done : EXIT.interrupted),
  };
}
