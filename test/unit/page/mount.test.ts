/** The page is asked for by the addresses it has (`src/index.ts`), and by no other: whoever knocks anywhere else does not make the Worker read it. */
import { exports } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { page } from '../../../src/page/page';

const ask = (method: string, path: string) =>
  exports.default.fetch(new Request(`https://gw.example.com${path}`, { method, redirect: 'manual' }));

it('is asked for wherever it has something', async () => {
  const routes = page.routes.filter(({ method }) => method !== 'ALL');
  expect(routes.length).toBeGreaterThan(20);
  for (const { method, path } of routes) {
    const answer = await ask(method, path.replaceAll(/:\w+/g, '1'));
    // Nobody has signed in: it says so, or leads there, and never that there is no such address.
    expect(answer.status, `${method} ${path}`).not.toBe(404);
    await answer.body?.cancel();
  }
});

it('leaves what it does not have to the API, which says so as it does of its own', async () => {
  for (const path of ['/sign_out', '/nothing', '/webhook', '/wp-login.php']) {
    const answer = await ask('GET', path);
    const problem = await answer.json();
    expect([path, answer.status, problem]).toEqual([path, 404, expect.objectContaining({ status: 404 })]);
  }
});
