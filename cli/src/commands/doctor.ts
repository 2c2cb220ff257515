/**
 * `gapless doctor`: whether a gateway is as it should be, as far as that shows from here without changing anything; with `--event` one
 * goes through a webhook that is made for it. What a deployment can do is measured by `npm run verify-deployment`.
 */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { addressFinding, clockFinding, type Finding, ingestFinding, webhookFindings } from '../doctor/judge';
import { eventThere } from '../doctor/round-trip';
import { measured, selfTestOf } from '../doctor/self-test';
import { EXIT } from '../ending';
import type { Schemas } from '../gateway/api';
import { type Gateway, stopFor } from '../gateway/gateway';
import { type Colour, table } from '../output/table';

const COLOURS: Readonly<Record<Finding['verdict'], Colour>> = { well: 'green', look: 'yellow', wrong: 'red' };
const PATIENCE_MS = 10_000;

export function addDoctor(program: Command): void {
  gatewayCommand(program, 'doctor', 'Whether the gateway is as it should be; changes nothing', [
    ['gapless doctor', 'address, version, token, secrets, storage, clock, a signed request, webhooks'],
    ['gapless doctor --event', 'sends an event there and back, through a webhook that it makes and deletes'],
    ['gapless doctor --profile live --json', 'for programs; ends with 1 where something is wrong'],
  ])
    .option('--event', 'send an event there and back, too')
    .action((options: { event?: boolean }, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const found = [...(await serviceFindings(asked)), ...(await dataFindings(asked))];
        const isTaken = found.every(({ check, verdict }) => check !== 'token' || verdict === 'well');
        const findings = isTaken
          ? [...found, ...(await triedFindings(asked, options.event === true))]
          : found;
        output.answer({ url: asked.url, findings }, paint =>
          table(
            ['check', '', 'found'],
            findings.map(({ check, verdict, found }) => [
              check,
              { text: verdict, colour: COLOURS[verdict] },
              found,
            ]),
            paint,
          ),
        );
        return findings.some(({ verdict }) => verdict === 'wrong') ? EXIT.failed : EXIT.done;
      }),
    );
}

/** What it says to anybody. Ends the command where nothing answers: no more can be found out then. */
async function serviceFindings({ url, ask }: Gateway): Promise<Finding[]> {
  const health = await ask('get', '/healthz');
  if (!health.ok) throw stopFor(health.error, url);
  const date = (await healthAt(url))?.headers.get('date') ?? null;
  const clock = clockFinding(date, Date.now());
  const version: Finding = {
    check: 'version',
    verdict: 'well',
    found: health.value.version ?? 'not deployed',
  };
  return [addressFinding(url), version, ...(clock === null ? [] : [clock])];
}

/** Null where nothing answers that is healthy. */
async function healthAt(url: string): Promise<Response | null> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(`${url}/healthz`, { redirect: 'error', signal }).catch(() => null);
  return answer?.ok === true ? answer : null;
}

/** What it says to the token. A refusal tells whether token, secrets or storage are to blame. */
async function dataFindings(gateway: Gateway): Promise<Finding[]> {
  const { ask } = gateway;
  const webhooks: Schemas['WebhookOverview'][] = [];
  for (let after: Schemas['Overview']['next'] | undefined; after !== null; ) {
    const page = await ask('get', '/v1/status', { query: after === undefined ? {} : { after } });
    if (!page.ok) {
      const { error } = page;
      const found = error.reason === 'refused' ? error.problem.detail : 'no answer';
      const isToken = error.reason === 'refused' && [401, 403, 429].includes(error.status);
      return [{ check: isToken ? 'token' : 'secrets and storage', verdict: 'wrong', found }];
    }
    webhooks.push(...page.value.webhooks);
    after = page.value.next;
  }
  return [
    { check: 'token', verdict: 'well', found: 'is taken' },
    {
      check: 'secrets and storage',
      verdict: 'well',
      found: 'ADMIN_TOKEN and SECRETS_KEY are set; KV answers',
    },
    ...(await ingestFindings(gateway)),
    ...webhookFindings(webhooks),
  ];
}

/** All webhooks have the same address: one tells it. */
async function ingestFindings({ ask, url }: Gateway): Promise<Finding[]> {
  const page = await ask('get', '/v1/webhooks', { query: { limit: 1 } });
  const ingest = page.ok ? (page.value.webhooks[0]?.ingest_url ?? null) : null;
  const answers = ingest === null || (await healthAt(new URL(ingest).origin)) !== null;
  const finding = ingestFinding(url, ingest, answers);
  return finding === null ? [] : [finding];
}

/** What is tried: with the admin token only. */
async function triedFindings(gateway: Gateway, isWithEvent: boolean): Promise<Finding[]> {
  const test = await selfTestOf(gateway);
  if (test === null) {
    const found = 'only the admin token can try it';
    return [{ check: 'a signed request', verdict: 'look', found }];
  }
  return [...(await measured(gateway, test)), ...(isWithEvent ? [await eventThere(gateway, test)] : [])];
}
