/** `gapless listen` against the gateway that the other files use too: nothing lost, and nothing twice that was acknowledged. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
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
/** Until it listens. */
const begun = (listener: Started) =>
  eventually(() => expect(listener.notes()).toContain(`${webhook}: listening`));
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

  it('waits while nobody listens at its target, and acknowledges nothing', async () => {
    await send(1);
    await local.down();
    await listening(['--since', '1', '--json'], async listener => {
      await eventually(() => expect(listener.lines().length).toBeGreaterThan(1));
      const shown = listener.lines().map(line => JSON.parse(line));
      expect(shown[1]).toMatchObject({ sequence: 1, status: null, error: 'ECONNREFUSED', attempt: 2 });
      await send(2);
    });
    await local.up();
    await listening([], () => arrive(1, 2));
  });

  it('waits for a server that fails, in order, under the same id', async () => {
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

  it('loses nothing while it is suspended, and catches up in order', async () => {
    await listening([], async listener => {
      await begun(listener);
      await send(1);
      await arrive(1);
      listener.signal('SIGSTOP');
      // More than a stream sends ahead.
      const blank = ' '.repeat(16_000);
      for (let id = 2; id <= 61; id++)
        await client.sendShipstream(Number(webhook), `${shipstreamEvent(id)}${blank}`);
      expect(got()).toEqual([1]);
      listener.signal('SIGCONT');
      await eventually(() => expect(got().length).toBeGreaterThanOrEqual(61), 40_000);
    });
    expect(got()).toEqual(Array.from({ length: 61 }, (_, i) => i + 1));
  });

  it('comes again when its connection is cut, and when it falls silent', async () => {
    const proxy = await proxyTo(Number(new URL(gateway.url).port));
    try {
      await send(1);
      await listening(['--since', '1', '--url', proxy.url], async () => {
        await arrive(1);
        proxy.cut();
        await send(2, 3);
        await arrive(1, 2, 3);
        proxy.freeze();
        await send(4);
        await eventually(() => expect(got()).toEqual([1, 2, 3, 4]), 40_000);
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

  it('does not begin anew by itself where its place is damaged', async () => {
    const folder = join(cli.home, 'listen');
    const before = new Set(await readdir(folder));
    await listening([], begun);
    const own = (await readdir(folder)).find(name => !before.has(name)) ?? '';
    await writeFile(join(folder, own), '{"id":"lsn_');
    const ran = await cli.run(args());
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('Remove it') });
  });

  it('does not begin where more waits than it may, and says how many', async () => {
    await send(1, 2, 3);
    const ran = await cli.run(args('--since', '1', '--max-backlog', '2'));
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('3 events wait') });
    expect(got()).toEqual([]);
  });
});

describe('where it begins', () => {
  it('is now the first time, and then where it was; --since says another place', async () => {
    await send(1, 2);
    await listening([], async listener => {
      await begun(listener);
      await send(3);
      await arrive(3);
    });
    await send(4);
    await listening(['--since', 'last-ack'], () => eventually(() => expect(got()).toContain(4)));
    expect(got()).not.toContain(1);
    local.received.length = 0;
    await listening(['--since', '2h'], () => arrive(1, 2, 3, 4));
    local.received.length = 0;
    await listening(['--since', '3'], () => arrive(3, 4));
  });

  it('is its own for each of several webhooks', async () => {
    const other = String((await client.shipstream(null, {})).webhook_id);
    await send(1, 2);
    await client.sendShipstream(Number(other), shipstreamEvent(1));
    const both = ['listen', webhook, other, '--to', local.url, '--path', `${other}=/other?a=1`];
    const come = (count: number) => eventually(() => expect(local.received).toHaveLength(count));
    let listener = cli.start([...both, '--since', '2h']);
    await come(3);
    await listener.stop();
    const seen = local.received.map(({ url, headers }) => `${url} ${headers['ce-source']}`);
    expect(new Set(seen)).toEqual(new Set([`/ /webhooks/${webhook}`, `/other?a=1 /webhooks/${other}`]));
    await client.sendShipstream(Number(other), shipstreamEvent(2));
    await send(3);
    listener = cli.start([...both, '--since', 'last-ack']);
    // What was not written down yet when it was killed may come again.
    await eventually(() => expect(got().filter(sequence => sequence === 3)).toHaveLength(1));
    await eventually(() => expect(got().filter(sequence => sequence === 2).length).toBeGreaterThan(1));
    await listener.stop();
  });
});

describe('what is replayed', () => {
  const replay = (body: object) => client.call('POST', `/v1/webhooks/${webhook}/replays`, body);
  const marked = () =>
    local.received.map(({ headers }) => [headers['ce-sequence'], headers['gapless-replay']]);

  it('arrives, too, marked and under its id, or a new one', async () => {
    await send(1, 2);
    await listening(['--since', '1', '--json'], async listener => {
      await told(listener, 2);
      expect(await cli.run(['replay', webhook, '2'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('whoever listens'),
      });
      await told(listener, 3);
      expect(JSON.parse(listener.lines()[2] ?? '')).toMatchObject({ sequence: 2, status: 200, attempt: 1 });
      await client.call('POST', `/v1/webhooks/${webhook}/events/1/replay`, { new_id: true });
      await told(listener, 4);
    });
    expect(await cli.run(['replay', webhook, '9'])).toMatchObject({ code: 1 });
    const [first, second, again, anew] = local.received.map(({ headers }) => headers['webhook-id']);
    expect(again).toBe(second);
    expect(anew).toMatch(new RegExp(`^${first}_r\\d+$`));
    expect(marked().slice(2)).toEqual([
      ['2', '1'],
      ['1', '1'],
    ]);
  });

  it('is neither lost nor brought twice when it was not acknowledged', async () => {
    await send(1, 2);
    await listening(['--since', '1'], () => arrive(1, 2));
    local.behave(({ headers }) => ({ status: headers['gapless-replay'] === '1' ? 500 : 200 }));
    await listening([], async () => {
      await replay({ all: true });
      await eventually(() => expect(marked()).toContainEqual(['1', '1']));
    });
    local.behave(() => ({ status: 200 }));
    local.received.length = 0;
    await replay({ from_sequence: 1, to_sequence: 1 });
    await listening([], () => eventually(() => expect(local.received.length).toBeGreaterThanOrEqual(3)));
    expect(marked().slice(-3)).toEqual([
      ['1', '1'],
      ['2', '1'],
      ['1', '1'],
    ]);
  });
});

describe('the interactive view', () => {
  it('shows events on a terminal, and does what its keys say', async () => {
    await send(1, 2);
    // Opens nothing, and says what it was asked for.
    const fake = join(cli.home, 'xdg-open');
    await writeFile(fake, '#!/bin/sh\necho "$1" > opened.txt\n', { mode: 0o755 });
    const path = { PATH: `${cli.home}:${process.env.PATH ?? ''}` };
    const terminal = cli.terminal(args('--since', '1'), path);
    const shows = (text: string | RegExp) => eventually(() => expect(terminal.drawn()).toMatch(text));
    try {
      await shows(/> .* 2 {2}200 .*order:created/);
      terminal.press('k');
      await shows(/> .* 1 {2}200 .*order:created/);
      terminal.press('i');
      await shows('webhook-signature: v1,');
      await shows('"unique_id": "100000001"');
      terminal.press('d');
      await shows(/200 after \d+ ms/);
      terminal.press('\u001b');
      terminal.press('r');
      await eventually(() => expect(got().slice(2)).toEqual([1]));
      await shows(/> .* 1 {2}200 .*order:created {2}2 attempts/);
      terminal.press('o');
      await eventually(async () => {
        const opened = await readFile(join(cli.home, 'opened.txt'), 'utf8');
        expect(opened.trim()).toBe(`${gateway.url}/webhooks/${webhook}/events/1`);
      });
      terminal.press('q');
      expect(await terminal.ended).toBe(0);
    } finally {
      terminal.stop();
    }
  });

  it('needs a terminal', async () => {
    const ran = await cli.run(args('--output', 'interactive'));
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('needs a terminal') });
  });
});

/** A connection between the two that can be cut, or fall silent. */
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
    /** Those that are connected hear nothing from now on, and are not told. */
    freeze() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    async close() {
      cut();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
