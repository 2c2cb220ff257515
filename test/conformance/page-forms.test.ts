/**
 * Forms of the page in a real browser: making a webhook, mending a destination, sending again all that a filter matches; and that whoever may only
 * read can change nothing. Pictures of every page are left in `screenshots/`.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage, startBrowser, type Watched } from '../support/browser';
import { type Client, clientOf, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { look } from '../support/looks';
import { type Receiver, startReceiver } from '../support/receiver';
import { shipstreamHeaders } from '../support/signing';

const gateway = inject('gateway');
const client: Client = clientOf(gateway);
const SECRET = 'a secret of the shop';
const HOSTILE = '<img src=x onerror="document.title=1"> \u202Eedoc "\'';
let browser: Browser;
let receiver: Receiver;
let watched: Watched;
let page: Page;
let id = 0;

beforeAll(async () => {
  [browser, receiver] = await Promise.all([startBrowser(), startReceiver()]);
  watched = await openPage(browser, gateway.url);
  page = watched.page;
  page.setDefaultTimeout(40_000);
  await signIn(page, gateway.adminToken);
});
afterAll(async () => {
  await browser?.close();
  await receiver?.close();
});

async function signIn(tab: Page, token: string): Promise<void> {
  await tab.goto('/sign_in');
  await tab.getByLabel('Token').fill(token);
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.waitForURL(url => url.pathname !== '/sign_in');
}

const at = (path = ''): string => `/webhooks/${id}${path}`;
const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
const field = (label: string) => page.getByLabel(label, { exact: true });
/** What a field names as wrong with it. */
async function errorOf(label: string): Promise<string> {
  const ids = ((await field(label).getAttribute('aria-describedby')) ?? '').split(' ');
  const error = ids.find(one => one.endsWith('-error'));
  return error === undefined ? '' : ((await page.locator(`[id="${error}"]`).textContent()) ?? '');
}
const facts = async (destination: string) =>
  (await page.getByRole('row', { name: destination }).textContent()) ?? '';

describe('somebody who makes a webhook', () => {
  it('chooses the provider, is told what to enter, and what is wrong beside the field', async () => {
    await page.goto('/');
    await page.getByRole('link', { name: 'New webhook' }).click();
    await page.waitForURL('**/webhooks');
    await look(page, 'providers');
    await page.getByRole('link', { name: 'ShipStream' }).click();
    expect(await page.getByRole('complementary').textContent()).toContain('webhook.create');
    await field('Name').fill(`Forms ${HOSTILE}`);
    await field('Secret').fill(SECRET);
    await field('Send its events to').fill(`ftp://${HOSTILE}`);
    await page.getByText('More', { exact: true }).click();
    await field('Kept for, in days').fill('99');
    await press('Make the webhook');
    await page.getByRole('alert').waitFor();
    expect(await errorOf('Kept for, in days')).toBe('must be a whole number from 1 to 30; given: 99');
    await field('Kept for, in days').fill('');
    await field('Secret').fill(SECRET);
    await press('Make the webhook');
    await page.getByRole('link', { name: 'Send its events to' }).waitFor();
    expect(await errorOf('Send its events to')).not.toBe('');
    // What was typed is there yet, but for the secret.
    expect(await field('Name').inputValue()).toBe(`Forms ${HOSTILE}`);
    expect(await field('Secret').inputValue()).toBe('');
    await look(page, 'webhook-form-wrong');
  });

  it('makes it once, however often the form is sent, and sees its secrets this once', async () => {
    await field('Secret').fill(SECRET);
    await field('Send its events to').fill(`${receiver.url}/hook`);
    await page.getByText('More', { exact: true }).click();
    await field('A hole is a gap after, in seconds').fill('1');
    await press('Make the webhook');
    await page.getByRole('heading', { name: /is made$/ }).waitFor();
    const address = await field('Ingest address').inputValue();
    id = Number(/\d+$/.exec(address)?.[0]);
    const secret = await field('Secret of the destination').inputValue();
    expect(secret).toMatch(/^whsec_/);
    await watched.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('[data-copy=ingest_url]').click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(address);
    await look(page, 'webhook-made');
    await page.reload();
    expect(await field('Ingest address').inputValue()).toBe(address);
    expect(await field('Secret of the destination').inputValue()).toBe(secret);

    await press('Send a signed sample');
    await page.getByText(/^A signed sample came in and is event #\d+\.$/).waitFor();
    await eventually(() => expect(receiver.received.length).toBe(1));
    expect(await page.content()).not.toContain(secret);
    expect(await page.title()).toContain('Forms');
  });

  it('sees a hole in what is sent', async () => {
    for (const increment of [1, 2, 5]) {
      expect((await client.sendShipstream(id, shipstreamEvent(increment), SECRET)).status).toBe(200);
    }
    await client.sendShipstream(id, shipstreamEvent(20), 'another secret');
    // No event: held in quarantine.
    await client.sendShipstream(id, '{"topic":"order:created","message":"none"}', SECRET);
    await page.getByRole('row', { name: '3 to 4 (2)' }).waitFor();
    expect(await page.locator('.strip').textContent()).toContain('2 missing');
    await eventually(() => expect(receiver.received.length).toBe(4));
    await page.reload();
    const traffic = page.getByRole('img', { name: /events accepted in the last hour/ });
    expect(await traffic.getAttribute('aria-label')).toMatch(/^4 events accepted/);
    await look(page, 'webhook-traffic');
  });

  it('lets an event out of quarantine', async () => {
    await page.goto(at('/events?status=quarantined'));
    await page.getByRole('link', { name: /^#\d/ }).first().click();
    await press('Release');
    await page
      .getByRole('status')
      .getByText(/^Released/)
      .waitFor();
  });

  it('mends a destination that fails: a test says why, the form has another address, and what waited leaves', async () => {
    await eventually(() => expect(receiver.received.length).toBe(5));
    receiver.behave(({ url }) =>
      url.startsWith('/new') ? { status: 200 } : { status: 404, body: `no such page ${HOSTILE}` },
    );
    for (const increment of [6, 7]) await client.sendShipstream(id, shipstreamEvent(increment), SECRET);
    await eventually(async () => {
      await page.goto(at());
      expect(await facts('127.0.0.1')).toContain('fails');
    });
    await press(/^Test: /);
    await page.getByText('it answered 404').waitFor();
    expect(await page.locator('pre').first().textContent()).toContain('<img src=x');
    await look(page, 'destination-test');

    await page.getByRole('link', { name: 'Edit the destination' }).click();
    await field('Address').fill('nowhere');
    await press('Save');
    expect(await errorOf('Address')).not.toBe('');
    await look(page, 'destination-form-wrong');
    await field('Address').fill(`${receiver.url}/new`);
    await field('Name').fill('warehouse');
    await press('Save');
    await page.getByText('Changed.', { exact: true }).waitFor();
    await press('Retry now: warehouse');
    await page.getByRole('status').first().waitFor();
    await eventually(() => {
      const taken = receiver.received.filter(({ url }) => url.startsWith('/new'));
      expect(taken.map(({ headers }) => headers['gapless-increment-id']).toSorted()).toEqual(['6', '7']);
    });
  });

  it('has the next refused requests kept, to find the mistake', async () => {
    await eventually(async () => {
      await page.goto(at());
      expect(await facts('mismatch')).toContain('signed with another secret');
    });
    await press('Find the mistake');
    await page.getByText(/^For ten minutes refused requests are kept whole/).waitFor();
    expect(await page.locator('#capture').textContent()).toMatch(/kept whole until \d+:\d\d/);
    const body = shipstreamEvent(20);
    for (const changed of [`${body}\n`, JSON.stringify(JSON.parse(body), null, 2)]) {
      await client.send(id, changed, shipstreamHeaders(SECRET, body));
    }
  });

  it('replays all that a filter matches: counted first, followed, and listed', async () => {
    await page.goto(at('/events?topic=order:created'));
    await page.getByRole('link', { name: 'Replay all that match' }).click();
    await page.getByText('This makes 6 deliveries').waitFor();
    await look(page, 'replay-plan');
    await field('Up to event #').fill('4');
    await press('Count again');
    await page.getByText('This makes 3 deliveries').waitFor();
    const before = receiver.received.length;
    await press('Send 3 deliveries again');
    await page.getByText('3 of 3 sent: 3 delivered, 0 retrying, 0 dead').waitFor();
    expect(receiver.received.length).toBe(before + 3);
    expect(receiver.received.at(-1)?.headers['gapless-replay']).toBe('1');
    await look(page, 'replay');
    await page.goto(at('/replays'));
    await page.getByRole('row', { name: /^Replay \d+ done/ }).waitFor();
    await look(page, 'replays');
  });

  it('fills a gap with an event that was fetched, and closes one that nothing will fill', async () => {
    await page.goto(at('/gaps?status=open'));
    await look(page, 'gaps-open');
    await page.getByRole('link', { name: 'Fill or close: 3 to 4' }).click();
    await field('Body of the event').fill(shipstreamEvent(2, { other: HOSTILE }));
    await press('Add the event');
    expect(await page.getByRole('alert').textContent()).toContain('Another body is known');
    await field('Body of the event').fill(shipstreamEvent(3));
    await look(page, 'gap');
    await press('Add the event');
    await page.getByText('Added, as not signed').waitFor();
    await page.goto(at('/gaps?status=open'));
    await page.getByRole('link', { name: 'Fill or close: 4' }).click();
    await field('Why, shown with the gap').fill(`the provider lost it ${HOSTILE}`);
    await press('Close the gap');
    await page.getByText('Closed. It counts as missing no more.').waitFor();
    expect(await client.gaps(id)).toMatchObject({
      gaps: expect.arrayContaining([
        expect.objectContaining({ from: 3, to: 3, status: 'filled' }),
        expect.objectContaining({ from: 4, to: 4, status: 'resolved' }),
      ]),
    });
  });

  it('ends a replay that is under way', async () => {
    receiver.behave(() => 'hang');
    await page.goto(at('/replay?destination_id=warehouse'));
    await press(/^Send \d+ deliveries again$/);
    await press('Cancel the rest');
    await page.getByText('Cancelled. What was sent was sent').waitFor();
    receiver.behave(() => ({ status: 200 }));
  });

  it('is told the mistakes that requests were refused for, each of several', async () => {
    // No event comes and no delivery ends: they are shown by themselves all the same.
    await page.goto(at());
    await eventually(async () => {
      expect(await facts('mismatch')).toMatch(/Line feeds were changed.*shown, 1 of the latest/);
      expect(await facts('mismatch')).toContain('parsed and written again');
    }, 30_000);
    await page.getByText('The latest 3').click();
    await page.getByText('As it came').first().click();
    expect(await page.locator('details pre').first().textContent()).toContain('x-plugin-hmac-sha256: ');
    await look(page, 'refusals');
  });

  it('changes secrets, adds and removes a destination, and deletes the webhook', async () => {
    await page.goto(at('/edit'));
    const stale = await page.locator('input[name=version]').inputValue();
    await field('Topics').fill('order:*');
    await look(page, 'webhook-form');
    await press('Save');
    await page.getByText('Changed.', { exact: true }).waitFor();
    expect(await client.get(`/v1${at()}`)).toMatchObject({ topics: ['order:*'], retention_days: 7 });

    await page.goto(at('/edit'));
    // Somebody else was faster.
    await page
      .locator('input[name=version]')
      .evaluate((field, value) => field.setAttribute('value', value), stale);
    await press('Save');
    expect(await page.getByRole('alert').textContent()).toContain('somebody else changed this webhook');
    await page.getByRole('link', { name: 'Load it anew' }).click();
    expect(await field('Topics').inputValue()).toBe('order:*');

    await page.goto(at('/secret'));
    await look(page, 'secret-form');
    await field('The one before stays usable').selectOption('0');
    await press('Change the secret');
    const secret = await field('New secret').inputValue();
    expect((await client.sendShipstream(id, shipstreamEvent(8), SECRET)).status).toBe(401);
    expect((await client.sendShipstream(id, shipstreamEvent(8), secret)).status).toBe(200);

    await page.goto(at('/destinations'));
    await field('Address').fill(`${receiver.url}/second`);
    await page.getByText('More', { exact: true }).click();
    await field('Filter').fill('{');
    await press('Add it');
    expect(await errorOf('Filter')).toBe('must be JSON');
    await field('Filter').fill('{"/topic": ["order:created"]}');
    await look(page, 'destination-form');
    await press('Add it');
    expect(await field('Secret of the destination').inputValue()).toMatch(/^whsec_/);
    await look(page, 'destination-made');
    await page.getByRole('link', { name: 'To the webhook' }).click();
    await page.getByRole('link', { name: 'Edit: 127.0.0.1' }).click();
    await page.getByRole('link', { name: 'Remove the destination' }).click();
    await press('Remove it for good');
    await page.getByText('The destination is removed.').waitFor();

    await page.goto(at('/edit'));
    await page.getByRole('link', { name: 'Delete the webhook' }).click();
    await look(page, 'delete');
    await press('Delete it for good');
    await page.getByText('The webhook is deleted').waitFor();
    expect((await client.call('GET', `/v1${at()}`)).status).toBe(404);
  });
});

it('what a destination never took is sent again there, once it takes it', async () => {
  receiver.behave(() => ({ status: 500 }));
  const till = { name: 'till', retry: { schedule_seconds: [] } };
  const { webhook_id } = await client.shipstream(receiver.url, {}, till);
  await client.sendShipstream(webhook_id, shipstreamEvent(1));
  await eventually(async () => {
    await page.goto(`/webhooks/${webhook_id}`);
    expect(await facts('till')).toContain('Replay dead');
  });
  receiver.behave(() => ({ status: 200 }));
  await page.getByRole('link', { name: 'Replay dead: till' }).click();
  await page.getByText('This makes 1 delivery to till').waitFor();
  await press('Send 1 delivery again');
  await page.getByText('1 of 1 sent: 1 delivered, 0 retrying, 0 dead').waitFor();
  await page.getByRole('link', { name: 'To the webhook' }).click();
  await page.waitForURL(`**/webhooks/${webhook_id}`);
  expect(await facts('till')).not.toContain('Replay dead');
});

describe('the forms', () => {
  it('work without scripts, and a secret is made where the provider takes any', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false, baseURL: gateway.url });
    await plain.addCookies(await watched.context.cookies());
    const tab = await plain.newPage();
    await tab.goto('/webhooks?provider=github');
    await tab.getByRole('button', { name: 'Make the webhook' }).click();
    expect(await tab.getByLabel('Secret', { exact: true }).inputValue()).toMatch(/^[0-9a-f]{48}$/);
    await tab.getByRole('button', { name: 'Send a signed sample' }).click();
    await tab.getByText('A signed sample came in').waitFor();
    await tab.goto('/webhooks?provider=custom');
    await tab.getByLabel('Secret', { exact: true }).fill('s');
    await tab.getByLabel('How it is signed').fill('{"alg": "none"}');
    await tab.getByRole('button', { name: 'Make the webhook' }).click();
    expect(await tab.getByRole('alert').textContent()).toContain('How it is signed');
    await plain.close();
  });

  it('are shown to nobody who may only read, and taken from nobody', async () => {
    const { webhook_id, destinations } = await client.shipstream(receiver.url);
    const made = await client.call('POST', '/v1/tokens', { name: 'reader', scope: 'read' });
    const reader = await openPage(browser, gateway.url);
    await signIn(reader.page, String(made.json.token));
    const path = `/webhooks/${webhook_id}`;
    const destination = `${path}/destinations/${destinations[0]?.destination_id}`;
    const forms = ['/webhooks', `${path}/edit`, `${path}/secret`, `${path}/delete`, `${path}/replay`];
    const all = [
      ...forms,
      `${path}/destinations`,
      destination,
      `${destination}/secret`,
      `${destination}/delete`,
    ];
    for (const address of all) {
      expect((await reader.page.goto(address))?.status(), address).toBe(403);
    }
    await reader.page.goto(path);
    expect(await reader.page.locator('form').count()).toBe(1);
    const token = await reader.page.locator('input[name=form_token]').inputValue();
    const buttons = [`${path}/sample`, `${path}/capture`, `${path}/replays`, `${destination}/test`];
    for (const address of [...all.filter(one => one !== `${path}/replay`), ...buttons]) {
      const refused = await reader.page.request.post(address, { form: { form_token: token } });
      expect(refused.status(), address).toBe(403);
    }
    expect(
      receiver.received.some(({ headers }) => headers['gapless-webhook-id'] === String(webhook_id)),
    ).toBe(false);
    await reader.context.close();
  });

  it('sign out, and never had the browser complain', async () => {
    await page.goto('/');
    await press('Sign out');
    await page.waitForURL('**/sign_in');
    expect(watched.complaints).toEqual([]);
  });
});
