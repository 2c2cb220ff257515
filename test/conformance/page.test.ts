/**
 * The page as a person sees it, in a real browser: signing in, finding what is missing, mending it; and what somebody else wrote does no
 * harm in it. Pictures of every page are left in `screenshots/` beside this file, to be looked at.
 */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage, startBrowser, type Watched } from '../support/browser';
import { type Client, type CreatedWebhook, clientOf, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { look, overflow, PICTURES } from '../support/looks';
import { type Receiver, startReceiver } from '../support/receiver';

const MAX_BYTES = 50 * 1024;

/** What would run, mislead or overflow where it is not shown as the text that it is. */
const HOSTILE = {
  script: '<script>document.title = "owned"</script><img src=x onerror="document.title=\'owned\'">',
  link: 'javascript:alert(1)',
  bidi: 'paid \u202Edrawer\u202C \u0007 \u200B done',
  entity: '&lt;b&gt; "\'</pre></body>',
};

const gateway = inject('gateway');
let client: Client;
let browser: Browser;
let good: Receiver;
let failing: Receiver;
let webhook: CreatedWebhook;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  client = clientOf(gateway);
  [browser, good, failing] = await Promise.all([
    startBrowser(),
    startReceiver(),
    startReceiver(() => ({ status: 500, headers: { server: 'shop' }, body: `no stock ${HOSTILE.script}` })),
  ]);
  webhook = await client.createWebhook({
    name: 'Page of the shop',
    provider: 'shipstream',
    secret_key: '2RUJ8NXLnLRrAj3',
    sequence: { grace_seconds: 1 },
    destinations: [
      { name: 'app', url: good.url },
      { name: 'warehouse', url: failing.url, ordering: 'strict' },
    ],
  });
  await sendSeeds();
  watched = await openPage(browser, gateway.url);
  page = watched.page;
  page.setDefaultTimeout(40_000);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([good?.close(), failing?.close()]);
});

/** Ids 1, 2, 3, 6: 4 and 5 are missing. One with hostile text, one refused, one that is no event, one of nearly 1 MiB. */
async function sendSeeds(): Promise<void> {
  const { webhook_id: id } = webhook;
  for (const increment of [1, 2]) await client.sendShipstream(id, shipstreamEvent(increment));
  await client.sendShipstream(id, shipstreamEvent(3, { note: HOSTILE }, 'product:updated'));
  await client.sendShipstream(id, shipstreamEvent(6, {}, 'shipment:packed'));
  await client.sendShipstream(id, shipstreamEvent(7), 'a wrong secret');
  await client.sendShipstream(id, '{"topic":"order:created","message":"<b>no object</b>"}');
  const nonsense = Array.from({ length: 110_000 }, (_, i) =>
    String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)),
  );
  await client.sendShipstream(
    id,
    shipstreamEvent(8, { nonsense: nonsense.join('') + '\u202E'.repeat(200_000) }),
  );
  await eventually(async () => {
    const { gaps } = await client.gaps(id, '?status=open');
    expect(gaps).toMatchObject([{ from: 4, to: 5 }]);
    const { rejected } = await client.status(id);
    expect(rejected).toMatchObject({ mismatch: 1 });
  });
}

const at = (path = ''): string => `/webhooks/${webhook.webhook_id}${path}`;

/** Goes to a page, which has to be small, and in which axe finds nothing; leaves pictures of it. */
async function visit(path: string, picture?: string): Promise<void> {
  const answer = await page.goto(path);
  expect((await answer?.request().sizes())?.responseBodySize).toBeLessThan(MAX_BYTES);
  if (picture !== undefined) await look(page, picture);
}

async function signIn(token: string): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe('somebody at the page', () => {
  it('is asked to sign in, and led to where they wanted to go', async () => {
    await visit(at('/events'), 'sign-in');
    expect(new URL(page.url()).pathname).toBe('/sign_in');
    await signIn('a token that nobody gave, a token that nobody gave');
    expect(await page.getByRole('alert').textContent()).toMatch(/neither the admin token|Too many/);
    await signIn(gateway.adminToken);
    await page.waitForURL(`**${at('/events')}`);
    const [cookie] = await watched.context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(cookie?.value).not.toContain(gateway.adminToken);
  });

  it('sees the list, the missing ids, and the events on both sides', async () => {
    await visit('/', 'overview');
    await page.getByRole('link', { name: 'Page of the shop' }).first().click();
    await page.waitForURL(`**${at()}`);
    await visit(at(), 'webhook');
    const gap = page.getByRole('row', { name: '4 to 5 (2)' });
    expect(await gap.getByRole('link').allTextContents()).toEqual(['id 3', 'id 6', 'Fill or close']);
    expect(await page.getByText('signed with another secret').isVisible()).toBe(true);
    expect(await page.getByRole('row', { name: 'warehouse' }).textContent()).toContain(
      'answered 500: no stock <script>',
    );
    await visit(at('/gaps'), 'gaps');
  });

  it('finds events by the filters of the API, as a link', async () => {
    await visit(at('/events'), 'events');
    await page.getByLabel('Text in headers or body').fill('DOCUMENT.TITLE');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(url => url.search === '?q=DOCUMENT.TITLE');
    expect(await page.getByRole('link', { name: /^#/ }).allTextContents()).toEqual(['#3']);
    await visit(at('/events?increment_id=none'), 'events-wrong');
    expect(await page.getByText(/^must be a whole number/).count()).toBe(1);
  });

  it('sees what somebody else wrote as text, in part where it is long, and whole by itself', async () => {
    await visit(at('/events/3'), 'event');
    await page.getByText('As curl').click();
    expect(await page.title()).not.toContain('owned');
    const shown = await page.locator('#pretty').textContent();
    expect(shown).toContain(HOSTILE.script.slice(0, 8));
    expect(shown).toContain('‹U+200B›');
    expect(shown).not.toMatch(/[\u202A-\u202E\u200B]/);

    await visit(at('/events/6'), 'event-large');
    await page.getByRole('link', { name: /^The whole body,/ }).click();
    await page.waitForURL('**/body');
    expect(await page.evaluate('document.contentType')).toBe('text/plain');
    expect(await page.evaluate('document.body.textContent.length')).toBeGreaterThan(300_000);
  });

  it('sees each attempt, and what the receiver said', async () => {
    await eventually(async () => {
      await page.goto(at('/events/1'));
      expect(await page.locator('pre').allTextContents()).toContainEqual(
        expect.stringContaining('no stock <script>'),
      );
    });
    await visit(at('/events/1'), 'event-failed');
    expect(await page.getByText('attempt 1, answered 500').count()).toBe(1);
  });

  it('lets an event out of quarantine', async () => {
    await visit(at('/events/5'), 'quarantined');
    await page.getByRole('button', { name: 'Release' }).click();
    await page.getByRole('status').waitFor();
    expect(await page.getByRole('status').textContent()).toMatch(/^Released/);
  });

  it('mends a destination: pauses, resumes, retries, and sends an event again', async () => {
    await visit(at());
    await page.getByRole('button', { name: 'Pause: warehouse' }).click();
    await page.getByRole('row', { name: 'warehouse' }).getByText('paused').waitFor();
    failing.behave(() => ({ status: 200 }));
    await page.getByRole('button', { name: 'Resume: warehouse' }).click();
    await page.getByRole('button', { name: 'Retry now: warehouse' }).click();
    await page
      .getByText(/deliver|Nothing waits/)
      .first()
      .waitFor();
    await eventually(() => expect(failing.received.length).toBeGreaterThanOrEqual(5));

    const before = good.received.length;
    await visit(at('/events/1'));
    await page.getByRole('combobox').selectOption({ label: 'app' });
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('Sent again to one destination.').waitFor();
    await eventually(() => expect(good.received.length).toBe(before + 1));
    expect(good.received.at(-1)?.headers).toMatchObject({
      'gapless-replay': '1',
      'gapless-increment-id': '1',
    });
  });

  it('sees times in their own zone, and UTC beside them', async () => {
    const here = await browser.newContext({
      timezoneId: 'Asia/Tokyo',
      locale: 'en-GB',
      baseURL: gateway.url,
    });
    await here.addCookies(await watched.context.cookies());
    const tab = await here.newPage();
    await tab.goto(at('/events/1'));
    const time = tab.locator('dd time').first();
    const utc = (await time.getAttribute('datetime')) ?? '';
    const hour = (Number(utc.slice(11, 13)) + 9) % 24;
    expect(await time.textContent()).toContain(`${String(hour).padStart(2, '0')}:${utc.slice(14, 16)}`);
    expect(await time.getAttribute('title')).toContain('UTC');
    await here.close();
  });

  it('reads it all without scripts', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false, baseURL: gateway.url });
    await plain.addCookies(await watched.context.cookies());
    const tab = await plain.newPage();
    await tab.goto(at('/events'));
    await tab.getByLabel('Order').selectOption('asc');
    await tab.getByRole('button', { name: 'Show' }).click();
    expect(await tab.getByRole('link', { name: /^#/ }).first().textContent()).toBe('#1');
    expect(await tab.locator('time').first().getAttribute('title')).toContain('UTC');
    await plain.close();
  });

  it('signs out', async () => {
    await visit('/');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign_in');
    expect(await watched.context.cookies()).toEqual([]);
  });

  it('with a token that may only read finds nothing to press, and is out when the token is revoked', async () => {
    const made = await client.call('POST', '/v1/tokens', { name: 'reader', scope: 'read' });
    await visit('/sign_in');
    await signIn(String(made.json.token));
    await page.waitForURL(url => url.pathname === '/');
    for (const path of [at(), at('/events/1'), at('/events/5')]) {
      await page.goto(path);
      const pressed = await page.getByRole('button').allTextContents();
      expect(pressed.filter(name => name !== 'Copy' && name !== 'Stop updates')).toEqual(['Sign out']);
    }
    const form = await page.evaluate(`document.querySelector('input[name=form_token]').value`);
    const refused = await page.request.post(at('/events/1/replay'), { form: { form_token: String(form) } });
    expect(refused.status()).toBe(403);

    await client.call('DELETE', `/v1/tokens/${made.json.token_id}`);
    await eventually(async () => {
      await page.goto(at());
      expect(new URL(page.url()).pathname).toBe('/sign_in');
    }, 30_000);
  });

  it('has its files kept for good, and the answer for one that is not there not at all', async () => {
    const html = await (await page.request.get('/sign_in')).text();
    const script = /src="(\/assets\/page-\w+\.js)"/.exec(html)?.[1] ?? '';
    const kept = async (path: string) => {
      const answer = await page.request.get(path);
      return [answer.status(), answer.headers()['cache-control']];
    };
    expect(await kept(script)).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(await kept('/assets/page-000000000000.js')).toEqual([404, 'no-store']);
  });

  it('reads the reference on a narrow screen, and nothing of it is cut off', async () => {
    await page.setViewportSize({ width: 400, height: 900 });
    await page.goto('/docs');
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    // Commands are scrolled by themselves; all else breaks.
    const cut = `[...document.querySelectorAll('td, p, h2, h3')].filter(one => one.scrollWidth > one.clientWidth + 1).length`;
    expect(await page.evaluate(cut)).toBe(0);
    await page.screenshot({ path: join(PICTURES, 'docs-400.png') });
    await page.setViewportSize({ width: 1400, height: 900 });
  });

  it('never had the browser complain: of the policy, of a script, of another host', () => {
    expect(watched.complaints).toEqual([]);
  });
});
