/** `gapless refill`: missing events out of a file, of which nothing is added without a yes, and nothing twice. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Cli, cliOf } from '../support/cli';
import { clientOf, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';

const gateway = inject('gateway');
const client = clientOf(gateway);
let cli: Cli;
let file: string;
let id: number;

beforeAll(async () => {
  cli = await cliOf(gateway);
  file = join(cli.home, 'events.jsonl');
  ({ webhook_id: id } = await client.shipstream(null, {
    name: 'cli-refill',
    sequence: { grace_seconds: 1 },
  }));
  for (const number of [1, 2, 5, 8]) await client.sendShipstream(id, shipstreamEvent(number));
  await eventually(async () => expect((await client.gaps(id)).gaps).toHaveLength(2));
  await writeFile(
    file,
    [
      ...[
        shipstreamEvent(6),
        JSON.stringify({ body: shipstreamEvent(3), headers: { 'x-a': 'b' }, sequence: 7 }),
      ],
      ...[shipstreamEvent(2, { other: 1 }), shipstreamEvent(99)],
    ].join('\n'),
  );
});
afterAll(() => cli.close());

type Refilled = {
  adds: { increment_id: number }[];
  left_out: { increment_id: number; why: string }[];
  not_in_file: { from: number; to: number }[];
  added: { increment_id: number; status: string; detail: string | null }[] | null;
};

describe('refill', () => {
  const refill = (...more: string[]) => cli.run(['refill', 'cli-refill', ...more]);
  const idsOf = (list: readonly { increment_id: number }[] | null) => list?.map(one => one.increment_id);

  it('says what is missing, between which moments, and where it may be fetched', async () => {
    const { code, stdout } = await refill();
    expect(code).toBe(0);
    expect(stdout).toMatch(/3-4 +2 +open .*\n6-7 +2 +open/);
    expect(stdout).toContain('4 ids are missing. At the provider: there is no log of events');
  });

  it('says which events of a file are missing, and adds nothing without a yes', async () => {
    const asked = await refill('--from', file);
    expect(asked).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('2 events to add: 3 order:created, 6'),
    });
    expect(asked.stderr).toContain('1 left out, received already: 2');
    expect(asked.stderr).toContain('Missing, and not in the file: 4, 7');
    // Nothing but JSON, for programs.
    const refused = await refill('--from', file, '--json');
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: expect.stringContaining('say --yes') });
    const dry = await cli.json<Refilled>([
      'refill',
      'cli-refill',
      '--from',
      file,
      '--ids',
      '1-5,99',
      '--dry-run',
    ]);
    expect(idsOf(dry.adds)).toEqual([3]);
    expect(dry.left_out).toEqual([
      { line: 1, increment_id: 6, why: 'not_asked_for' },
      { line: 3, increment_id: 2, why: 'not_missing' },
      { line: 4, increment_id: 99, why: 'above_highest' },
    ]);
    expect((await client.events(id)).length).toBe(4);
    expect((await refill('--gap', '5', '--from', file)).code).toBe(1);
    expect((await refill('--ids', '5-', '--from', file)).code).toBe(2);
  });

  it('adds one gap, then the rest, each once, and gives a receipt', async () => {
    const one = await cli.json<Refilled>(['refill', 'cli-refill', '--gap', '4', '--from', file, '--yes']);
    expect(one.added).toMatchObject([{ increment_id: 3, status: 'accepted', sequence: 5 }]);
    const rest = await cli.run(['refill', 'cli-refill', '--from', file, '--yes']);
    expect(rest).toMatchObject({ code: 0, stdout: expect.stringMatching(/1 +6 +accepted +6\n/) });
    expect((await client.gaps(id)).gaps.filter(({ status }) => status === 'open')).toMatchObject([
      { from: 4, to: 4 },
      { from: 7, to: 7 },
    ]);
    const again = await cli.json<Refilled>(['refill', 'cli-refill', '--from', file, '--yes']);
    expect([again.adds, again.added]).toEqual([[], null]);
    expect(await client.event(id, 5)).toMatchObject({ headers: { 'x-a': 'b' }, body_signed: false });
  });

  it('takes what is missing for less than the grace, and says what went to quarantine', async () => {
    const { webhook_id } = await client.shipstream(null, { name: 'cli-refill-soon' });
    for (const number of [1, 4]) await client.sendShipstream(webhook_id, shipstreamEvent(number));
    const input = [shipstreamEvent(2), '{"message":{"webhook_increment_id":3}}'].join('\n');
    const args = ['refill', 'cli-refill-soon', '--ids', '2-3', '--from', '-', '--yes', '--json'];
    const ran = await cli.run(args, { input });
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout).added).toMatchObject([
      { increment_id: 2, status: 'accepted', detail: null },
      { increment_id: 3, status: 'quarantined', detail: expect.stringContaining('/topic') },
    ]);
    // Of these the second has come, and is not added in other bytes.
    const other = [shipstreamEvent(2, { other: 1 }), shipstreamEvent(1)].join('\n');
    expect(JSON.parse((await cli.run(args, { input: other })).stdout)).toMatchObject({
      ...{ adds: [], left_out: [{ why: 'not_missing' }, { why: 'not_missing' }] },
    });
  });

  it('adds what is new where events have no numbers', async () => {
    await client.createWebhook({
      name: 'cli-refill-github',
      provider: 'github',
      secret_key: 'It is a secret',
    });
    const line = {
      body: '{"ref":"main"}',
      headers: { 'x-github-event': 'push', 'x-github-delivery': 'g-1' },
    };
    const args = ['refill', 'cli-refill-github', '--from', '-', '--yes', '--json'];
    const statuses = async () => {
      const { code, stdout } = await cli.run(args, { input: JSON.stringify(line) });
      return [code, JSON.parse(stdout).added[0].status];
    };
    expect(await statuses()).toEqual([0, 'accepted']);
    expect(await statuses()).toEqual([0, 'duplicate']);
    expect((await cli.run(['refill', 'cli-refill-github'])).stdout).toContain(
      'GET .../hooks/{hook_id}/deliveries',
    );
  });
});
