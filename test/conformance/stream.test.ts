/** Listening to a webhook with the WebSocket client of Node, as a page or a command line does. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliOf } from '../support/cli';
import { type Client, clientOf, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { type Gateway, startGateway } from '../support/gateway';
import { type Document, judgeOf } from '../support/openapi';
import { type Receiver, startReceiver } from '../support/receiver';

let gateway: Gateway;
let client: Client;
let receiver: Receiver;

beforeAll(async () => {
  [gateway, receiver] = await Promise.all([startGateway(), startReceiver()]);
  client = clientOf(gateway);
});
afterAll(async () => {
  await Promise.all([gateway.stop(), receiver.close()]);
});

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

type Message = { type: string; cursor: string; event?: { sequence: number; body: string } };

/** A listener as a program writes one: keeps the last cursor, sends marks back, comes again when it is cut off. */
class Listener {
  readonly messages: Message[] = [];
  readonly closes: { code: number; reason: string }[] = [];
  cursor = '0';
  protocol = '';
  #path: string;
  #token: string;
  #socket: WebSocket | null = null;
  #isOver = false;

  constructor(webhookId: number, token: string) {
    this.#path = `/v1/webhooks/${webhookId}/stream`;
    this.#token = token;
    this.#connect();
  }

  #connect(): void {
    const address = `${gateway.url.replace('http', 'ws')}${this.#path}?after=${this.cursor}&include=body&replays=true`;
    const socket = new WebSocket(address, ['gapless.v1', `bearer.${this.#token}`]);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.protocol = socket.protocol ?? '';
    });
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as Message;
      this.messages.push(message);
      this.cursor = message.cursor;
      if (message.type === 'mark') socket.send(String(data));
    });
    socket.addEventListener('close', ({ code, reason }) => {
      this.closes.push({ code, reason });
      if (!this.#isOver && reason === '') setTimeout(() => this.#connect(), 100);
    });
  }

  get events() {
    return this.messages.flatMap(({ event }) => event ?? []);
  }

  cut(): void {
    this.#socket?.close();
  }

  stop(): void {
    this.#isOver = true;
    this.cut();
  }
}

describe('a listener', () => {
  it('has every event once and in order, while it is cut off and the gateway is killed, and none that is not stored; so has gapless listen', async () => {
    const made = await client.shipstream(`${receiver.url}/listened`, { sequence: { grace_seconds: 0 } });
    const { webhook_id: id } = made;
    const { json } = await client.call('POST', '/v1/tokens', { name: 'listener', webhook_id: id });
    const listener = new Listener(id, String(json.token));
    const [cli, local] = await Promise.all([cliOf(gateway), startReceiver()]);
    const listen = () => cli.start(['listen', `${id}`, '--to', local.url]);
    const forwarded = () => local.received.map(({ headers }) => Number(headers['ce-sequence']));
    let command = listen();
    await eventually(() => expect(command.notes()).toContain(`${id}: listening`));
    const send = async (number: number) =>
      (await client.sendShipstream(id, shipstreamEvent(number)).catch(() => null))?.status;
    const total = 300;
    const atOnce = range(200, 230);
    try {
      for (const number of range(1, total)) {
        if (number % 90 === 0) listener.cut();
        if (number === 150) {
          await command.stop();
          command = listen();
        }
        if (number === 200) {
          const answers = atOnce.map(send);
          await eventually(async () => expect(listener.events.length).toBeGreaterThanOrEqual(200));
          await gateway.kill9();
          await Promise.all(answers);
          await gateway.restart();
          // What was heard before is there after.
          const { cursor } = await client.get<{ cursor: string }>(`/v1/webhooks/${id}/events?after=199`);
          expect(listener.events.length).toBeLessThanOrEqual(Number(cursor));
        }
        expect(await send(number)).toBe(200);
      }
      await eventually(async () => expect(listener.events).toHaveLength(total));
      expect(listener.events.map(({ sequence }) => sequence)).toEqual(range(1, total));
      expect(listener.events.map(({ body }) => body).sort()).toEqual(
        range(1, total)
          .map(number => shipstreamEvent(number))
          .sort(),
      );
      expect(listener.protocol).toBe('gapless.v1');
      await eventually(() => expect(forwarded()).toContain(total));
      // What it was killed with, before it had written down that it was taken, came again under its id.
      const twice = forwarded().filter((sequence, i, all) => all[i - 1] === sequence);
      expect(twice.length).toBeLessThanOrEqual(1);
      expect(forwarded().filter((sequence, i, all) => all[i - 1] !== sequence)).toEqual(range(1, total));
      expect(new Set(local.received.map(({ headers }) => headers['webhook-id'])).size).toBe(total);
    } finally {
      listener.stop();
      await command.stop();
      await Promise.all([cli.close(), local.close()]);
    }
    await client.call('DELETE', `/v1/webhooks/${id}`);
  });

  it('gets messages as they are described, and the reason of the end', async () => {
    const made = await client.shipstream(`${receiver.url}/described`, { sequence: { grace_seconds: 0 } });
    const { webhook_id: id } = made;
    for (const number of range(1, 300)) await client.sendShipstream(id, shipstreamEvent(number));
    const listener = new Listener(id, gateway.adminToken);
    try {
      await client.sendShipstream(id, shipstreamEvent(305));
      await client.call('POST', `/v1/webhooks/${id}/replays`, { from_sequence: 300 });
      await eventually(async () => {
        const types = new Set(listener.messages.map(({ type }) => type));
        expect([...types].sort()).toEqual(['delivery', 'event', 'gaps', 'mark', 'ready', 'replay']);
      }, 20_000);
      await client.call('DELETE', `/v1/webhooks/${id}`);
      await eventually(async () =>
        expect(listener.closes).toEqual([{ code: 4004, reason: 'webhook_deleted' }]),
      );
      const judge = judgeOf(await client.get<Document>('/openapi.json'));
      for (const message of listener.messages) expect(judge('StreamMessage', message)).toBe(null);
    } finally {
      listener.stop();
    }
  });

  it('is the program in the documentation', async () => {
    const { webhook_id: id } = await client.shipstream(null);
    const page = await readFile(join(import.meta.dirname, '../../docs/api.md'), 'utf8');
    const program = page.split('## Listening')[1]?.match(/```js\n([\s\S]*?)```/)?.[1] ?? '';
    const env = { GATEWAY: gateway.url.replace('http', 'ws'), WEBHOOK: `${id}`, TOKEN: gateway.adminToken };
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      env: { ...process.env, ...env },
    });
    try {
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
      });
      await eventually(async () => expect(printed).toContain('"type":"ready"'));
      await client.sendShipstream(id, shipstreamEvent(1));
      await eventually(async () => expect(printed).toMatch(/^\{"type":"event","cursor":"1\.0"/m));
      await client.call('DELETE', `/v1/webhooks/${id}`);
      await eventually(async () => expect(child.exitCode).toBe(0));
    } finally {
      child.kill();
    }
  });

  it('is refused with the reason, where it may not listen', async () => {
    const { webhook_id: id } = await client.shipstream(null);
    const path = `/v1/webhooks/${id}/stream`;
    expect(await client.call('GET', path)).toMatchObject({
      status: 426,
      json: { title: 'Upgrade required' },
    });
    expect((await client.call('GET', `${path}?after=later`)).status).toBe(426);
    expect((await client.call('GET', path, undefined, 'wrong')).status).toBe(401);
    const listener = new Listener(id, encodeURIComponent(gateway.adminToken));
    await eventually(async () =>
      expect(listener.messages).toMatchObject([{ type: 'ready', cursor: '0.0~0.0' }]),
    );
    listener.stop();
  });
});
