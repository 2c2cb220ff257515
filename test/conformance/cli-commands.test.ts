/**
 * Every command of the program: help with examples, and an answer in JSON against a real gateway. The list is the program's own, so a
 * command that nobody tried here fails.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gaplessProgram } from '../../cli/src/program';
import { type Cli, cliOf } from '../support/cli';
import { clientOf, SEED_SECRET } from '../support/client';
import { eventually } from '../support/eventually';
import { startGateway } from '../support/gateway';
import { type Receiver, startReceiver } from '../support/receiver';

// Its own: `doctor` and `status` judge all webhooks of a gateway.
const gateway = await startGateway();
afterAll(() => gateway.stop());
const client = clientOf(gateway);
let cli: Cli;
let receiver: Receiver;

/** The commands by their names, `webhooks create`, and those that only lead to others. */
const commands = new Map<string, Command>();
const groups = new Map<string, Command>();
(function walk(parent: Command, before: string): void {
  for (const command of parent.commands) {
    const path = `${before} ${command.name()}`.trim();
    (command.commands.length > 0 ? groups : commands).set(path, command);
    walk(command, path);
  }
})(gaplessProgram(true), '');

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: part => (text += part) });
  command.outputHelp();
  return text;
}

describe('the help of', () => {
  it.each([...commands, ...groups])('%s teaches by example', (path, command) => {
    const help = helpOf(command);
    expect(help).toContain('Examples:');
    expect(help).toContain(`$ gapless ${path.split(' ')[0]}`);
    if (commands.has(path)) expect(help).toContain('--json');
    expect(command.description()).not.toBe('');
  });
});

type Tried = {
  args: () => readonly string[] | Promise<readonly string[]>;
  /** What the answer has, of which the first line where it answers in lines. */
  answers: object;
  code?: number;
  input?: string;
  secret?: string;
  /** It goes on until it is stopped. */
  goesOn?: true;
};

const file = (name: string) => join(cli.home, name);
const any = expect.anything();

/** The replay that the command before has begun. */
async function replayed(): Promise<string[]> {
  const { replays } = await client.get<{ replays: { replay_id: number }[] }>('/v1/webhooks/walk/replays');
  return ['walk', String(replays[0]?.replay_id)];
}

/** In this order: what one makes, others change and delete. The answers of `gapless NAME` as JSON. */
const TRIED: Readonly<Record<string, Tried>> = {
  'webhooks create': {
    args: () => ['shipstream', '--name', 'walk', '--to', receiver.url, '--set', '/sequence/grace_seconds=0'],
    answers: { name: 'walk', sequence: { grace_seconds: 0 }, destinations: [{ secret_key: any }] },
  },
  send: {
    args: async () => {
      const { ingest_url } = await client.get<{ ingest_url: string }>('/v1/webhooks/walk');
      const numbers = ['--increment', '1', '--count', '4', '--hole', '3'];
      return ['shipstream', 'order:created', '--to', ingest_url, ...numbers];
    },
    answers: { increment_id: 1, status: 200 },
  },
  'webhooks show': { args: () => ['walk'], answers: { name: 'walk' } },
  'webhooks edit': {
    args: () => ['walk', '--set', '/retention_days=30'],
    answers: { retention_days: 30, warnings: [] },
  },
  'webhooks test': { args: () => ['walk'], answers: { topic: 'test:ping', http_status: 200 } },
  'destinations add': {
    args: () => ['walk', `${receiver.url}/extra`, '--name', 'extra', '--set', '/max_in_flight=2'],
    answers: { name: 'extra', max_in_flight: 2, secret_key: any },
  },
  'destinations list': { args: () => ['walk'], answers: { destinations: [any, { name: 'extra' }] } },
  'destinations edit': {
    args: () => ['walk', 'extra', '--set', '/topics=order:*'],
    answers: { topics: ['order:*'] },
  },
  'destinations pause': { args: () => ['walk', 'extra'], answers: { is_active: false } },
  'destinations resume': { args: () => ['walk', 'extra'], answers: { is_active: true } },
  'destinations test': {
    args: () => ['walk', 'extra', '--body', '-', '--topic', 'order:created', '--header', 'x-shop: berlin'],
    ...{ input: '{"mine":1}', answers: { outcome: 'delivered', http_status: 200, topic: 'order:created' } },
  },
  'destinations rotate-secret': {
    args: () => ['walk', 'extra', '--generate'],
    ...{ secret: '', answers: { secret_key: any } },
  },
  retry: { args: () => ['walk', 'extra'], answers: { waiting: 0 } },
  'destinations remove': { args: () => ['walk', 'extra', '--yes'], answers: { removed: 'extra' } },
  status: { args: () => ['walk'], answers: { name: 'walk', counters: { accepted: 5 } } },
  events: { args: () => ['walk', '--topic', 'order:*'], answers: { events: [any, any, any, any] } },
  event: { args: () => ['walk', '1'], answers: { sequence: 1, increment_id: 1 } },
  gaps: { args: () => ['walk'], answers: { gaps: [{ from: 3, to: 3 }] } },
  numbering: {
    args: () => ['walk', '--from', '3', '--to', '3'],
    answers: { cells: [{ from: 3, counts: { missing: 1 } }] },
  },
  refill: { args: () => ['walk'], answers: { numbered: true, missing: [{ from: 3, to: 3 }], count: 1 } },
  resolve: {
    args: () => ['walk', '3', '--note', 'of the test store'],
    answers: { count: 1, gaps: [{ note: 'of the test store' }] },
  },
  refusals: { args: () => ['walk', '--capture'], answers: { capture_until: any } },
  audit: {
    args: () => ['walk', '--limit', '3'],
    answers: { entries: [{ by: 'admin' }, any, any], next: any },
  },
  replay: { args: () => ['walk', '1', '--yes'], answers: { count: 1, replay_id: any } },
  'replays list': { args: () => ['walk'], answers: { replays: [{ state: any }] } },
  'replays show': { args: replayed, answers: { counted: 1 } },
  'replays cancel': { args: replayed, answers: { counted: 1 } },
  release: {
    args: async () => {
      const { webhook_id } = await client.get<{ webhook_id: number }>('/v1/webhooks/walk');
      const { json } = await client.sendShipstream(webhook_id, '{"topic":"order:created"}');
      return ['walk', String(json.sequence)];
    },
    answers: { status: 'accepted' },
  },
  tail: { args: () => ['walk', '--since', '1h'], goesOn: true, answers: { sequence: 1 } },
  listen: {
    args: () => ['walk', '--to', `${receiver.url}/local`, '--since', '1h'],
    ...{ goesOn: true, answers: { sequence: 1 } },
  },
  erase: { args: () => ['walk', '--entity-key', 'order:none', '--dry-run'], answers: { count: 0 } },
  'webhooks rotate-secret': {
    args: () => ['walk', '--overlap', '60'],
    ...{ secret: 'another-one', answers: { secret_key: 'another-one' } },
  },
  'webhooks delete': { args: () => ['walk', '--yes'], answers: { deleted: 'walk' } },
  verify: {
    args: () => ['--provider', 'stripe'],
    ...{ input: 'POST / HTTP/1.1\n\n{}', code: 1, answers: { mistake: { kind: 'header_lost' } } },
  },
  doctor: { args: () => ['--event'], answers: { findings: expect.arrayContaining([any]) } },
  login: { args: () => [gateway.url, '--profile', 'walk'], answers: { profile: 'walk' } },
  profiles: { args: () => ['--remove', 'walk'], answers: { profiles: [] } },
  tokens: { args: () => ['--create', 'walk'], answers: { token: any, scope: 'read' } },
  apply: {
    args: () => [file('walk.yaml'), '--dry-run'],
    answers: { applied: false, changes: [{ action: 'create' }] },
  },
  export: { args: () => [], answers: { webhooks: any } },
  api: { args: () => ['GET', '/v1/providers'], answers: { providers: any } },
};

beforeAll(async () => {
  [cli, receiver] = await Promise.all([cliOf(gateway), startReceiver()]);
  await writeFile(
    file('walk.yaml'),
    `webhooks:\n  - name: walk\n    provider: shipstream\n    secret_key: $\{GAPLESS_SECRET}\n`,
  );
});
afterAll(() => Promise.all([cli.close(), receiver.close()]));

describe('as JSON, the answer of', () => {
  it.each(Object.entries(TRIED))(
    '%s',
    async (path, { args, answers, code = 0, input = '', secret = SEED_SECRET, goesOn }) => {
      const given = [...path.split(' '), ...(await args()), '--json'];
      if (goesOn === true) {
        const started = cli.start(given);
        try {
          await eventually(() => expect(started.lines().length).toBeGreaterThan(0));
          expect(JSON.parse(started.lines()[0] ?? '')).toMatchObject(answers);
        } finally {
          await started.stop();
        }
        return;
      }
      const ran = await cli.run(given, { env: { GAPLESS_SECRET: secret }, input });
      expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code, stderr: expect.any(String) });
      const answer = JSON.parse(path === 'send' ? (ran.stdout.split('\n')[0] ?? '') : ran.stdout);
      expect(answer).toMatchObject(answers);
    },
  );

  it('every command there is', () => {
    expect(Object.keys(TRIED).sort()).toEqual([...commands.keys()].sort());
  });
});
