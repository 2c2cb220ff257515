import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { objectOf } from '../../src/log/stub';
import { newWebhook, send } from '../support/rest';

/** A webhook whose inbound secret is sealed under a key that nobody has. */
async function unreadable(): Promise<number> {
  const { id } = await newWebhook();
  const record = await objectOf(env, id).getRecord();
  if (record === null) throw new Error('no webhook');
  const sealed = 'v1.00000000.AAAAAAAAAAAAAAAA.AAAA' as (typeof record.secrets)[number]['sealed'];
  const secrets = record.secrets.map(secret => ({ ...secret, sealed }));
  await objectOf(env, id).replace({ ...record, secrets }, record.version);
  return id;
}

describe('sealing anew', () => {
  it('goes on after a webhook whose secrets do not open, and names it', async () => {
    const broken = [await unreadable(), await unreadable()].sort((a, b) => a - b);
    const { status, body } = await send('POST', '/v1/reseal');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      next: null,
      failed: broken.map(webhook_id => ({ webhook_id, reason: 'unreadable_secret' })),
    });
  });
});
