/** The first minutes with the page: what it says where there is nothing yet is what works, and the demo leads to it. */
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPage, startBrowser } from '../support/browser';
import { eventually } from '../support/eventually';
import { type Gateway, startGateway } from '../support/gateway';
import { look } from '../support/looks';

const DEMO = join(import.meta.dirname, '../../bin/demo.mjs');

let gateway: Gateway;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [gateway, browser] = await Promise.all([startGateway(), startBrowser()]);
  ({ page } = await openPage(browser, gateway.url));
  page.setDefaultTimeout(30_000);
});
afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
});

async function signIn(): Promise<void> {
  await page.getByLabel('Token').fill(gateway.adminToken);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** In bash, as a newcomer pastes it. */
async function run(command: string): Promise<Record<string, unknown>> {
  const env = { ...process.env, TOKEN: gateway.adminToken };
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { env });
  return JSON.parse(stdout) as Record<string, unknown>;
}

it('a newcomer gets to the first event by what stands on the empty page', async () => {
  await page.goto('/');
  await signIn();
  await look(page, 'first-steps');
  const command = (id: string) => page.locator(id).textContent();
  const [create, sample] = [await command('#create'), await command('#sample')];
  const { webhook_id: id } = await run(create ?? '');
  await run((sample ?? '').replace('WEBHOOK_ID', String(id)));
  await page.reload();
  await page.getByRole('link', { name: 'my first' }).click();
  await page.getByRole('link', { name: '#1', exact: true }).waitFor();
});

it('the demo stays, says where to look, and is gone after Ctrl-C', async () => {
  const env = { ...process.env, GAPLESS_URL: gateway.url, ADMIN_TOKEN: gateway.adminToken };
  const demo = spawn(process.execPath, [DEMO, '--stay'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise(resolve => demo.once('exit', resolve));
  let printed = '';
  demo.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  try {
    const url = await eventually(() => {
      const [, found] = /page +(http\S+)/.exec(printed) ?? [];
      if (found === undefined) throw new Error(`no link in: ${printed}`);
      return found;
    }, 30_000);
    expect(printed).not.toContain(gateway.adminToken);
    await page.goto(url);
    await page.getByText('5 missing', { exact: true }).waitFor();
  } finally {
    demo.kill('SIGINT');
  }
  expect(await ended).toBe(0);
  expect((await page.reload())?.status()).toBe(404);
});
