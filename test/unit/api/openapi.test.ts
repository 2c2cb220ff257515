/** The description against the routes. */
import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { app } from '../../../src/api/app';
import { curlOf } from '../../../src/api/openapi/curl';
import { inputSchemas } from '../../../src/api/openapi/inputs';
import { ANSWERS, OPERATIONS } from '../../../src/api/openapi/operations';
import { PARAMETERS } from '../../../src/api/openapi/parameters';
import { fieldsIn } from '../../../src/api/openapi/words';

const get = (path: string) => exports.default.fetch(new Request(`https://gw.example.com${path}`));

describe('the description', () => {
  it('has every route, and no other', () => {
    const routed = app.routes
      // Middleware, answers to wrong methods, and the page where the Worker's entry was loaded before.
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

  it('says of every parameter, and of every field of a request, what it means', async () => {
    const missing = Object.entries(inputSchemas()).flatMap(([schema, input]) =>
      fieldsIn(input)
        .filter(({ meaning }) => meaning === '')
        .map(({ name }) => `${schema}.${name}`),
    );
    expect(missing).toEqual([]);
    const parameters = Object.entries(PARAMETERS);
    expect(parameters.filter(([, { description }]) => description === '').map(([name]) => name)).toEqual([]);
  });

  it('says of every field of an answer what it means', () => {
    const missing = Object.entries(ANSWERS).flatMap(([schema, answer]) => {
      const forms = Array.isArray(answer.anyOf) ? answer.anyOf : [answer];
      return forms
        .flatMap(form => fieldsIn(form))
        .filter(({ meaning }) => meaning === '')
        .map(({ name }) => `${schema}.${name}`);
    });
    expect(missing).toEqual([]);
  });

  it('has an example of each operation, with no secret among the arguments', async () => {
    const html = await (await get('/docs')).text();
    const commands = [...html.matchAll(/<pre>([^<]*)<\/pre>/g)].map(([, command = '']) =>
      command
        .replaceAll('&#39;', "'")
        .replaceAll('&quot;', '"')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&'),
    );
    expect(commands.toSorted()).toEqual(OPERATIONS.map(curlOf).toSorted());
    for (const { body, method, path } of OPERATIONS) {
      if (body !== undefined) expect([method, path, body.example]).not.toContain(undefined);
    }
    for (const command of commands) {
      const [line = ''] = command.split('\n');
      expect(line).toMatch(/^curl -s .*"(\$GATEWAY|ws\$\{GATEWAY#http\})\//);
      expect(line.replace(/@<\(printf [^)]*\)/, '')).not.toMatch(/Bearer|secret=|"\$TOKEN"/i);
    }
  });

  it('tells unit, bounds, default and need of a field', async () => {
    const html = (await (await get('/docs')).text())
      .replaceAll(/\s*<[^>]+>\s*/g, ' ')
      .replaceAll(/\s+/g, ' ');
    for (const words of [
      'retention_days whole number from 1 to 30 default 7 How long events are kept, in days.',
      'secret_key required text of 1 to 4096 characters The secret that the provider signs with',
      'limit in the query whole number from 1 to 500 default 100 Entries of a page, at most.',
      'retry.schedule_seconds required list of whole number from 1 to 604800, at most 50 Waits before',
    ])
      expect(html).toContain(words);
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
