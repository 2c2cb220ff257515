/** `gapless send`: what the gateway takes from it, and refuses; of every provider that it knows. */
import '../../cli/src/platform';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Signer } from '../../cli/src/send/own-signature';
import { sampleRequest } from '../../cli/src/send/sample';
import { newKey, publicText, takesKey } from '../../cli/src/send/signing-key';
import type { Provider } from '../../src/providers/provider';
import { providerFor } from '../../src/providers/registry';
import { type Cli, cliOf } from '../support/cli';
import { clientOf } from '../support/client';
import { type Receiver, startReceiver } from '../support/receiver';

const gateway = inject('gateway');
const client = clientOf(gateway);
const { providers } = await client.get<{ providers: { name: string }[] }>('/v1/providers');
let cli: Cli;
let receiver: Receiver;

beforeAll(async () => {
  [cli, receiver] = await Promise.all([cliOf(gateway), startReceiver()]);
});
afterAll(() => Promise.all([cli.close(), receiver.close()]));

describe('send', () => {
  const env = { GAPLESS_SECRET: '2RUJ8NXLnLRrAj3' };
  type Sent = { increment_id: number | null; status: number };
  const lines = (stdout: string): Sent[] =>
    stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));

  it('sends what the gateway takes: numbered, with a hole, twice, with a value set', async () => {
    const { webhook_id, ingest_url } = await client.shipstream(null, { name: 'cli-send' });
    const more = [
      '--increment',
      '7',
      '--count',
      '3',
      '--hole',
      '8',
      '--duplicate',
      '--set',
      '/message/total=9.5',
    ];
    const ran = await cli.run(
      ['send', 'shipstream', 'order:created', '--to', ingest_url, ...more, '--json'],
      { env },
    );
    expect(ran.code).toBe(0);
    expect(lines(ran.stdout).map(({ increment_id }) => increment_id)).toEqual([7, 7, 9, 9, 10, 10]);
    const events = await client.events(webhook_id);
    expect(events.map(({ increment_id }) => increment_id)).toEqual([7, 9, 10]);
    expect(await client.event(webhook_id, 1)).toMatchObject({ body: expect.stringContaining('"total":9.5') });
  });

  it('keeps to a rate', async () => {
    const { webhook_id, ingest_url } = await client.shipstream(null, { name: 'cli-rate' });
    await cli.run(['send', 'shipstream', '--to', ingest_url, '--count', '2', '--rate', '4'], { env });
    const [first, second] = await client.events(webhook_id);
    const between = Date.parse(String(second?.received_at)) - Date.parse(String(first?.received_at));
    expect(between).toBeGreaterThan(240);
  });

  it('sends what has to be refused, and says so', async () => {
    const { ingest_url } = await client.shipstream(null, { name: 'cli-forge' });
    const ran = await cli.run(['send', 'shipstream', '--to', ingest_url, '--forge', '--json']);
    expect([ran.code, lines(ran.stdout)[0]?.status]).toEqual([1, 401]);
  });

  it('sends to any address, as the provider signs', async () => {
    const before = receiver.received.length;
    const to = `${receiver.url}/stripe`;
    const ran = await cli.run(['send', 'stripe', 'charge.succeeded', '--to', to], { env });
    expect(ran.code).toBe(0);
    const got = receiver.received.slice(before).find(({ url }) => url === '/stripe');
    const head = Object.entries(got?.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
    const raw = ['POST /stripe HTTP/1.1', ...head, '', got?.body.toString()].join('\r\n');
    expect((await cli.run(['verify', '--provider', 'stripe'], { input: raw, env })).code).toBe(0);
  });

  it('signs with a private key where the provider does', async () => {
    const key = join(cli.home, 'discord.pem');
    const { secret_key } = await cli.json<{ secret_key: string }>(['send', 'discord', '--new-key', key]);
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect((await cli.run(['send', 'discord', '--new-key', key])).code).toBe(1);
    const { ingest_url } = await client.createWebhook({ provider: 'discord', secret_key });
    const send = (...more: string[]) => cli.run(['send', 'discord', '--to', ingest_url, ...more]);
    expect((await send('--key', key)).code).toBe(0);
    expect((await send('--forge')).code).toBe(1);
    expect(await send()).toMatchObject({ code: 2, stderr: expect.stringContaining('--new-key') });
  });
});

/** Signs as the provider does, and what the webhook takes as `secret_key`. */
function signerFor({ scheme }: Provider): { signer: Signer; secret: string } {
  if (takesKey(scheme)) {
    const key = newKey(scheme);
    return { signer: { secret: '', key }, secret: publicText(key, scheme) };
  }
  const text = Buffer.from('a-secret-of-32-characters-for-it');
  const secret = text.toString(
    scheme.key.enc === 'hex' ? 'hex' : scheme.key.enc === 'base64' ? 'base64' : 'utf8',
  );
  return { signer: { secret, key: null }, secret };
}

describe('every provider', () => {
  const sample = async (provider: Provider, signer: Signer, url: string, set: string | null) => {
    const isList = provider.guide.reads.topic.includes('json:/0/');
    const cfg = settingsOf(provider);
    const wish = {
      topic: null,
      incrementId: null,
      now: Date.now(),
      nonce: Buffer.from(set ?? 'a').toString('hex'),
    };
    const changes = set === null ? [] : [{ pointer: isList ? '/0/set' : '/set', value: set }];
    const made = await sampleRequest(provider, { wish, signer, url, cfg, changes });
    if (!made.ok) throw new Error(`${provider.name}: ${made.error}`);
    const { headers, body } = made.value;
    const answer = await fetch(made.value.url, { method: 'POST', headers, body });
    return { status: answer.status, text: await answer.text() };
  };
  const settingsOf = ({ guide, certificate }: Provider): Record<string, string> =>
    Object.fromEntries(
      guide.settings
        .filter(({ name, isRequired }) => isRequired || name === certificate?.setting)
        .map(({ name }) => [name, 'WH-1']),
    );

  it.each(providers.flatMap(({ name }) => providerFor(name) ?? []))(
    '$name: a sample, one with a value set, and a forged one',
    async provider => {
      const { signer, secret } = signerFor(provider);
      const settings = settingsOf(provider);
      const { webhook_id, ingest_url } = await client.createWebhook({
        provider: provider.name,
        secret_key: secret,
        settings,
      });
      const plain = await sample(provider, signer, ingest_url, null);
      expect(plain).toMatchObject({ status: 200, text: expect.stringContaining('accepted') });
      const changed = await sample(provider, signer, ingest_url, 'changed');
      expect(changed).toMatchObject({ status: 200, text: expect.stringContaining('accepted') });
      const event = await client.event(webhook_id, 2);
      expect(event.body).toContain('changed');
      const forged = takesKey(provider.scheme)
        ? { secret: '', key: newKey(provider.scheme) }
        : { secret: 'ab'.repeat(24), key: null };
      expect((await sample(provider, forged, ingest_url, 'forged')).status).toBe(401);
    },
  );
});
