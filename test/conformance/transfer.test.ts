/** Webhooks moved to another gateway, with `npm run export` and `npm run import` between two gateways as users start them. */
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientOf, SEED_SECRET, shipstreamEvent } from '../support/client';
import { runCommand as run } from '../support/command';
import { eventually } from '../support/eventually';
import { type Gateway, startGateway } from '../support/gateway';
import { type Receiver, startReceiver } from '../support/receiver';

const KEY = Buffer.alloc(32, 7).toString('base64');
const INBOUND = 'the-secret-of-the-provider';
const HEADER = 'a-credential-in-a-header';

let old: Gateway;
let next: Gateway;
let from: Client;
let to: Client;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  [old, next] = await Promise.all([
    startGateway({ TRANSFER_KEY: KEY }),
    startGateway({
      TRANSFER_KEY: KEY,
      ADMIN_TOKEN: 'the-other-admin-token-the-other-admin-token',
      SECRETS_KEY: 'the-other-secrets-key-the-other-secrets-key',
    }),
  ]);
  from = clientOf(old);
  to = clientOf(next);
});
afterAll(() => Promise.all([old.stop(), next.stop(), receiver.close()]));

const exported = () => run('export.mjs', [old.url], old);
const imported = (file: string, ...options: string[]) =>
  run('import.mjs', [next.url, ...options], next, file);

describe('webhooks that move to another gateway', () => {
  it('keep their ids, settings and secrets, and are not sent under ids that were used before', async () => {
    const made = await from.createWebhook({
      ...{ name: 'moving', provider: 'shipstream', secret_key: INBOUND },
      sequence: { hold_seconds: 0, grace_seconds: 90 },
      destinations: [{ name: 'app', url: receiver.url, extra_headers: { Authorization: HEADER } }],
    });
    const { webhook_id: id, destinations } = made;
    const secret = destinations[0]?.secret_key ?? '';
    await from.sendShipstream(id, shipstreamEvent(1), INBOUND);
    await eventually(() => expect(receiver.received).toHaveLength(1));

    const file = await exported();
    expect(file.code, file.stderr).toBe(0);
    for (const text of [INBOUND, secret, secret.replace('whsec_', ''), HEADER]) {
      expect(file.stdout).not.toContain(text);
    }
    const planned = await imported(file.stdout, '--dry-run');
    expect(planned.code, planned.stderr).toBe(0);
    expect(planned.stderr).toContain(`create webhook ${id} "moving"`);
    expect((await to.call('GET', `/v1/webhooks/${id}`)).status).toBe(404);

    const done = await imported(file.stdout);
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout).toContain(`${id} ${next.url}/in/${id}`);
    const kept = ['webhook_id', 'name', 'provider', 'topics', 'sequence'];
    const [before, after] = await Promise.all([from, to].map(client => client.get(`/v1/webhooks/${id}`)));
    expect(pick(after, kept)).toEqual(pick(before, kept));

    expect((await to.sendShipstream(id, shipstreamEvent(2), 'another')).status).toBe(401);
    expect((await to.sendShipstream(id, shipstreamEvent(2), INBOUND)).json).toMatchObject({
      ...{ status: 'accepted', sequence: 1 },
    });
    await eventually(() => expect(receiver.received).toHaveLength(2));
    const [first, second] = receiver.received;
    if (first === undefined || second === undefined) throw new Error('not received');
    // With the secret of the destination, and its own headers.
    new Webhook(secret).verify(second.body, second.headers);
    expect(second.headers.authorization).toBe(HEADER);
    // Both are sequence 1 of the same destination of the same webhook, and a receiver must not take one for the other.
    expect(second.headers['webhook-id']).not.toBe(first.headers['webhook-id']);
    expect(second.headers['ce-id']).not.toBe(first.headers['ce-id']);
  });

  it('come once, however often they are imported, and follow what was changed meanwhile', async () => {
    const { webhook_id: id } = await from.createWebhook({
      ...{ name: 'again', provider: 'shipstream', secret_key: SEED_SECRET },
      destinations: [{ name: 'app', url: receiver.url }],
    });
    expect((await imported((await exported()).stdout)).code).toBe(0);
    const etag = async () => (await to.call('GET', `/v1/webhooks/${id}`)).headers.get('etag');
    const first = await etag();
    const again = await imported((await exported()).stdout);
    expect(again.stderr).toContain(', 0 of them changed');
    expect(await etag()).toBe(first);

    await from.call('PATCH', `/v1/webhooks/${id}`, { retention_days: 9 });
    const rotated = { secret_key: 'rotated-there', overlap_seconds: 0 };
    await from.call('POST', `/v1/webhooks/${id}/rotate_secret`, rotated);
    const changed = await imported((await exported()).stdout);
    expect(changed.stderr).toContain('update: retention_days, secret_key');
    expect((await to.sendShipstream(id, shipstreamEvent(1))).status).toBe(401);
    expect((await to.sendShipstream(id, shipstreamEvent(1), 'rotated-there')).status).toBe(200);
  });

  it('are not made where one of them cannot be, and the error names it and its field', async () => {
    const { webhook_id: id } = await from.shipstream(receiver.url, { name: 'private' });
    const file = (await exported()).stdout;
    const { webhook_id: other } = await from.shipstream(null, { name: 'fine' });
    const strict = await startGateway({ TRANSFER_KEY: KEY, ALLOW_PRIVATE_DESTINATIONS: '' });
    try {
      const both = (await exported()).stdout;
      const refused = await run('import.mjs', [strict.url], strict, both);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(new RegExp(`/destinations/0/url .*\\(webhook ${id} "private"\\)`));
      expect(refused.stderr).toContain('Nothing was changed.');
      expect((await clientOf(strict).call('GET', `/v1/webhooks/${other}`)).status).toBe(404);

      await strict.kill9();
      await strict.restart({ TRANSFER_KEY: Buffer.alloc(32, 8).toString('base64url') });
      const wrong = await run('import.mjs', [strict.url], strict, both);
      expect(wrong.code).toBe(1);
      expect(wrong.stderr).toContain('sealed with another TRANSFER_KEY');
      expect(wrong.stderr).toContain('Nothing was changed.');
      expect((await clientOf(strict).call('GET', '/v1/webhooks')).json.webhooks).toEqual([]);

      await strict.kill9();
      await strict.restart({ TRANSFER_KEY: '' });
      const without = await run('export.mjs', [strict.url], strict);
      expect(without).toMatchObject({ code: 1, stdout: '' });
      expect(without.stderr).toContain('TRANSFER_KEY is not set');
    } finally {
      await strict.stop();
    }
    const cut = await imported(file.slice(0, file.length / 2));
    expect(cut).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was changed.') });
  });

  it('are given to nobody but the admin token', async () => {
    const made = await from.call('POST', '/v1/tokens', { name: 'all', scope: 'write' });
    const token = String(made.json.token);
    expect((await from.call('GET', '/v1/export', undefined, token)).status).toBe(403);
    expect((await from.call('POST', '/v1/import', { format: 1, webhooks: [] }, token)).status).toBe(403);
  });
});

const pick = (of: unknown, fields: string[]) =>
  Object.fromEntries(Object.entries(of as object).filter(([field]) => fields.includes(field)));
