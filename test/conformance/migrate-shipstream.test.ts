/** The steps of docs/migrate-shipstream.md, as they stand there, with a ShipStream that sends and a receiver that knows only it. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { SEED_SECRET, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { type Receiver, startReceiver } from '../support/receiver';
import type { SharedGateway } from '../support/shared-gateway';
import { shipstreamHeaders } from '../support/signing';

type Subscription = { webhook_id: number; url: string; secret_key: string; sent: number };

/** As much of ShipStream as the page needs: webhooks by JSON-RPC, and events numbered per webhook. */
class ShipStream {
  subscriptions: Subscription[] = [];
  url = '';
  #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const { id, params } = JSON.parse(text) as { id: number; params: [string, string, [unknown]] };
      const [session, method, [given]] = params;
      if (session === 'session' && method === 'webhook.create') this.subscribe(given as Subscription);
      if (session === 'session' && method === 'webhook.delete') {
        this.subscriptions = this.subscriptions.filter(({ webhook_id }) => webhook_id !== given);
      }
      response.end(JSON.stringify({ jsonrpc: 2, id, error: null, result: true }));
    });
  }

  async start(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${port}/api/jsonrpc`;
  }

  close(): void {
    this.#server.close();
  }

  subscribe({ url, secret_key }: Pick<Subscription, 'url' | 'secret_key'>): number {
    const webhook_id = 100 + this.subscriptions.length;
    this.subscriptions.push({ webhook_id, url, secret_key, sent: 0 });
    return webhook_id;
  }

  async emit(uniqueId: string): Promise<void> {
    for (const subscription of this.subscriptions) {
      const body = shipstreamEvent(++subscription.sent, { unique_id: uniqueId });
      const headers = shipstreamHeaders(subscription.secret_key, body);
      const { status } = await fetch(subscription.url, { method: 'POST', headers, body });
      expect(status).toBe(200);
    }
  }
}

let gateway: SharedGateway;
let receiver: Receiver;
const shipstream = new ShipStream();

beforeAll(async () => {
  gateway = inject('gateway');
  receiver = await startReceiver();
  await shipstream.start();
});
afterAll(async () => {
  shipstream.close();
  await receiver.close();
});

/** The commands of the page, in one shell; `between` runs after each of them. */
async function follow(env: Record<string, string>, between: (step: number, output: string) => Promise<void>) {
  const page = await readFile(join(import.meta.dirname, '../../docs/migrate-shipstream.md'), 'utf8');
  const steps = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, commands = '']) => commands);
  const shell = spawn('bash', ['-e'], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  shell.stdout.on('data', chunk => {
    output += chunk;
  });
  for (const [index, commands] of steps.entries()) {
    output = '';
    shell.stdin.write(`${commands}\necho "-- ${index + 1}"\n`);
    await eventually(async () => expect(output).toContain(`-- ${index + 1}\n`));
    await between(index + 1, output);
  }
  shell.stdin.end();
  return steps.length;
}

/** How often the receiver got the order, each checked with ShipStream's own signature. */
function timesReceived(uniqueId: string): number {
  for (const { headers, body } of receiver.received) {
    const expected = shipstreamHeaders(SEED_SECRET, body)['x-plugin-hmac-sha256'];
    expect(headers['x-plugin-hmac-sha256']).toBe(expected);
  }
  return receiver.received.filter(({ body }) => body.toString().includes(`"${uniqueId}"`)).length;
}

describe('moving a ShipStream webhook behind the gateway', () => {
  it('loses nothing, doubles what comes in between, and leaves the receiver as it is', async () => {
    const oldId = shipstream.subscribe({ url: receiver.url, secret_key: SEED_SECRET });
    await shipstream.emit('before');
    const arrives = (uniqueId: string, times: number) =>
      eventually(async () => expect(timesReceived(uniqueId)).toBe(times));

    const env = {
      ...{ GATEWAY: gateway.url, ADMIN_TOKEN: gateway.adminToken, SHIPSTREAM: shipstream.url },
      ...{ SESSION: 'session', OLD_ID: String(oldId), URL: receiver.url, SECRET: SEED_SECRET },
      ...{ TOPICS: 'order:*', TEST_TOPIC: 'order:created' },
    };
    const steps = await follow(env, async (step, output) => {
      switch (step) {
        case 2:
          expect(output).toContain('"status":"accepted"');
          await eventually(async () =>
            expect(receiver.received.some(({ body }) => body.toString().includes('sample-'))).toBe(true),
          );
          break;
        case 3:
          expect(shipstream.subscriptions).toHaveLength(2);
          await shipstream.emit('meanwhile');
          await arrives('meanwhile', 2);
          break;
        case 4:
          expect(output).toContain('"last_sequence":2');
          expect(output).toContain('"rejected":{}');
          break;
        case 5:
          expect(shipstream.subscriptions).toHaveLength(1);
          await shipstream.emit('after');
          await arrives('after', 1);
          break;
        case 6:
          expect(output).toContain('"highest_increment_id":2');
          expect(output).toContain('"gaps":[]');
      }
    });
    expect(steps).toBe(6);
    expect(timesReceived('before')).toBe(1);
  });
});
