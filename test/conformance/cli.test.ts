/** The command line, each command as a process of its own, against a real gateway. */
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, cliOf } from '../support/cli';
import { clientOf, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { startGateway } from '../support/gateway';
import { type Receiver, startReceiver } from '../support/receiver';

// Its own: commands for all webhooks would see those of other files, and export them half changed.
const gateway = await startGateway();
afterAll(() => gateway.stop());
const client = clientOf(gateway);
let cli: Cli;
let receiver: Receiver;
/** A webhook of events 1, 2 and 5, whose one destination takes all but the second. */
let shop: string;

const NEWER = { name: 'cli-shop', sequence: { grace_seconds: 1 } };

beforeAll(async () => {
  [cli, receiver] = await Promise.all([cliOf(gateway), startReceiver()]);
  receiver.behave(({ body }) => ({
    status: body.includes('_id":2}') ? 500 : 200,
    body: 'No stock of \u001b[31mthat',
  }));
  const { webhook_id } = await client.shipstream(receiver.url, NEWER, {
    name: 'erp',
    retry: { schedule_seconds: [] },
  });
  shop = String(webhook_id);
  for (const id of [1, 2, 5]) await client.sendShipstream(webhook_id, shipstreamEvent(id));
  await eventually(async () => {
    const { gaps } = await client.gaps(webhook_id);
    const { destinations } = await client.get<{ destinations: { delivered: number; dead: number }[] }>(
      `/v1/webhooks/${shop}/status`,
    );
    if (gaps.length === 0 || destinations[0]?.dead !== 1 || destinations[0].delivered !== 2)
      throw new Error('the log is not as it should be yet');
  });
});
afterAll(() => Promise.all([cli.close(), receiver.close()]));

describe('seeing', () => {
  it('lists webhooks, and shows one', async () => {
    const { webhooks } = await cli.json<{ webhooks: { webhook_id: number }[] }>(['webhooks']);
    expect(webhooks.map(({ webhook_id }) => String(webhook_id))).toContain(shop);
    const { stdout, code } = await cli.run(['webhooks', shop]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/erp +http:/);
    expect(stdout).not.toContain('\u001b');
  });

  it('lists events by every filter, page after page', async () => {
    type Events = { events: { sequence: number }[]; next: unknown };
    const sequences = async (...args: string[]) =>
      (await cli.json<Events>(['events', shop, ...args])).events.map(({ sequence }) => sequence);
    expect(await sequences()).toEqual([3, 2, 1]);
    const first = await cli.json<Events>(['events', shop, '--oldest-first', '--limit', '2']);
    expect(first.events.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(await sequences('--oldest-first', '--after', String(first.next))).toEqual([3]);
    expect(await sequences('--increment-id', '5', '--since', '1h')).toEqual([3]);
    expect(await sequences('--topic', 'order:*', '--search', '100000002')).toEqual([2]);
    expect(await sequences('--until', '1h')).toEqual([]);
  });

  it('shows an event with what the receiver said, escaped, and its body byte for byte', async () => {
    const page = await cli.run(['event', shop, '2']);
    expect(page.stdout).toContain('No stock of \\u001b[31mthat');
    // By its name, as everywhere else.
    expect(page.stdout).toMatch(/\nerp +dead +1 /);
    expect(page.stdout).not.toContain('dst_');
    expect((await cli.run(['event', shop, '2', '--body'])).stdout).toBe(shipstreamEvent(2));
  });

  it('shows gaps and status, and says by the exit code that there is something to look at', async () => {
    const { gaps } = await cli.json<{ gaps: { from: number; to: number }[] }>(['gaps', shop]);
    expect(gaps).toMatchObject([{ from: 3, to: 4 }]);
    expect((await cli.run(['gaps', shop, '--exit-code'])).code).toBe(4);
    expect((await cli.run(['gaps', shop, '--status', 'filled', '--exit-code'])).code).toBe(0);
    expect((await cli.run(['gaps', shop, '--status', 'expired'])).stdout).toMatch(/^No gap is expired; /);
    expect((await cli.run(['status', shop, '--exit-code'])).code).toBe(4);
    expect((await cli.run(['status', shop])).stdout).toMatch(/open gaps +1\n/);
    const all = await cli.json<{ webhooks: { name: string }[] }>(['status']);
    expect(all.webhooks).toContainEqual(expect.objectContaining({ name: 'cli-shop', open_gaps: 1, dead: 1 }));
    expect((await cli.run(['status'])).stdout).toMatch(/cli-shop +shipstream +active/);
    expect((await cli.run(['status', '--exit-code'])).code).toBe(4);
  });
});

it('says that ids are awaited, where no gap is open yet', async () => {
  const { webhook_id } = await client.shipstream(null, { name: 'cli-awaited' });
  for (const id of [1, 4]) await client.sendShipstream(webhook_id, shipstreamEvent(id));
  const gaps = await cli.run(['gaps', 'cli-awaited', '--exit-code']);
  expect(gaps).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^2 ids are awaited.*\nThere is no gap/),
  });
  const status = await cli.run(['status', 'cli-awaited', '--exit-code']);
  expect(status).toMatchObject({ code: 0, stdout: expect.stringMatching(/awaited ids +2, within/) });
});

it('replays by a filter for listeners alone, where no destination wants the events', async () => {
  const { webhook_id } = await client.shipstream(null, { name: 'cli-heard' });
  await client.sendShipstream(webhook_id, shipstreamEvent(1));
  const replay = async (...args: string[]) => {
    const { code, stdout } = await cli.run(['replay', 'cli-heard', ...args]);
    return `${code} ${stdout.trim()}`;
  };
  const told = '0 No destination wants what is like that: 1 event';
  expect(await replay('--since', '1h', '--dry-run')).toBe(`${told} would go to whoever listens.`);
  expect(await replay('--all')).toBe(`${told} goes to whoever listens.`);
  expect(await replay('--topic', 'other:*')).toBe('0 No event is like that.');
});

describe('what is called . or ..', () => {
  it('does no other operation', async () => {
    for (const args of [
      ['status', '..'],
      ['webhooks', 'delete', '..', '--yes'],
      ['destinations', 'rotate-secret', shop, '..', '--generate'],
      ['destinations', 'test', shop, '..'],
      ['events', '.'],
      ['erase', '..', '--entity-key', 'a', '--yes'],
      ['listen', '..', '--to', receiver.url],
      ['api', 'GET', `/v1/webhooks/${shop}/%2e%2e`],
    ]) {
      const { code, stdout, stderr } = await cli.run(args);
      expect([args, code, stdout]).toEqual([args, 2, '']);
      expect(stderr).toMatch(/^[^\n]*\.\.?[^\n]*\n$/);
    }
  });
});

describe('verify', () => {
  const secret = 'whsec_test';
  const now = Math.floor(Date.now() / 1000);
  const mac = (key: string, text: string, as: 'hex' | 'base64') =>
    createHmac('sha256', key).update(text).digest(as);
  const stripe = (signed: string, body: string, time = now, key = secret) =>
    `POST /hooks HTTP/1.1\r\nHost: shop.example\r\nstripe-signature: t=${time},v1=${mac(key, `${time}.${signed}`, 'hex')}\r\n\r\n${body}`;
  const verify = (input: string, more: string[] = [], env = { GAPLESS_SECRET: secret }) =>
    cli.run(['verify', '--provider', 'stripe', ...more], { input, env });

  it('says that a signature is valid', async () => {
    expect(await verify(stripe('{"a":1}', '{"a":1}'))).toMatchObject({
      ...{ code: 0, stdout: expect.stringMatching(/^Valid/) },
    });
    const old = stripe('{}', '{}', now - 86_400);
    expect((await verify(old, ['--at', '1d'])).code).toBe(0);
  });

  const github = (signature: string, body: string) =>
    `POST /hooks HTTP/1.1\nx-hub-signature-256: sha256=${signature}\nx-github-event: push\n\n${body}`;
  const twilio = (signed: string, came: string) =>
    `POST ${came} HTTP/1.1\nx-twilio-signature: ${createHmac('sha1', secret).update(`${signed}From+1`).digest('base64')}\ncontent-type: application/x-www-form-urlencoded\n\nFrom=%2B1`;
  const form = `payload=${encodeURIComponent('{"ref":"main"}')}`;

  it.each([
    ['body_rewritten', 'stripe', stripe('{"a": 1}', '{"a":1}')],
    ['api_token', 'stripe', stripe('{}', '{}'), 'sk_live_51Habc'],
    ['signature_encoding', 'github', github(mac(secret, '{}', 'base64'), '{}')],
    ['secret_prefix', 'stripe', stripe('{}', '{}', now, 'test')],
    ['line_feed', 'stripe', stripe('{"a":1}', '{"a":1}\n')],
    ['time_unit', 'stripe', stripe('{}', '{}', now * 1000)],
    ['other_secret', 'github', github(mac('right', '{}', 'hex'), '{}'), 'whsec_abc'],
    ['form_and_json', 'github', github(mac(secret, form, 'hex'), '{"ref":"main"}')],
    ['byte_order_mark', 'stripe', stripe('{"a":1}', '\uFEFF{"a":1}')],
    [
      'address',
      'twilio-form',
      twilio('https://shop.example/hook', 'http://10.0.0.7:8080/hook'),
      secret,
      [...['--header', 'x-forwarded-host: shop.example', '--header', 'x-forwarded-proto: https']],
    ],
    ['too_old', 'stripe', stripe('{}', '{}', now - 86_400)],
    ['header_lost', 'stripe', 'POST / HTTP/1.1\n\n{}'],
  ])('names the mistake: %s', async (kind, provider, input, given = secret, more: string[] = []) => {
    const args = ['verify', '--provider', provider, ...more, '--json'];
    const { code, stdout } = await cli.run(args, { input, env: { GAPLESS_SECRET: given } });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ mistake: { kind } });
  });

  it('says what mends it, and shows the bytes and both signatures', async () => {
    const input = stripe('{"ü":1}', '{"ü":1}\n');
    const { stdout } = await verify(input, ['--show']);
    expect(stdout).toContain('--data-binary');
    expect(stdout).toContain(`${now}.{"\\xc3\\xbc":1}\\n`);
    expect(stdout).toContain(mac(secret, `${now}.{"ü":1}`, 'hex'));
    expect(stdout).toContain(mac(secret, `${now}.{"ü":1}\n`, 'hex'));
  });

  it('takes a request in parts, and a scheme of its own', async () => {
    const [body, scheme] = [join(cli.home, 'body'), join(cli.home, 'scheme')];
    await writeFile(body, '{"a":1}');
    await writeFile(scheme, '{"alg":"hmac-sha256","enc":"base64","msg":["{body}"],"sig":[{"h":"x-mac"}]}');
    const header = ['--header', `x-mac: ${mac(secret, '{"a":1}', 'base64')}`];
    const args = ['verify', '--scheme', scheme, '--body', body];
    const env = { GAPLESS_SECRET: secret };
    expect(await cli.run([...args, ...header], { env })).toMatchObject({ code: 0 });
    expect(await cli.run(args, { env })).toMatchObject({ code: 1 });
  });

  it.each([
    [['verify', '--provider', 'strip', '--secret', 'x'], 'Did you mean stripe'],
    [['verify', '--provider', 'stripe'], 'GAPLESS_SECRET'],
    [['verify', '--provider', 'stripe', '--secret', 'x'], 'no empty line'],
  ])('says what it lacks: %j', async (args, said) => {
    expect(await cli.run(args, { input: 'POST / HTTP/1.1\n' })).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining(said) },
    });
  });
});

describe('mending', () => {
  it('retries, pauses and resumes a destination', async () => {
    const listed = await cli.json<{ destinations: { destination_id: string }[] }>(['destinations', shop]);
    const id = listed.destinations[0]?.destination_id ?? '';
    expect(await cli.json(['retry', 'cli-shop', 'erp'])).toMatchObject({ waiting: 0 });
    expect((await cli.run(['destinations', 'pause', shop, id])).stdout).toMatch(/erp .* no /);
    expect(await cli.run(['retry', shop, 'erp'])).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining(`gapless destinations resume ${shop} erp`) },
    });
    expect((await cli.run(['destinations', 'resume', shop, id])).stdout).toMatch(/erp .* yes /);
    expect((await cli.run(['retry', shop, 'dst_0000000000000000'])).code).toBe(1);
  });

  it('sends events again, after saying how many, and only after a yes', async () => {
    const { webhook_id } = await client.shipstream(`${receiver.url}/replay`, { name: 'cli-replay' });
    for (const id of [11, 12, 13]) await client.sendShipstream(webhook_id, shipstreamEvent(id));
    const got = () => receiver.received.filter(({ url }) => url === '/replay').length;
    const replay = (...args: string[]) => cli.run(['replay', String(webhook_id), ...args, '--json']);
    await eventually(() => expect(got()).toBeGreaterThanOrEqual(3));
    const before = got();
    expect(JSON.parse((await replay('--from', '2', '--dry-run')).stdout)).toMatchObject({ count: 2 });
    expect(await replay('--from', '2')).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(await replay()).toMatchObject({ code: 2 });
    expect(got()).toBe(before);
    const lost = ['replay', 'cli-shop', '--destination', 'erp', '--delivery', 'dead', '--dry-run'];
    expect(await cli.json(lost)).toMatchObject({ count: 1 });
    expect(await replay('3')).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(await replay('99', '--yes')).toMatchObject({ code: 1 });
    expect((await replay('3', '--yes')).code).toBe(0);
    await eventually(() => expect(got()).toBe(before + 1));
    const ended = await replay('--topic', 'order:*', '--to', '2', '--yes', '--wait');
    expect(JSON.parse(ended.stdout)).toMatchObject({ state: 'done', delivered: 2, remaining: 0 });
    expect(got()).toBe(before + 3);
  });

  it('releases an event from quarantine', async () => {
    const { webhook_id } = await client.shipstream(null, { name: 'cli-release' });
    await client.sendShipstream(webhook_id, '{"topic":"order:created"}');
    expect((await cli.run(['release', String(webhook_id), '1'])).code).toBe(0);
    expect((await cli.run(['release', String(webhook_id), '2'])).code).toBe(1);
  });

  it('erases what is about somebody, and only after a yes', async () => {
    const { webhook_id } = await client.shipstream(null, { name: 'cli-erase' });
    for (const id of [1, 2]) {
      const email = id === 1 ? 'jane@example.com' : 'joe@example.com';
      await client.sendShipstream(webhook_id, shipstreamEvent(id, { email }));
    }
    const args = ['erase', String(webhook_id), '--body', '/message/email=jane@example.com'];
    expect(await cli.json([...args, '--dry-run'])).toMatchObject({ count: 1, sample: [1], dry_run: true });
    expect(await cli.run(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(await cli.json([...args, '--yes'])).toMatchObject({ count: 1, dry_run: false });
    expect(await cli.run(['event', String(webhook_id), '1', '--body'])).toMatchObject({
      code: 1,
      stdout: '',
    });
    expect(await cli.run(['replay', String(webhook_id), '1', '--yes'])).toMatchObject({
      ...{ code: 1, stdout: '', stderr: expect.stringContaining('was erased') },
    });
    const slip = ['erase', String(webhook_id), '--body', 'message/email=jane@example.com'];
    expect(await cli.run(slip)).toMatchObject({ code: 2, stderr: expect.stringContaining('begins with /') });
    expect((await cli.run(['event', String(webhook_id), '2', '--body'])).code).toBe(0);
  });
});

describe('tail', () => {
  it('shows what comes, each once, and what came since', async () => {
    const { webhook_id } = await client.shipstream(null, { name: 'cli-tail' });
    await client.sendShipstream(webhook_id, shipstreamEvent(1));
    const tail = cli.start(['tail', String(webhook_id), '--since', '1h', '--json']);
    try {
      await eventually(() => expect(tail.lines()).toHaveLength(1));
      for (const id of [2, 3]) await client.sendShipstream(webhook_id, shipstreamEvent(id));
      await eventually(() => expect(tail.lines()).toHaveLength(3));
      expect(tail.lines().map(line => JSON.parse(line).sequence)).toEqual([1, 2, 3]);
    } finally {
      await tail.stop();
    }
  });
});

describe('doctor', () => {
  it('says what is well, and what is wrong', async () => {
    type Found = { findings: { check: string; verdict: string; found: string }[] };
    const { findings } = await cli.json<Found>(['doctor']);
    expect(findings).toContainEqual(expect.objectContaining({ check: 'objects', verdict: 'well' }));
    const gaps = findings.find(({ check }) => check === 'gaps');
    expect(gaps).toMatchObject({ verdict: 'look', found: expect.stringContaining('cli-shop') });
    const tried = await cli.json<Found>(['doctor', '--event']);
    for (const check of ['a new object', 'a signed request', 'an event', 'ingest address'])
      expect(tried.findings).toContainEqual(expect.objectContaining({ check, verdict: 'well' }));
    const { webhooks } = await cli.json<{ webhooks: { name: string }[] }>(['webhooks']);
    expect(webhooks.filter(({ name }) => /^self-test/.test(name ?? ''))).toEqual([]);
    const refused = await cli.run(['doctor', '--token', 'wrong', '--json']);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout).findings.at(-1)).toMatchObject({ check: 'token', verdict: 'wrong' });
    // Node asks no port of another protocol; what it says of that ("bad port") helps nobody.
    expect(await cli.run(['doctor', '--url', 'http://127.0.0.1:9'])).toMatchObject({
      ...{ code: 3, stderr: expect.stringContaining('belongs to another protocol') },
    });
  });
});

describe('configuration', () => {
  const place = (name: string) => `\${${name}}`;

  it('shows the difference, changes it after a yes, and then there is none', async () => {
    const file = join(cli.home, 'gateway.json');
    const destination = { name: 'erp', url: `https://${place('HOST')}/hook` };
    const webhook = {
      name: 'cli-apply',
      provider: 'shipstream',
      secret_key: place('SHOP_SECRET'),
      destinations: [destination],
    };
    await writeFile(file, JSON.stringify({ webhooks: [webhook] }));
    const env = { SHOP_SECRET: '2RUJ8NXLnLRrAj3', HOST: 'erp.example' };
    const apply = (...more: string[]) => cli.run(['apply', file, ...more], { env });

    expect(await cli.run(['apply', file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('SHOP_SECRET'),
    });
    const plan = await apply('--dry-run', '--exit-code');
    expect(plan).toMatchObject({ code: 4, stdout: expect.stringMatching(/create +webhook cli-apply/) });
    expect(await apply()).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect((await apply('--yes')).code).toBe(0);
    expect(await apply('--dry-run', '--exit-code')).toMatchObject({ code: 0 });

    const exported = await cli.run(['export']);
    expect(exported.stdout).toContain('https://erp.example/hook');
    expect(exported.stdout).not.toContain(env.SHOP_SECRET);
    await writeFile(file, '{');
    expect((await apply()).code).toBe(2);
  });

  it('is YAML as well, and one file for several environments', async () => {
    const file = join(cli.home, 'gateway.yaml');
    const text = [
      ...[
        'webhooks:',
        '  - name: cli-yaml',
        '    provider: shipstream # numbered',
        `    secret_key: ${place('SECRET')}`,
      ],
      `    retention_days: 5`,
      ...[
        '    destinations:',
        '      - name: erp',
        `        url: https://${place('HOST:-erp.example')}/hook`,
      ],
      `        extra_headers: { x-kept: "$${place('SECRET')}" }`,
    ].join('\n');
    await writeFile(file, text);
    const apply = (env: Record<string, string>, ...more: string[]) =>
      cli.run(['apply', file, ...more], { env: { SECRET: '2RUJ8NXLnLRrAj3', ...env } });
    expect((await apply({}, '--yes')).code).toBe(0);
    const staging = await apply({ HOST: 'staging.example' }, '--dry-run', '--exit-code');
    expect(staging).toMatchObject({
      ...{
        code: 4,
        stdout: expect.stringContaining('"https://erp.example/hook" -> "https://staging.example/hook"'),
      },
    });
    const rotated = await apply({ SECRET: 'another-secret' }, '--dry-run', '--exit-code');
    expect(rotated.stdout).toMatch(/update +webhook cli-yaml +secret_key/);
    expect(rotated.stdout).not.toContain('another-secret');

    // What export writes is what apply reads, a place that was meant as it stands included.
    const exported = await cli.run(['export', '--yaml']);
    expect(exported.stdout).toContain(`$${place('SECRET')}`);
    await writeFile(file, exported.stdout);
    expect(await apply({}, '--dry-run', '--exit-code')).toMatchObject({ code: 0 });
    await writeFile(file, 'webhooks: [');
    expect(await apply({})).toMatchObject({ code: 2, stderr: expect.stringContaining('is no YAML') });
  });

  it('makes a webhook, says what is needed for it, and deletes it after a yes', async () => {
    const create = (args: string[], GAPLESS_SECRET = '') =>
      cli.run(['webhooks', 'create', ...args], { env: { GAPLESS_SECRET } });
    expect(await create(['shipstream'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('GAPLESS_SECRET'),
    });
    // Who sets the secret is the provider; at GitHub it is the user.
    expect(await create(['stripe', '--generate'])).toMatchObject({ code: 2 });
    expect(await create(['github', '--generate'], 'given')).toMatchObject({ code: 2 });
    const made = await create(['github', '--name', 'cli-made', '--generate', '--to', receiver.url]);
    expect(made).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/sign with [0-9a-f]{64}, .*verifies with whsec_/s),
    });
    const [, secret = ''] = /sign with ([0-9a-f]{64})/.exec(made.stderr) ?? [];
    const { ingest_url } = await cli.json<{ ingest_url: string }>(['webhooks', 'show', 'cli-made']);
    const sent = await cli.run(['send', 'github', 'push', '--to', ingest_url], {
      env: { GAPLESS_SECRET: secret },
    });
    expect(sent.code).toBe(0);
    expect(await cli.run(['webhooks', 'edit', 'cli-made'])).toMatchObject({ code: 2 });
    expect(await cli.run(['webhooks', 'edit', 'cli-made', '--set', '/retention_days=0'])).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('/retention_days') },
    });
    const asked = await cli.run(['webhooks', 'delete', 'cli-made']);
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('has taken 1 event.') });
    expect((await cli.run(['webhooks', 'delete', 'cli-made', '--yes'])).code).toBe(0);
    expect((await cli.run(['webhooks', 'show', 'cli-made'])).code).toBe(1);
  });

  it('makes, lists and revokes tokens', async () => {
    const { token, token_id } = await cli.json<{ token: string; token_id: string }>([
      'tokens',
      '--create',
      'cli',
    ]);
    expect((await cli.run(['webhooks'], { env: { GAPLESS_TOKEN: token } })).code).toBe(0);
    // It may not try what only the admin may; what it sees is well.
    const doctor = await cli.run(['doctor', '--event'], { env: { GAPLESS_TOKEN: token } });
    expect(doctor).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('only the admin token can try it'),
    });
    expect((await cli.run(['tokens'], { env: { GAPLESS_TOKEN: token } })).code).toBe(3);
    expect((await cli.run(['tokens'])).stdout).toContain(token_id);
    expect((await cli.run(['tokens', '--revoke', token_id])).code).toBe(0);
    expect((await cli.run(['tokens'])).stdout).not.toContain(token_id);
  });
});

describe('which gateway', () => {
  it('is kept by login in a file for its owner alone, and named by profile', async () => {
    const nobody = await cliOf(null);
    try {
      expect(await nobody.run(['webhooks'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('login'),
      });
      const input = `${gateway.adminToken}\n`;
      expect((await nobody.run(['login', gateway.url], { input: 'wrong' })).code).toBe(3);
      expect((await nobody.run(['login', gateway.url, '--profile', 'test'], { input })).code).toBe(0);
      expect(await nobody.json(['profiles'])).toMatchObject({
        profiles: [{ name: 'test', url: gateway.url }],
      });
      expect((await nobody.run(['webhooks'])).code).toBe(0);

      const file = join(nobody.home, 'profiles.json');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      await chmod(file, 0o640);
      expect(await nobody.run(['webhooks'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('chmod 600'),
      });
      await chmod(file, 0o600);

      // A kept token goes to its own gateway only.
      const elsewhere = await nobody.run(['webhooks', '--url', 'https://elsewhere.example']);
      expect(elsewhere).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('no token for https://elsewhere'),
      });
      await nobody.run(['profiles', '--remove', 'test']);
      expect(await readFile(file, 'utf8')).not.toContain(gateway.adminToken);
    } finally {
      await nobody.close();
    }
  });
});

describe('the package', () => {
  it('runs in an empty folder, with nothing beside it', async () => {
    const root = join(import.meta.dirname, '../..');
    await promisify(execFile)('npm', ['pack', '-w', 'cli', '--pack-destination', cli.home, '--silent'], {
      cwd: root,
    });
    const [packed = ''] = (await readdir(cli.home)).filter(name => name.endsWith('.tgz'));
    await promisify(execFile)('tar', ['xzf', packed], { cwd: cli.home });
    expect((await readdir(join(cli.home, 'package'))).sort()).toEqual(['bin', 'dist', 'package.json']);
    const licenses = await readFile(join(cli.home, 'package/dist/LICENSES.txt'), 'utf8');
    expect(licenses).toMatch(/^MIT License.*commander 15/s);
    const program = join(cli.home, 'package/bin/gapless.mjs');
    const env = { ...process.env, GAPLESS_URL: gateway.url, GAPLESS_TOKEN: gateway.adminToken };
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'export', '--yaml'], { env });
    expect(stdout).toContain('webhooks:');
  });
});

describe('a script', () => {
  it.each([
    [1, ['event', 'SHOP', '99']],
    [2, ['events', 'SHOP', '--since', 'yesterday']],
    [2, ['events', 'SHOP', '--event-id', '']],
    [0, ['events', 'cli-shop', '--delivery', 'dead']],
    [2, ['evnts', 'SHOP']],
    [3, ['webhooks', '--url', 'http://127.0.0.1:9', '--token', 'any']],
    [3, ['--token', 'wrong', 'webhooks']],
    [2, ['webhooks', '--url', 'http://gateway.example', '--token', 'any']],
    [0, ['events', '--help']],
  ])('reads %i: %j', async (code, args) => {
    const ran = await cli.run(args.map(arg => (arg === 'SHOP' ? shop : arg)));
    expect(ran.code).toBe(code);
    if (code !== 0) expect(ran.stdout).toBe('');
  });

  it.each([
    [['events', '--json'], "missing required argument 'webhook'"],
    [['gaps', 'shop', '--status', 'some', '--json'], 'Allowed choices are open'],
    [['status', '--no-such', '--json'], "unknown option '--no-such'"],
    [['--json', 'nothing'], "unknown command 'nothing'"],
    [['send', 'stripe', '--to', 'here', '--json'], '--to is an address'],
  ])('reads what is wrong with the command itself, too: %j', async (args, said) => {
    const { code, stdout, stderr } = await cli.run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(JSON.parse(stderr)).toMatchObject({ error: expect.stringContaining(said), problem: null });
  });

  it('reads errors too, with --json', async () => {
    const { stderr } = await cli.run(['event', shop, '99', '--json']);
    expect(JSON.parse(stderr)).toMatchObject({
      error: expect.stringContaining('no such event'),
      problem: { status: 404 },
    });
  });
});
