/** The description of the API can be trusted: by linters, by requests made up from it, by a client generated from it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import * as fc from 'fast-check';
import createClient from 'openapi-fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { paths } from '../../cli/src/gateway/openapi.gen';
import { type Client, clientOf, SEED_SECRET, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { fuzzed, fuzzTimeout } from '../support/fuzz';
import { type Gateway, startGateway } from '../support/gateway';
import {
  type Document,
  type Hints,
  judgeOf,
  type Operation,
  operationsOf,
  valuesOf,
} from '../support/openapi';
import { type Receiver, startReceiver } from '../support/receiver';

const run = promisify(execFile);

let gateway: Gateway;
let client: Client;
let text: string;
let document: Document;

beforeAll(async () => {
  gateway = await startGateway();
  client = clientOf(gateway);
  const answer = await client.call('GET', '/openapi.json');
  text = answer.text;
  document = JSON.parse(text) as Document;
});
afterAll(() => gateway.stop());

describe('the description', () => {
  it('passes a linter', async () => {
    // Health, description and reference are there for everyone: nothing about a request to them can be wrong.
    const rules = { 'operation-4xx-response': 'off' } as const;
    const config = await createConfig({ extends: ['recommended'], rules });
    const problems = await lintFromString({ source: text, absoluteRef: 'openapi.json', config });
    // A gateway is wherever its operator deploys it, so its address is relative.
    const elsewhere = problems.filter(({ ruleId }) => ruleId !== 'no-server-example.com');
    // A WebSocket is answered with 101.
    const isStream = (pointer: string | undefined) => pointer?.includes('stream') === true;
    const told = elsewhere.filter(
      ({ ruleId, location }) => ruleId !== 'operation-2xx-response' || !isStream(location[0]?.pointer),
    );
    expect(told.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  });

  it('is what the client in the tests is generated from', async () => {
    // In a process of its own: the generator replaces the connections that this one's requests share.
    const generator = join(import.meta.dirname, '../../bin/generate-client.mjs');
    const { stdout: generated } = await run(process.execPath, [generator, gateway.url, '--print']);
    const kept = await readFile(join(import.meta.dirname, '../../cli/src/gateway/openapi.gen.ts'), 'utf8');
    expect(kept === generated, 'run node bin/generate-client.mjs against a running gateway').toBe(true);
  });
});

describe('requests made up from it', () => {
  /** Ids that exist, and some that do not. */
  async function hints(): Promise<Hints> {
    const webhook = await client.shipstream(null, { destinations: [{ url: 'http://127.0.0.1:9/' }] });
    await client.sendShipstream(webhook.webhook_id, shipstreamEvent(1));
    await client.sendShipstream(webhook.webhook_id, shipstreamEvent(5));
    return {
      webhook_id: fc.oneof(fc.constant(webhook.webhook_id), fc.nat()),
      destination_id: fc.oneof(fc.constant(webhook.destinations[0]?.destination_id), fc.string()),
      sequence: fc.integer({ min: 1, max: 4 }),
      token_id: fc.string({ maxLength: 12 }),
      wait: fc.integer({ min: 0, max: 1 }),
      provider: fc.constantFrom('shipstream', 'apideck', 'ecwid', 'other'),
      secret_key: fc.oneof(fc.constant(undefined), fc.constant(SEED_SECRET)),
      url: fc.constantFrom('http://127.0.0.1:9/', 'https://app.example.com/hooks', 'ftp://x', ''),
      topics: fc.oneof(fc.constantFrom('*', 'order:*', ['order:created']), fc.string()),
      confirm: fc.constant(null),
      body: fc.oneof(fc.constant(shipstreamEvent(3)), fc.string()),
    };
  }

  it('get described answers, and none is a mistake of the gateway', {
    timeout: fuzzTimeout(300),
  }, async () => {
    const judge = judgeOf(document);
    const known = await hints();
    for (const operation of operationsOf(document)) {
      await fc.assert(
        fc.asyncProperty(requests(operation, known), async request => {
          const answer = await fetch(gateway.url + request.path, {
            method: operation.method,
            headers: { authorization: `Bearer ${gateway.adminToken}`, ...request.headers },
            body: request.body ?? null,
          });
          const said = await answer.text();
          const about = `${operation.operationId} ${JSON.stringify(request)}: ${answer.status} ${said}`;
          // 501: what only Cloudflare's network has.
          if (answer.status !== 501) expect(answer.status, about).toBeLessThan(500);
          expect([...operation.answers.keys()], about).toContain(answer.status);
          const forms = operation.answers.get(answer.status) ?? [];
          if (forms.length === 0) {
            expect(said, about).toBe('');
            return;
          }
          const type = answer.headers.get('content-type') ?? '';
          const described = forms.find(form => type.includes(form.type));
          expect(described, `${type}: ${about}`).toBeDefined();
          if (described === undefined) return;
          for (const value of valuesIn(said, described.type)) {
            expect(judge(described.schema, value), about).toBe(null);
          }
        }),
        fuzzed(12),
      );
    }
  });

  /** What an answer of this type has: one value, or one a line. */
  function valuesIn(said: string, type: string): unknown[] {
    if (!type.endsWith('json')) return [said];
    if (!type.endsWith('ndjson')) return [JSON.parse(said)];
    const lines = said.split('\n').filter(line => line !== '');
    return lines.map(line => JSON.parse(line));
  }

  type Made = { path: string; headers: Record<string, string>; body?: string };

  function requests({ path, parameters, body }: Operation, known: Hints): fc.Arbitrary<Made> {
    const values = parameters.map(({ name, schema, required }) => {
      const value = known[name] ?? valuesOf(schema, document, known);
      return required ? value : fc.option(value, { nil: undefined });
    });
    const bodies =
      body === null
        ? fc.constant(undefined)
        : fc.oneof(
            {
              weight: 8,
              arbitrary: valuesOf(body.schema, document, known).map(value => JSON.stringify(value)),
            },
            { weight: 1, arbitrary: fc.constant(JSON.stringify(body.example ?? {})) },
            { weight: 1, arbitrary: fc.string() },
          );
    return fc.tuple(fc.tuple(...values), bodies).map(([given, bodyText]) => {
      let address = path;
      const query = new URLSearchParams();
      const headers: Record<string, string> = {};
      for (const [index, { name, in: place }] of parameters.entries()) {
        const value = given[index];
        if (value === undefined) continue;
        const plain = String(value);
        if (place === 'path') address = address.replace(`{${name}}`, encodeURIComponent(plain) || '0');
        else if (place === 'query') query.append(name, plain);
        // What cannot be in a header cannot be sent.
        else if (/^[!-~]+$/.test(plain)) headers[name] = plain;
      }
      // A dot segment would be another address.
      if (/\/\.{1,2}(\/|$)/.test(address)) address = address.replaceAll('/.', '/0');
      const search = query.size > 0 ? `?${query}` : '';
      return { path: address + search, headers, ...(bodyText === undefined ? {} : { body: bodyText }) };
    });
  }
});

describe('a client generated from it', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.close());

  it('creates, reads, replays and deletes', async () => {
    const api = createClient<paths>({
      baseUrl: gateway.url,
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    });
    const created = await api.POST('/v1/webhooks', {
      body: {
        provider: 'shipstream',
        secret_key: SEED_SECRET,
        name: 'generated',
        destinations: [{ url: receiver.url }],
      },
      params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
    });
    if (created.data === undefined) throw new Error(JSON.stringify(created.error));
    const { webhook_id } = created.data;
    expect(created.data.destinations[0]?.secret_key).toMatch(/^whsec_/);
    const one = { params: { path: { webhook_id } } };

    const read = await api.GET('/v1/webhooks/{webhook_id}', one);
    expect(read.data?.name).toBe('generated');
    await client.sendShipstream(webhook_id, shipstreamEvent(1));
    await eventually(async () => expect(receiver.received).toHaveLength(1));
    const events = await api.GET('/v1/webhooks/{webhook_id}/events', {
      params: { path: { webhook_id }, query: { include: 'body', wait: 1 } },
    });
    expect(events.data?.events[0]?.body).toBe(shipstreamEvent(1));

    const replayed = await api.POST('/v1/webhooks/{webhook_id}/replays', { ...one, body: { all: true } });
    expect(replayed.data?.count).toBe(1);
    await eventually(async () => expect(receiver.received).toHaveLength(2));

    const refused = await api.PATCH('/v1/webhooks/{webhook_id}', { ...one, body: { retention_days: 1 } });
    expect(refused.error?.errors?.[0]?.path).toBe('/retention_days');
    expect((await api.DELETE('/v1/webhooks/{webhook_id}', one)).response.status).toBe(204);
    expect((await api.GET('/v1/webhooks/{webhook_id}', one)).response.status).toBe(404);
  });
});
