/** A webhook of an earlier release, whose scheme is refused by now: its `seq` stands where the signature does not cover it. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { objectOf } from '../../src/log/stub';
import { hmac } from '../support/preset-requests';
import { newWebhook, send } from '../support/rest';

const SECRET = 'whk-secret-1';
const BODY = '{"n":1}';

const signature = (from: string) => ({
  ...{
    alg: 'hmac-sha256' as const,
    key: { enc: 'utf8' as const },
    enc: 'hex' as const,
    sig: [{ h: 'x-sig' }],
  },
  ...{ msg: ['{h:x-id}.{body}'], type: [], id: [], entity: [], seq: { from } },
});
/** `7.0` and `{}` have the message of `7` and `0.{}`, so the id is not fixed by it. */
const UNSIGNED_SEQ = signature('h:x-id');
const SIGNED_SEQ = signature('json:/n');

async function post(webhookId: number) {
  const key = new TextEncoder().encode(SECRET);
  const mac = new Uint8Array(await hmac('SHA-256', key, `1.${BODY}`)).toHex();
  return send('POST', `/in/${webhookId}`, BODY, { 'x-sig': mac, 'x-id': '1' });
}

/** A webhook with the scheme in its object, as an earlier release took it. */
async function webhookOfBefore() {
  const given = { provider: 'custom', secret_key: SECRET, signature: SIGNED_SEQ };
  const { id, path } = await newWebhook(given);
  const object = objectOf(env, { id, jurisdiction: null });
  const record = await object.getRecord();
  if (record === null) throw new Error('no webhook');
  const changed = await object.replace({ ...record, signature: UNSIGNED_SEQ }, record.version);
  expect(changed).toMatchObject({ kind: 'ok' });
  return { id, path };
}

describe('a stored scheme with a seq that it does not sign', () => {
  it('is no longer taken from anybody', async () => {
    const given = { provider: 'custom', secret_key: SECRET, signature: UNSIGNED_SEQ };
    const { status, body } = await send('POST', '/v1/webhooks', given);
    const message = 'must be a place that the signature covers';
    expect([status, body.errors]).toEqual([422, [{ path: '/signature/seq/from', message }]]);
  });

  it('answers 503, so that the provider tries again, until its signature is changed', async () => {
    const { id, path } = await webhookOfBefore();
    // The edge knows the record of before: the object's own decides, and nothing is stored.
    const refused = await post(id);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
    expect((await send('GET', `${path}/events`)).body.events).toEqual([]);
    // The webhook itself can be read.
    expect((await send('GET', path)).body.signature).toMatchObject({ seq: { from: 'h:x-id' } });

    const mended = await send('PATCH', path, { signature: { seq: { from: 'json:/n' } } });
    expect(mended.status, mended.text).toBe(200);
    const answer = await post(id);
    expect([answer.status, answer.body.status, answer.body.increment_id]).toEqual([200, 'accepted', 1]);
  });
});
