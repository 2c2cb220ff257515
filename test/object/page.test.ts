/** The guard of the page, over the running gateway: who is let in, what is taken from whom, and what browsers are told. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { forgetApiToken } from '../../src/tokens/judged';
import { ingest, newWebhook, ORIGIN, orderCreated, send } from '../support/rest';

afterEach(() => {
  vi.useRealTimers();
});

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** One request of a browser; it follows no redirect. */
async function ask(method: string, path: string, headers: Record<string, string> = {}, form?: object) {
  const body = form === undefined ? null : new URLSearchParams({ ...form }).toString();
  const init = { method, headers, body, redirect: 'manual' as const };
  const response = await exports.default.fetch(new Request(ORIGIN + path, init));
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function signIn(token: string) {
  const { status, headers } = await ask('POST', '/sign_in', FORM, { token });
  expect(status).toBe(303);
  const cookie = { Cookie: (headers.get('Set-Cookie') ?? '').split(';')[0] ?? '' };
  const get = (path: string) => ask('GET', path, cookie);
  return {
    cookie,
    get,
    formToken: async (path: string) =>
      /name="form_token" value="([\w-]{43})"/.exec((await get(path)).text)?.[1] ?? '',
    post: (path: string, form: object, more = {}) => ask('POST', path, { ...FORM, ...cookie, ...more }, form),
  };
}

const isAskedToSignIn = ({ status, headers }: Awaited<ReturnType<typeof ask>>) =>
  status === 303 && headers.get('Location')?.startsWith('/sign_in') === true;

async function apiToken(given: object) {
  const { body } = await send('POST', '/v1/tokens', { name: 'test', ...given });
  return { id: String(body.token_id), text: String(body.token) };
}

/** A webhook with one event, and its addresses at the page. */
async function webhookWithEvent() {
  const { id } = await newWebhook({
    destinations: [{ name: 'app', url: 'https://app.example.com/', topics: 'other' }],
  });
  await ingest(id, orderCreated(1));
  return { id, path: `/webhooks/${id}`, event: `/webhooks/${id}/events/1` };
}

describe('the page', () => {
  it('shows nothing to whoever has not signed in, by whatever cookie', async () => {
    const { path } = await webhookWithEvent();
    const forms = ['/webhooks', `${path}/edit`, `${path}/secret`, `${path}/replay`, `${path}/destinations`];
    for (const at of ['/', path, `${path}/events/1/body`, '/webhooks/none/at/all', ...forms]) {
      for (const cookie of ['', 'gapless=admin', '__Host-gapless=admin.9999999999.AAAAAAAAAAAA.x']) {
        expect(isAskedToSignIn(await ask('GET', at, { Cookie: cookie })), at).toBe(true);
      }
    }
    // A token in a header is for the API.
    expect(isAskedToSignIn(await ask('GET', '/', { Authorization: `Bearer ${env.ADMIN_TOKEN}` }))).toBe(true);
  });

  it('is left alone by the API: a cookie opens nothing there', async () => {
    const { cookie } = await signIn(env.ADMIN_TOKEN);
    expect((await ask('GET', '/v1/webhooks', cookie)).status).toBe(401);
    expect((await ask('GET', '/metrics', cookie)).status).toBe(401);
  });

  it('tells browsers to load nothing from elsewhere, to run nothing in it, and to keep nothing', async () => {
    const { path, event } = await webhookWithEvent();
    const { get } = await signIn(env.ADMIN_TOKEN);
    for (const at of [
      '/sign_in',
      '/',
      path,
      `${path}/gaps`,
      '/webhooks',
      '/webhooks?provider=stripe',
      `${path}/edit`,
      `${path}/destinations`,
      `${path}/events`,
      event,
      `${path}/nothing`,
      '/webhooks/1',
    ]) {
      const { headers, text } = await get(at);
      const policy = headers.get('Content-Security-Policy') ?? '';
      expect(policy, at).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
      });
      expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]* src="\/assets\/)/);
    }
    const body = await get(`${event}/body`);
    expect(body.text).toBe(orderCreated(1));
    expect(body.headers.get('Content-Type')).toBe('text/plain; charset=utf-8');
    expect(body.headers.get('Content-Security-Policy')).toContain('sandbox');
  });

  it('takes a form from its own pages only, with the token of the session', async () => {
    const { path, id } = await webhookWithEvent();
    const [one, other] = [await signIn(env.ADMIN_TOKEN), await signIn(env.ADMIN_TOKEN)];
    const destination = String(
      (await send('GET', `/v1/webhooks/${id}`)).body.destinations?.[0]?.destination_id,
    );
    const pause = `${path}/destinations/${destination}/pause`;
    const own = { form_token: await one.formToken(path) };
    expect((await one.post(pause, {})).status).toBe(403);
    expect((await one.post(pause, { form_token: await other.formToken(path) })).status).toBe(403);
    expect((await one.post(pause, own, { Origin: 'https://evil.example' })).status).toBe(403);
    expect((await one.post(pause, own, { 'Sec-Fetch-Site': 'same-site' })).status).toBe(403);
    expect((await one.post(pause, own, { 'Content-Type': 'text/plain' })).status).toBe(400);
    expect(isAskedToSignIn(await ask('POST', pause, FORM, own))).toBe(true);
    const isActive = async () =>
      (await send('GET', `/v1/webhooks/${id}`)).body.destinations?.[0]?.is_active as unknown;
    expect(Boolean(await isActive())).toBe(true);

    const done = await one.post(pause, own);
    expect(done.headers.get('Location')).toBe(`${path}?done=paused.0`);
    expect(Boolean(await isActive())).toBe(false);
    expect((await one.get(`${path}?done=paused.0`)).text).toContain('What arrives for it waits');
    expect((await one.get(`${path}?done=constructor.1`)).text).not.toContain('role="status"');
  });

  it('asks for what an address names and for nothing else, whatever it is made of', async () => {
    const [mine, other] = [await webhookWithEvent(), await webhookWithEvent()];
    const { get, post, formToken } = await signIn(env.ADMIN_TOKEN);
    const own = { form_token: await formToken(mine.path) };
    for (const part of ['events', 'replays']) {
      for (const number of ['..%2fgaps', '.', '1%2f..%2f1', '1%3fx', '-1', 'x']) {
        expect((await get(`${mine.path}/${part}/${number}`)).status, number).toBe(404);
      }
    }
    const through = `..%2f..%2f${other.id}%2ftest%23`;
    for (const path of [
      `events/${through}/release`,
      `replays/${through}/cancel`,
      `events/${through}/replay`,
    ]) {
      expect((await post(`${mine.path}/${path}`, own)).status, path).toBe(404);
    }
    expect((await post(`/webhooks/..%2fwebhooks%2f${other.id}/sample`, own)).status).toBe(404);
    expect((await post(`${mine.path}/destinations/..%2f..%2f${other.id}%2ftest%23/retry`, own)).status).toBe(
      404,
    );
    expect((await get(`${other.path}/events/2`)).status).toBe(404);
  });

  it('stays small, whatever an event is made of', async () => {
    const { id } = await newWebhook({});
    const { get } = await signIn(env.ADMIN_TOKEN);
    for (const [i, note] of [
      '\u202E'.repeat(300_000),
      '"\''.repeat(100_000),
      '上'.repeat(100_000),
    ].entries()) {
      const body = JSON.stringify({ topic: 'order:created', message: { note, webhook_increment_id: i + 1 } });
      await ingest(id, body);
      const { status, text } = await get(`/webhooks/${id}/events/${i + 1}`);
      expect(status).toBe(200);
      expect(new TextEncoder().encode(text).byteLength).toBeLessThan(50 * 1024);
    }
  });

  it('makes a secret that is not lost when the form is sent again, and takes no form without its key', async () => {
    const { get, post } = await signIn(env.ADMIN_TOKEN);
    const { text } = await get('/webhooks?provider=github');
    const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(text)?.[1] ?? '';
    const form = { provider: 'github', form_token: hidden('form_token'), key: hidden('key') };
    const made = await Promise.all([post('/webhooks', form), post('/webhooks', form)]);
    const answers = [...made, await post('/webhooks', form)];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const secrets = answers.map(one => /id="secret"[^>]* value="([0-9a-f]{48})"/.exec(one.text)?.[1]);
    expect(new Set(secrets).size).toBe(1);
    expect(secrets[0]).toBeDefined();

    for (const key of ['', 'a\nb', 'a'.repeat(5000)]) {
      const refused = await post('/webhooks', { ...form, key });
      expect(refused.status).toBe(422);
      expect(refused.text).toContain('the form came without the key');
    }
    const long = await post('/webhooks', { ...form, name: 'a'.repeat(70_000) });
    expect(long.status).toBe(413);
    expect(long.text).toContain('64 KiB');
  });

  it('shows a reader no form, and takes none', async () => {
    const { path, event } = await webhookWithEvent();
    const { get, post, formToken } = await signIn((await apiToken({ scope: 'read' })).text);
    for (const at of ['/', path, event]) {
      expect((await get(at)).text.match(/<form method="post" action="[^"]*"/g)).toEqual([
        '<form method="post" action="/sign_out"',
      ]);
    }
    const token = await formToken(path);
    const refused = await post(`${event}/replay`, { form_token: token });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('This token may only read.');
    expect((await post('/sign_out', { form_token: token })).headers.get('Set-Cookie')).toMatch(/Max-Age=0/);
  });

  it('shows a token for one webhook that one, and no other', async () => {
    const [mine, others] = [await webhookWithEvent(), await webhookWithEvent()];
    const { get } = await signIn((await apiToken({ scope: 'write', webhook_id: mine.id })).text);
    expect((await get('/')).headers.get('Location')).toBe(mine.path);
    expect((await get(mine.event)).status).toBe(200);
    // It makes no other webhook, and is told so before it fills in a form.
    expect((await get('/webhooks')).status).toBe(403);
    const refused = await get(others.event);
    expect(refused.status).toBe(403);
    expect(refused.text).not.toContain('order:created');
  });

  it('ends a session with its token, with time, and with the webhook that the token was for', async () => {
    const { id, path } = await webhookWithEvent();
    const revoked = await apiToken({ scope: 'write' });
    const bound = await apiToken({ scope: 'read', webhook_id: id });
    const [byRevoked, byBound, byAdmin] = [
      await signIn(revoked.text),
      await signIn(bound.text),
      await signIn(env.ADMIN_TOKEN),
    ];
    expect((await byRevoked.get(path)).status).toBe(200);
    expect((await send('DELETE', `/v1/tokens/${revoked.id}`)).status).toBe(204);
    expect(isAskedToSignIn(await byRevoked.get(path))).toBe(true);

    expect((await byBound.get(path)).status).toBe(200);
    await send('DELETE', `/v1/webhooks/${id}`);
    forgetApiToken(bound.id);
    expect(isAskedToSignIn(await byBound.get(path))).toBe(true);

    expect((await byAdmin.get('/')).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 12 * 60 * 60 * 1000 });
    expect(isAskedToSignIn(await byAdmin.get('/'))).toBe(true);
  });

  it('lets a page of this host alone listen, for whoever may and as long as they may', async () => {
    const [mine, others] = [await webhookWithEvent(), await webhookWithEvent()];
    const { cookie } = await signIn((await apiToken({ scope: 'read', webhook_id: mine.id })).text);
    const listen = (path: string, headers: Record<string, string>) =>
      exports.default.fetch(new Request(`${ORIGIN}${path}/stream`, { headers, redirect: 'manual' }));
    const own = { ...cookie, Upgrade: 'websocket', Origin: ORIGIN };
    for (const [path, headers, status] of [
      [mine.path, { ...own, Origin: 'https://evil.example' }, 403],
      [mine.path, { ...own, 'Sec-Fetch-Site': 'same-site' }, 403],
      [mine.path, { ...cookie, Upgrade: 'websocket' }, 403],
      [mine.path, { ...own, Cookie: '' }, 303],
      [mine.path, { ...cookie, Origin: ORIGIN }, 426],
      [others.path, own, 403],
    ] as const) {
      const { status: answered, webSocket } = await listen(path, headers);
      expect({ answered, webSocket }).toEqual({ answered: status, webSocket: null });
    }
    const { status, webSocket } = await listen(mine.path, own);
    expect(status).toBe(101);
    const first = new Promise(resolve => webSocket?.addEventListener('message', resolve, { once: true }));
    const closed = new Promise(resolve => webSocket?.addEventListener('close', resolve, { once: true }));
    webSocket?.accept();
    expect(JSON.parse(String(((await first) as MessageEvent).data))).toMatchObject({
      type: 'ready',
      cursor: '1.0',
    });
    // It is over with the session, whoever still has the socket, and though nothing happens.
    const object = env.WEBHOOKS.getByName(String(mine.id));
    const end = Date.now() + 12 * 60 * 60 * 1000;
    const alarm = await runInDurableObject(object, (_, { storage }) => storage.getAlarm());
    expect(alarm).toBeLessThanOrEqual(end);
    vi.useFakeTimers({ toFake: ['Date'], now: end });
    await runDurableObjectAlarm(object);
    expect(await closed).toMatchObject({ code: 4001, reason: 'token_ended' });
  });

  it('leads from a signed-in address back to it', async () => {
    const { headers } = await ask('GET', '/webhooks/5/events?q=a+b&order=asc');
    const to = new URL(headers.get('Location') ?? '', ORIGIN).searchParams.get('to');
    expect(to).toBe('/webhooks/5/events?q=a+b&order=asc');
  });
});
