/** The description against the routes. */
import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { app } from '../../../src/api/app';
import { OPERATIONS } from '../../../src/api/openapi/operations';

const get = (path: string) => exports.default.fetch(new Request(`https://gw.example.com${path}`));

describe('the description', () => {
  it('has every route, and no other', () => {
    const routed = app.routes
      // Middleware, and answers to wrong methods.
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(/\/$/, '').replaceAll(/:(\w+)/g, '{$1}')}`);
    const any = ['POST /in/{webhook_id}'];
    const described = OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(described.toSorted()).toEqual([...new Set([...routed, ...any])].toSorted());
  });

  it('has a name of its own for each operation', () => {
    expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length);
  });

  it('refers to nothing that it lacks, and has nothing that nobody refers to', async () => {
    const document = await (await get('/openapi.json')).text();
    const components = (JSON.parse(document) as { components: Record<string, object> }).components;
    const referred = new Set(
      [...document.matchAll(/"#\/components\/(\w+\/[\w-]+)"/g)].map(([, name]) => name),
    );
    const present = Object.entries(components)
      .filter(([kind]) => kind !== 'securitySchemes')
      .flatMap(([kind, members]) => Object.keys(members).map(name => `${kind}/${name}`));
    expect([...referred].toSorted()).toEqual(present.toSorted());
  });

  it('can be read without a token and without other hosts', async () => {
    const page = await get('/docs');
    const html = await page.text();
    expect(page.headers.get('Content-Type')).toMatch(/^text\/html/);
    expect(page.headers.get('Content-Security-Policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(html).not.toMatch(/<script|src=|href="http/);
    for (const { id } of OPERATIONS) expect(html).toContain(`id="${id}"`);
  });
});
