/**
 * The page while things happen: what comes is shown without loading it again, in a real browser, over a line that is cut; in a tab
 * that is hidden; for somebody who may only read, and for whoever may no more.
 */
import type { Browser, Locator, Page, WebSocket } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage, startBrowser, type Watched } from '../support/browser';
import { type Client, type CreatedWebhook, clientOf, shipstreamEvent } from '../support/client';
import { type CuttableLine, startCuttableLine } from '../support/cuttable-line';
import { eventually } from '../support/eventually';
import { look } from '../support/looks';
import { type Receiver, startReceiver } from '../support/receiver';

const gateway = inject('gateway');
let client: Client;
let browser: Browser;
let line: CuttableLine;
let receiver: Receiver;
let webhook: CreatedWebhook;
let watched: Watched;
let page: Page;
let sockets: WebSocket[] = [];

beforeAll(async () => {
  client = clientOf(gateway);
  [browser, receiver, line] = await Promise.all([
    startBrowser(),
    startReceiver(),
    startCuttableLine(gateway.url),
  ]);
  webhook = await client.createWebhook({
    name: 'Watched',
    provider: 'shipstream',
    secret_key: '2RUJ8NXLnLRrAj3',
    sequence: { grace_seconds: 0 },
    destinations: [{ name: 'app', url: receiver.url }],
  });
  watched = await openPage(browser, line.url);
  page = watched.page;
  page.setDefaultTimeout(40_000);
  page.on('websocket', socket => sockets.push(socket));
  await signIn(page, gateway.adminToken);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([receiver?.close(), line?.close()]);
});

const at = (path = ''): string => `/webhooks/${webhook.webhook_id}${path}`;
/** Sends an event with this id. Answers what the page calls it, `#4`. */
async function send(id: number): Promise<string> {
  const { json } = await client.sendShipstream(webhook.webhook_id, shipstreamEvent(id));
  return `#${json.sequence}`;
}
const state = (tab: Page, text: string | RegExp): Locator => tab.locator('#live .state').getByText(text);
const row = (tab: Page, name: string | RegExp): Locator => tab.getByRole('row', { name });

async function signIn(tab: Page, token: string): Promise<void> {
  await tab.goto('/sign_in');
  await tab.getByLabel('Token').fill(token);
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.waitForURL(url => url.pathname === '/');
}

/** Goes there, and waits until it is live. What is remembered in the page is gone if it is ever loaded again. */
async function watch(path: string): Promise<void> {
  sockets = [];
  await page.goto(path);
  await state(page, 'live').waitFor();
  await page.evaluate('globalThis.remembered = true');
}
const isSamePage = () => page.evaluate<boolean>('globalThis.remembered === true');

/** No browser without a window hides its tabs. */
const setHidden = (hidden: boolean) =>
  page.evaluate(
    `Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
     document.dispatchEvent(new Event('visibilitychange'))`,
  );

describe('an open page', () => {
  it('shows events, a hole and the ends of deliveries by itself, and leaves the reader where they were', async () => {
    for (const id of [1, 2, 3]) await send(id);
    await watch(at());
    await row(page, '#2').waitFor();
    await page.getByRole('link', { name: '#2', exact: true }).focus();
    await page.evaluate(
      `getSelection().selectAllChildren(document.querySelector('td a[href$="/events/1"]'))`,
    );
    await row(page, await send(6)).waitFor();
    await row(page, '4 to 5 (2)').waitFor();
    await page.getByText('2 missing', { exact: true }).waitFor();
    await row(page, 'app').getByText('ago').first().waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('#2');
    expect(await page.evaluate('String(getSelection())')).toBe('#1');
    expect(await page.locator('#live [aria-live]').textContent()).toBe('Missing: 4 to 5');
    await send(4);
    await row(page, /^5 open/).waitFor();
    await page.getByText('1 late', { exact: true }).waitFor();
    expect(await isSamePage()).toBe(true);
    await look(page, 'webhook-live');
  });

  it('is live where events, gaps and ids are listed', async () => {
    await watch(at('/events'));
    await row(page, await send(8)).waitFor();
    await watch(at('/gaps'));
    await send(10);
    await row(page, /^9 open/).waitFor();
    await watch(at('/sequence'));
    await send(11);
    await page.locator('.strip .end').getByText(/^11 /).waitFor();
    expect(await isSamePage()).toBe(true);
  });

  it('shows how an event that is sent again gets on', async () => {
    await watch(at('/events/1'));
    const attempts = page.locator('.timeline > li');
    const before = await attempts.count();
    await client.call('POST', `/v1${at('/events/1')}/replay`);
    await attempts.nth(before).waitFor();
    expect(await isSamePage()).toBe(true);
  });

  it('says that the line is cut, comes again, and has all that came meanwhile', async () => {
    await watch(at('/events'));
    line.cut();
    await state(page, 'connection lost, trying again').waitFor();
    const sent = await Promise.all([12, 13, 14].map(send));
    line.mend();
    await state(page, /^live$/).waitFor();
    for (const name of sent) await row(page, name).waitFor();
    const { length } = await client.events(webhook.webhook_id);
    expect(await page.getByRole('link', { name: /^#/ }).count()).toBe(length);
    expect(await isSamePage()).toBe(true);
  });

  it('has no line while it is hidden or stopped, and catches up after that', async () => {
    await watch(at('/events'));
    await setHidden(true);
    await eventually(() => expect(sockets.map(socket => socket.isClosed())).toEqual([true]));
    const sent = await send(15);
    await setHidden(false);
    await row(page, sent).waitFor();
    await page.getByRole('button', { name: 'Stop updates' }).click();
    await eventually(() => expect(sockets.map(socket => socket.isClosed())).toEqual([true, true]));
    await page.getByRole('button', { name: 'Go on' }).click();
    await state(page, /^live$/).waitFor();
    expect(await isSamePage()).toBe(true);
  });

  it('never calls itself live while what happened waits, and catches up at once when it is opened', async () => {
    await watch(at('/events'));
    // An answer that takes three seconds is asked for again after thirty.
    await page.route(`**${at('/events')}`, async route => {
      await page.waitForTimeout(3000);
      await route.continue();
    });
    await row(page, await send(30)).waitFor();
    const sent = await send(31);
    await state(page, 'catching up').waitFor();
    expect(await row(page, sent).count()).toBe(0);
    await page.unroute(`**${at('/events')}`);
    await page.getByRole('button', { name: 'Stop updates' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
    await row(page, sent).waitFor({ timeout: 20_000 });
    await state(page, /^live$/).waitFor();
  });

  it('shows a webhook that is new in the overview, after a while', async () => {
    const tab = await watched.context.newPage();
    await tab.clock.install();
    await tab.goto('/');
    await state(tab, /^live, every \d+ s$/).waitFor();
    const { webhook_id: id } = await client.createWebhook({
      ...{ name: 'Came later', provider: 'shipstream', secret_key: 'a secret' },
    });
    await eventually(async () => {
      await tab.clock.fastForward(60_000);
      expect(await row(tab, 'Came later').count()).toBe(1);
    });
    await client.call('DELETE', `/v1/webhooks/${id}`);
    await tab.close();
  });

  it('is live for a token that may only read, until it is revoked', async () => {
    const made = await client.call('POST', '/v1/tokens', { name: 'watcher', scope: 'read' });
    const reader = await openPage(browser, line.url);
    await signIn(reader.page, String(made.json.token));
    await reader.page.goto(at());
    await state(reader.page, /^live$/).waitFor();
    await row(reader.page, await send(16)).waitFor();
    await client.call('DELETE', `/v1/tokens/${made.json.token_id}`);
    let next = 17;
    await eventually(async () => {
      await send(next++);
      expect(await state(reader.page, /^not live any more/).count()).toBe(1);
    });
    expect(reader.complaints).toEqual([]);
    await look(reader.page, 'webhook-ended');
    await reader.context.close();
  });

  it('keeps up with hundreds of events at once, over one line', async () => {
    await watch(at('/events'));
    const ids = Array.from({ length: 300 }, (_, i) => 1000 + i);
    for (let first = 0; first < ids.length; first += 50) {
      await Promise.all(ids.slice(first, first + 50).map(send));
    }
    await row(page, await send(2000)).waitFor();
    expect(await page.getByRole('link', { name: /^#/ }).count()).toBe(50);
    expect(sockets.map(socket => socket.isClosed())).toEqual([false]);
    expect(await isSamePage()).toBe(true);
  });

  it('ends when the reader signs out in another tab', async () => {
    await watch(at());
    const other = await watched.context.newPage();
    await other.goto('/');
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.waitForURL('**/sign_in');
    await send(40);
    await state(page, 'not live any more: you are signed out.').waitFor();
    await eventually(() => expect(sockets.map(socket => socket.isClosed())).toEqual([true]));
  });

  it('never had the browser complain, but of the line that was cut', () => {
    const others = watched.complaints.filter(text => !text.includes('WebSocket connection to'));
    expect(others).toEqual([]);
  });
});
