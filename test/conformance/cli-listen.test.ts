/** `gapless listen` against the gateway that the other files use too: nothing lost, and nothing twice that was acknowledged. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Cli, cliOf, type Started } from '../support/cli';
import { clientOf, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { type Receiver, startReceiver } from '../support/receiver';

const gateway = inject('gateway');
const client = clientOf(gateway);
let cli: Cli;
let local: Receiver;
let webhook: string;

beforeAll(async () => {
  cli = await cliOf(gateway);
});
afterAll(() => cli.close());
beforeEach(async () => {
  local = await startReceiver();
  webhook = String((await client.shipstream(null, {})).webhook_id);
  return () => local.close();
});

const send = async (...ids: number[]) => {
  for (const id of ids) await client.sendShipstream(Number(webhook), shipstreamEvent(id));
};
const got = () => local.received.map(({ headers }) => Number(headers['ce-sequence']));
const args = (...more: string[]) => ['listen', webhook, '--to', `${local.url}/hook`, ...more];

/** Runs `work` while a listener runs. */
async function listening(more: string[], work: (listener: Started) => Promise<void>): Promise<void> {
  const listener = cli.start(args(...more));
  try {
    await work(listener);
  } finally {
    await listener.stop();
  }
}

/** The listener is killed as soon as it may have written down the last event. */
const arrive = (...sequences: number[]) => eventually(() => expect(got()).toEqual(sequences));
const told = (listener: Started, lines: number) =>
  eventually(() => expect(listener.lines()).toHaveLength(lines));

describe('listen', () => {
  it('forwards bytes as they came, signed, and goes on where it was after SIGKILL', async () => {
    await send(1, 2);
    const env = { GAPLESS_SECRET: '' };
    await listening(['--since', '1', '--json'], async listener => {
      await told(listener, 2);
      expect(JSON.parse(listener.lines()[1] ?? '')).toMatchObject({ sequence: 2, status: 200, attempt: 1 });
    });
    expect(local.received[0]).toMatchObject({ method: 'POST', url: '/hook' });
    expect(local.received[0]?.body.toString()).toBe(shipstreamEvent(1));
    const raw = Object.entries(local.received[0]?.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
    const request = ['POST /hook HTTP/1.1', ...raw, '', shipstreamEvent(1)].join('\r\n');
    const folder = join(cli.home, 'listen');
    for (const name of await readdir(folder)) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
      const { secret } = JSON.parse(await readFile(join(folder, name), 'utf8'));
      const verify = ['verify', '--provider', 'standard-webhooks', '--secret', secret];
      expect(await cli.run(verify, { input: request, env })).toMatchObject({ code: 0 });
    }
    await send(3);
    // What was on its way when it was killed may come again; what is before that does not.
    await listening([], () => eventually(() => expect(got()).toContain(3)));
    expect(got().filter(sequence => sequence === 1)).toEqual([1]);
  });

  it('waits for a server that is down, in order, under the same id', async () => {
    local.behave((_, index) => ({ status: index < 2 ? 500 : 200 }));
    await send(1, 2);
    await listening(['--since', '1'], () => arrive(1, 1, 1, 2));
    expect(new Set(local.received.slice(0, 3).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(local.received[2]?.headers['gapless-attempt']).toBe('3');
  });

  it('acknowledges nothing that was refused, also over SIGKILL, unless told to', async () => {
    local.behave(() => ({ status: 500 }));
    await send(1, 2);
    await listening(['--since', '1'], () => eventually(() => expect(got()).toContain(1)));
    const before = got();
    expect(before).not.toContain(2);
    await listening(['--skip-failed'], () => eventually(() => expect(got()).toContain(2)));
    expect(got().slice(before.length)).toEqual([1, 2]);
    expect(local.received.at(-2)?.headers['webhook-id']).toBe(local.received[0]?.headers['webhook-id']);
  });

  it('loses nothing while it is suspended', async () => {
    await send(1);
    await listening(['--since', '1'], async listener => {
      await arrive(1);
      listener.signal('SIGSTOP');
      await send(2, 3, 4, 5);
      expect(got()).toEqual([1]);
      listener.signal('SIGCONT');
      await arrive(1, 2, 3, 4, 5);
    });
  });

  it('comes again when its connection is cut', async () => {
    const proxy = await proxyTo(Number(new URL(gateway.url).port));
    try {
      await send(1);
      await listening(['--since', '1', '--url', proxy.url], async () => {
        await arrive(1);
        proxy.cut();
        await send(2, 3);
        await arrive(1, 2, 3);
      });
    } finally {
      await proxy.close();
    }
  });

  it('is not disturbed by another one, and forwards what the filters want', async () => {
    await send(1, 2);
    const other = await startReceiver();
    const second = ['listen', webhook, '--to', other.url, '--since', '1', '--path', `${webhook}=/two`];
    const two = cli.start([...second, '--filter-body', '_id":2}']);
    try {
      await listening(['--since', '1'], () => arrive(1, 2));
      await eventually(() => expect(other.received.map(({ url }) => url)).toEqual(['/two']));
      expect(other.received[0]?.headers['ce-sequence']).toBe('2');
    } finally {
      await two.stop();
      await other.close();
    }
  });

  it('does not begin where more waits than it may, and says how many', async () => {
    await send(1, 2, 3);
    const ran = await cli.run(args('--since', '1', '--max-backlog', '2'));
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('3 events wait') });
    expect(got()).toEqual([]);
  });
});

/** A connection between the two that can be cut. */
async function proxyTo(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    async close() {
      cut();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
