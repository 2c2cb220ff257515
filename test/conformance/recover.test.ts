/**
 * `npm run recover`: what it says where there is no recovery, which is everywhere but on Cloudflare's network, and what it asks of
 * a gateway there, of which a server here answers as one would.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { clientOf } from '../support/client';
import { runCommand } from '../support/command';

const NOW = { at: '2026-11-27T06:00:00.000Z', bookmark: 'now' };
const THEN = '2026-11-26T12:00:00Z';

/** A gateway whose webhook 7 can go back. `calls`: what it was asked. */
async function gateway({ state = 'restored' }: { state?: string } = {}) {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://gateway');
    calls.push(`${request.method} ${pathname}${await bodyOf(request)}`);
    const at = searchParams.get('at');
    const lost = { from: 41, to: 43 };
    const answers: Record<string, object> = {
      'GET /v1/webhooks/7/bookmark':
        at === null
          ? { ...NOW, last_sequence: 43, lost: null, settings_go_back: false }
          : { at, bookmark: 'then', last_sequence: 43, lost, settings_go_back: true },
      'GET /v1/webhooks/7/events': {
        events: [41, 43].map(sequence => ({ sequence, body: '{}' })),
        ...{ next: null, cursor: 43 },
      },
      'POST /v1/webhooks/7/restore': {
        ...{ state, undo: { at: NOW.at, bookmark: 'undo' }, lost },
        last_sequence: state === 'restored' ? 43 : null,
      },
    };
    response.end(JSON.stringify(answers[`${request.method} ${pathname}`] ?? {}));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, adminToken: 'token', calls };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? '' : ` ${Buffer.concat(chunks)}`;
}

describe('npm run recover', () => {
  it('says on one machine that there is no recovery, and what to do instead', async () => {
    const shared = inject('gateway');
    const { webhook_id: id } = await clientOf(shared).shipstream(null);
    const ended = await runCommand('recover.mjs', [shared.url, `${id}`], shared);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('501: Not supported here');
    expect(ended.stderr).toContain('copy the folder');
  });

  it('prints a bookmark that can be given back to it', async () => {
    const { url, ...given } = await gateway();
    const ended = await runCommand('recover.mjs', [url, '7'], given);
    expect(ended).toMatchObject({ code: 0, stdout: `--at ${NOW.at} --bookmark now\n` });
  });

  it('only looks without --yes, and says what would be lost', async () => {
    const { url, calls, ...given } = await gateway();
    const ended = await runCommand('recover.mjs', [url, '7', '--at', THEN], given);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('sequences 41 to 43');
    expect(ended.stderr).toContain('secrets included');
    expect(ended.stderr).toContain('Nothing was changed.');
    expect(calls.filter(call => call.startsWith('POST'))).toEqual([]);
  });

  it('writes down what is lost, goes back with --yes, and says how to undo it', async () => {
    const { url, calls, ...given } = await gateway();
    const directory = await mkdtemp(join(tmpdir(), 'gapless-recover-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const file = join(directory, 'lost.jsonl');
    const args = [url, '7', '--at', THEN, '--bookmark=then', '--save', file, '--yes'];
    const ended = await runCommand('recover.mjs', args, given);
    expect(ended).toMatchObject({ code: 0, stdout: `undo: --at ${NOW.at} --bookmark undo\n` });
    expect(ended.stderr).toContain(`to undo it: --at ${NOW.at} --bookmark now`);
    expect((await readFile(file, 'utf8')).split('\n').map(line => line && JSON.parse(line).sequence)).toEqual(
      [41, 43, ''],
    );
    const posted = calls.filter(call => call.startsWith('POST'));
    expect(posted).toEqual([`POST /v1/webhooks/7/restore {"at":"${THEN}","bookmark":"then"}`]);
    // Nothing is lost because a file of that name is there already.
    const again = await runCommand('recover.mjs', args, given);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('EEXIST');
    expect(calls.filter(call => call.startsWith('POST'))).toEqual(posted);
  });

  it('fails where the webhook did not come back, with the way to undo it', async () => {
    const { url, ...given } = await gateway({ state: 'unfinished' });
    const ended = await runCommand('recover.mjs', [url, '7', '--at', THEN, '--yes'], given);
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining('--bookmark undo') });
    expect(ended.stderr).toContain('did not come back in time');
  });
});

describe('commands that ask a gateway', () => {
  it.each(['recover.mjs', 'export.mjs', 'import.mjs'])(
    '%s has help, and sends no token in the clear',
    async script => {
      const id = script === 'recover.mjs' ? ['7'] : [];
      const help = await runCommand(script, ['--help'], { adminToken: '' });
      expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('npm run ') });
      const refused = await runCommand(script, ['http://gateway.example', ...id], { adminToken: 't' });
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('only https') });
      const without = await runCommand(script, ['https://gateway.invalid', ...id], { adminToken: '' });
      expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('is missing') });
    },
  );
});
