/** `ETag`, `If-Match` and `Idempotency-Key` over the running gateway. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';

const url = 'https://app.example.com/hooks';
const minimal = { provider: 'shipstream', secret_key: '2RUJ8NXLnLRrAj3' };

type Answer = { status: number; etag: string; body: Record<string, unknown> & { webhook_id: number } };

async function send(method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
  const response = await exports.default.fetch(
    new Request(`https://gw.example.com${path}`, {
      method,
      headers: { Authorization: `Bearer ${env.ADMIN_TOKEN}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  const etag = response.headers.get('ETag') ?? '';
  return { status: response.status, etag, body: text === '' ? null : JSON.parse(text) };
}

async function created() {
  const { body, etag } = await send('POST', '/v1/webhooks', minimal);
  return { path: `/v1/webhooks/${body.webhook_id}`, etag };
}

const key = () => ({ 'Idempotency-Key': crypto.randomUUID() });

describe('If-Match', () => {
  it('keeps two editors from overwriting each other', async () => {
    const { path, etag } = await created();
    expect((await send('GET', path)).etag).toBe(etag);
    const first = await send('PATCH', path, { name: 'A' }, { 'If-Match': etag });
    expect(first.status).toBe(200);
    expect(first.etag).not.toBe(etag);
    const second = await send('PATCH', path, { name: 'B' }, { 'If-Match': etag });
    expect(second.status).toBe(412);
    expect(second.body).toMatchObject({ type: 'urn:gapless:problem:precondition-failed' });
    expect((await send('GET', path)).body).toMatchObject({ name: 'A' });
    const third = await send('PATCH', path, { name: 'B' }, { 'If-Match': `"9", ${first.etag}` });
    expect(third.status).toBe(200);
  });

  it('lets one of two changes made at once through', async () => {
    const { path, etag } = await created();
    const answers = await Promise.all(
      ['C', 'D'].map(name => send('PATCH', path, { name }, { 'If-Match': etag })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('counts for destinations, secrets and deletion too, and changes of destinations change the tag', async () => {
    const { path, etag } = await created();
    const added = await send('POST', `${path}/destinations`, { url }, { 'If-Match': etag });
    expect([added.status, added.etag]).toEqual([201, (await send('GET', path)).etag]);
    const at = `${path}/destinations/${added.body.destination_id}`;
    const stale = { 'If-Match': etag };
    for (const answer of [
      await send('POST', `${path}/destinations`, { url }, stale),
      await send('PATCH', at, { is_active: 0 }, stale),
      await send('DELETE', at, undefined, stale),
      await send('POST', `${at}/rotate_secret`, {}, stale),
      await send('POST', `${path}/rotate_secret`, {}, stale),
      await send('DELETE', path, undefined, stale),
    ]) {
      expect(answer.status).toBe(412);
    }
    expect((await send('DELETE', path, undefined, { 'If-Match': added.etag })).status).toBe(204);
  });
});

describe('Idempotency-Key', () => {
  it('makes a webhook once, and gives its secrets again', async () => {
    const headers = key();
    const given = { ...minimal, destinations: [{ url }] };
    const answers = await Promise.all([1, 2, 3].map(() => send('POST', '/v1/webhooks', given, headers)));
    const [first, ...others] = answers;
    expect(first?.status).toBe(201);
    expect(first?.body.destinations).toMatchObject([{ secret_key: expect.stringMatching(/^whsec_/) }]);
    expect(new Set(others.map(({ body }) => JSON.stringify(body)))).toEqual(
      new Set([JSON.stringify(first?.body)]),
    );
    // The one that made it has its version; the webhook may have changed when the answer is given again.
    expect(answers.map(({ etag }) => etag).sort()).toEqual(['', '', '"1"']);
    await send('PATCH', `/v1/webhooks/${first?.body.webhook_id}`, { is_active: 0 });
    const again = await send('POST', '/v1/webhooks', given, headers);
    expect(again).toEqual({ status: 201, etag: '', body: first?.body });
    const list = await send('GET', '/v1/webhooks?limit=500');
    const ids = (list.body.webhooks as { webhook_id: number }[]).map(({ webhook_id }) => webhook_id);
    expect(ids.filter(id => id === first?.body.webhook_id)).toHaveLength(1);
  });

  it('refuses another request under the same key', async () => {
    const headers = key();
    await send('POST', '/v1/webhooks', minimal, headers);
    const other = await send('POST', '/v1/webhooks', { ...minimal, name: 'B' }, headers);
    expect(other.status).toBe(422);
    expect(other.body).toMatchObject({ type: 'urn:gapless:problem:idempotency-key-reused' });
    const blank = await send('POST', '/v1/webhooks', minimal, { 'Idempotency-Key': 'a b' });
    expect(blank.body).toMatchObject({ errors: [{ path: 'header:Idempotency-Key' }] });
  });

  it('makes a destination once, and another for another webhook', async () => {
    const headers = key();
    const [one, two] = [await created(), await created()];
    const answers = await Promise.all(
      [1, 2].map(() => send('POST', `${one.path}/destinations`, { url }, headers)),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    const elsewhere = await send('POST', `${two.path}/destinations`, { url }, headers);
    expect(elsewhere.body.destination_id).not.toBe(answers[0]?.body.destination_id);
    expect((await send('GET', one.path)).body.destinations).toHaveLength(1);
    const other = await send('POST', `${one.path}/destinations`, { url: `${url}/2` }, headers);
    expect(other.status).toBe(422);
  });

  it('gives the answer again also under the version that was current then', async () => {
    const { path, etag } = await created();
    const headers = { ...key(), 'If-Match': etag };
    const first = await send('POST', `${path}/destinations`, { url }, headers);
    expect(first.status).toBe(201);
    expect(await send('POST', `${path}/destinations`, { url }, headers)).toMatchObject({
      status: 201,
      body: first.body,
    });
    const fresh = { ...key(), 'If-Match': etag };
    expect((await send('POST', `${path}/destinations`, { url }, fresh)).status).toBe(412);
  });

  it('is refused by name where a token is made', async () => {
    const { status, body } = await send('POST', '/v1/tokens', { name: 'x' }, key());
    expect({ status, errors: body.errors }).toMatchObject({
      status: 422,
      errors: [{ path: 'header:Idempotency-Key' }],
    });
  });

  it('does not bring a deleted webhook back', async () => {
    const headers = key();
    const { body } = await send('POST', '/v1/webhooks', minimal, headers);
    await send('DELETE', `/v1/webhooks/${body.webhook_id}`);
    expect((await send('POST', '/v1/webhooks', minimal, headers)).status).toBe(409);
    expect((await send('GET', `/v1/webhooks/${body.webhook_id}`)).status).toBe(404);
  });

  it('keeps no secret readable', async () => {
    const headers = key();
    const made = await send('POST', '/v1/webhooks', { ...minimal, destinations: [{ url }] }, headers);
    const [destination] = made.body.destinations as { secret_key: string }[];
    const object = env.WEBHOOKS.getByName(String(made.body.webhook_id));
    const { runInDurableObject } = await import('cloudflare:test');
    const stored = await runInDurableObject(object, (_object, state) =>
      JSON.stringify(state.storage.sql.exec('SELECT * FROM answers').toArray()),
    );
    expect(stored).toContain('v1.');
    for (const secret of [destination?.secret_key, minimal.secret_key, headers['Idempotency-Key']]) {
      expect(stored).not.toContain(secret);
    }
  });
});
