/** `npm run rotate-key` and `npm run deploy`, with the gateway as users start it and a wrangler that only takes notes. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, shipstreamEvent } from '../support/client';
import { startGateway } from '../support/gateway';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gapless-scripts-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A program in place of wrangler; its arguments and input go to a file, one JSON text a line. */
async function stub(script: string): Promise<{ path: string; calls: () => Promise<[string[], string][]> }> {
  const path = join(directory, `${crypto.randomUUID()}.mjs`);
  const log = `${path}.log`;
  const lines = [
    "import { appendFileSync, readFileSync } from 'node:fs';",
    'const args = process.argv.slice(2);',
    "const input = readFileSync(0, 'utf8');",
    `appendFileSync(${JSON.stringify(log)}, JSON.stringify([args, input]) + '\\n');`,
    script,
  ];
  await writeFile(path, lines.join('\n'));
  const calls = async () => {
    const text = await readFile(log, 'utf8');
    return text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as [string[], string]);
  };
  return { path, calls };
}

function run(script: string, args: string[], env: Record<string, string>) {
  return new Promise<{ code: number; output: string }>(resolve => {
    const bin = join(import.meta.dirname, '../../bin', script);
    const child = spawn(process.execPath, [bin, ...args], { env: { ...process.env, ...env } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk));
    child.on('exit', code => resolve({ code: code ?? 1, output }));
  });
}

describe('another SECRETS_KEY', () => {
  it('opens everything while the old one is there, and after resealing without it', async () => {
    const old = 'the-old-secrets-key-the-old-secrets-key';
    const first = await startGateway({ SECRETS_KEY: old });
    const client = clientOf(first);
    const { webhook_id: id } = await client.shipstream('http://127.0.0.1:9/');
    await first.kill9();
    const next = 'the-new-secrets-key-the-new-secrets-key';
    await first.restart({ SECRETS_KEY: next, SECRETS_KEY_PREVIOUS: old });
    try {
      expect((await client.sendShipstream(id, shipstreamEvent(1))).status).toBe(200);
      const env = { SECRETS_KEY: next, ADMIN_TOKEN: first.adminToken };
      const rotated = await run('rotate-key.mjs', [first.url, '--resume'], env);
      expect(rotated).toMatchObject({ code: 0, output: expect.stringContaining('of 1 webhooks') });
      await first.kill9();
      await first.restart({ SECRETS_KEY: next, SECRETS_KEY_PREVIOUS: '' });
      expect((await client.sendShipstream(id, shipstreamEvent(2))).status).toBe(200);
    } finally {
      await first.stop();
    }
  });

  it('goes up together with the old one', async () => {
    // A deployment whose key changes when wrangler says so.
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      response.end(JSON.stringify({ count: 3, next: null, key_id: asked < 3 ? 'old' : 'new' }));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { path, calls } = await stub('');
    const env = { WRANGLER: path, SECRETS_KEY: 'current', ADMIN_TOKEN: 't' };
    const rotated = await run('rotate-key.mjs', [`http://127.0.0.1:${port}`], env);
    server.close();
    expect(rotated.code).toBe(0);
    const [[args, input] = [[], '']] = await calls();
    expect(args).toEqual(['secret', 'bulk']);
    expect(JSON.parse(input)).toEqual({
      SECRETS_KEY: expect.stringMatching(/^[\w-]{43}$/),
      SECRETS_KEY_PREVIOUS: 'current',
    });
  });
});

describe('deploying', () => {
  it('makes the secrets that are missing, and waits for the gateway', async () => {
    const server = createServer((_request, response) => response.end('{"status":"ok"}'));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { path, calls } = await stub(
      `if (args[0] === 'secret') console.log('[{"name":"ADMIN_TOKEN","type":"secret_text"}]');
       else console.log('secrets ' + readFileSync(args[args.indexOf('--secrets-file') + 1], 'utf8'));`,
    );
    const env = { WRANGLER: path, PUBLIC_URL: `http://127.0.0.1:${port}` };
    const deployed = await run('deploy.mjs', ['--minify'], env);
    server.close();
    expect(deployed).toMatchObject({ code: 0, output: expect.stringContaining('/in/{webhook_id}') });
    expect(deployed.output).toMatch(/secrets \{"SECRETS_KEY":"[\w-]{43}"\}/);
    expect((await calls()).map(([args]) => args[0])).toEqual(['secret', 'deploy']);
    expect((await calls())[1]?.[0]).toContain('--minify');
  });
});
