/**
 * The Worker as it is built: a module that starts, and the page beside it, which is evaluated when somebody first looks at it. A gateway of its own, as
 * nobody has looked at it yet; what a deploy would upload, from the real wrangler, without the network.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
// @ts-expect-error The benches have no types.
import { modulesAtStart } from '../../bench/measures/bundle.mjs';
import { type Gateway, startGateway } from '../support/gateway';

const ROOT = resolve(import.meta.dirname, '../..');
/** What the page says where one signs in, and nobody else does. */
const OF_THE_PAGE = 'The admin token (';

let uploaded: string;
/** The request of the upload. */
let form: string;
let gateway: Gateway;

beforeAll(async () => {
  uploaded = await mkdtemp(join(tmpdir(), 'gapless-dry-run-'));
  form = join(uploaded, 'form');
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
  const args = [wrangler, 'deploy', '--dry-run', '--env=', '--outdir', uploaded, '--outfile', form];
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' };
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway?.stop();
  await rm(uploaded, { recursive: true, force: true });
});

const modulesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter(name => /\.m?js$/.test(name)).toSorted();

it('is uploaded with all of its modules', async () => {
  const modules = await modulesIn(uploaded);
  expect(modules).toEqual(await modulesIn(join(ROOT, 'build/worker')));
  for (const name of modules) {
    const text = await readFile(join(uploaded, name), 'utf8');
    const imported = [...text.matchAll(/["']\.\/([\w.-]+\.mjs)["']/g)].map(([, path]) => path);
    expect(modules, name).toEqual(expect.arrayContaining(imported));
    if (name === 'index.js') continue;
    // The source map leads to the sources, and is uploaded, too.
    const map = JSON.parse(await readFile(join(ROOT, 'build/worker', `${name}.map`), 'utf8'));
    expect(map.sources.some((path: string) => path.startsWith('../../src/'))).toBe(true);
    expect(await readFile(form, 'utf8')).toContain(`name="${name}.map"`);
  }
});

it('starts without the page', async () => {
  const atStart: string[] = modulesAtStart(uploaded);
  const modules = await modulesIn(uploaded);
  const withThePage: string[] = [];
  for (const name of modules) {
    if ((await readFile(join(uploaded, name), 'utf8')).includes(OF_THE_PAGE)) withThePage.push(name);
  }
  expect(withThePage).toHaveLength(1);
  expect(atStart[0]).toBe('index.js');
  expect([...atStart, ...withThePage].toSorted()).toEqual(modules);
});

it('shows the page to all who are the first to look at it, and lets them in', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => fetch(`${gateway.url}/sign_in`)));
  const pages = await Promise.all(answers.map(answer => answer.text()));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  for (const text of pages) expect(text).toContain(OF_THE_PAGE);
  const assets = [...(pages[0] ?? '').matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(
    ([, path]) => path ?? '',
  );
  expect(new Set(assets).size).toBe(3);
  for (const path of new Set(assets)) expect((await fetch(gateway.url + path)).status, path).toBe(200);

  const signedIn = await fetch(`${gateway.url}/sign_in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token: gateway.adminToken }),
  });
  expect(signedIn.status).toBe(303);
  const headers = { Cookie: (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  const overview = await fetch(`${gateway.url}/`, { headers });
  expect([overview.status, await overview.text()]).toEqual([200, expect.stringContaining('/sign_out')]);
});

it('answers whoever sends more than it reads, when it runs on a laptop, too', async () => {
  const body = new Uint8Array(8 * 1024 * 1024);
  for (let times = 0; times < 5; times++) {
    const answer = await fetch(`${gateway.url}/nothing`, { method: 'POST', body });
    expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ status: 404 })]);
  }
});
