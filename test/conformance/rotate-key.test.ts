/** `npm run rotate-key` and `npm run deploy`, with the gateway as users start it and a wrangler that only takes notes. */
import { spawn } from 'node:child_process';
import { hkdfSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
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
    "import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';",
    'const args = process.argv.slice(2);',
    "const input = readFileSync(0, 'utf8');",
    `appendFileSync(${JSON.stringify(log)}, JSON.stringify([args, input]) + '\\n');`,
    script,
  ];
  await writeFile(path, lines.join('\n'));
  const calls = async () => {
    const text = await readFile(log, 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as [string[], string]);
  };
  return { path, calls };
}

/** Runs a script as on a machine of one's own, also where these tests run in CI. */
function run(script: string, args: string[], env: Record<string, string>) {
  return new Promise<{ code: number; output: string }>(resolve => {
    const bin = join(import.meta.dirname, '../../bin', script);
    const machine = { ...process.env, CI: '', WORKERS_CI: '', CLOUDFLARE_ENV: '' };
    const child = spawn(process.execPath, [bin, ...args], { env: { ...machine, ...env } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk));
    child.on('close', code => resolve({ code: code ?? 1, output }));
  });
}

/** The commands that run on this machine with one of these texts in them: anybody on it can list them. */
async function commandsWith(...secrets: string[]): Promise<string[]> {
  const entries = await readdir('/proc').catch(() => []);
  const commands = entries
    .filter(name => /^\d+$/.test(name))
    .map(id => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => ''));
  return (await Promise.all(commands)).filter(command => secrets.some(secret => command.includes(secret)));
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
      expect(await commandsWith(old, next, first.adminToken)).toEqual([]);
      expect((await client.sendShipstream(id, shipstreamEvent(1))).status).toBe(200);
      const env = { SECRETS_KEY: next, ADMIN_TOKEN: first.adminToken };
      const rotated = await run('rotate-key.mjs', [first.url, '--resume'], env);
      expect(rotated).toMatchObject({ code: 0, output: expect.stringContaining('of 1 webhooks') });
      expect(rotated.output).toContain('Pass 2: 1 webhooks, 0 sealed anew, 0 not.');
      await first.kill9();
      await first.restart({ SECRETS_KEY: next, SECRETS_KEY_PREVIOUS: '' });
      expect((await client.sendShipstream(id, shipstreamEvent(2))).status).toBe(200);
    } finally {
      await first.stop();
    }
  });

  it('goes up together with the old one', async () => {
    const { server, url } = await deployment(asked => ({ key_id: keyIdOf(asked < 3 ? 'current' : 'other') }));
    const { path, calls } = await stub("if (args[1] === 'list') console.log('[]');");
    const env = { WRANGLER: path, SECRETS_KEY: 'current', ADMIN_TOKEN: 't' };
    const rotating = run('rotate-key.mjs', [url, '--env', 'prod', '--name=gw'], env);
    // It waits for the very key it made, which only its upload tells.
    const key = await eventually(async () => JSON.parse((await calls())[1]?.[1] ?? '').SECRETS_KEY as string);
    answerWith(server, () => ({ key_id: keyIdOf(key) }));
    expect((await rotating).code).toBe(0);
    const [listing, upload] = await calls();
    expect(listing?.[0]).toEqual(['secret', 'list', '--format', 'json', '--env', 'prod', '--name=gw']);
    expect(upload?.[0]).toEqual(['secret', 'bulk', '--env', 'prod', '--name=gw']);
    expect(JSON.parse(upload?.[1] ?? '')).toEqual({
      SECRETS_KEY: expect.stringMatching(/^[\w-]{43}$/),
      SECRETS_KEY_PREVIOUS: 'current',
    });
    server.close();
  });

  it.each([
    ['is not the one in use', 'stale', '[]', 'SECRETS_KEY is not the key in use'],
    [
      'would be the third',
      'current',
      '[{"name":"SECRETS_KEY_PREVIOUS"}]',
      'an earlier rotation may be unfinished',
    ],
  ])('does not go up where the given one %s', async (_case, given, secrets, message) => {
    const { server, url } = await deployment(() => ({ key_id: keyIdOf('current') }));
    const { path, calls } = await stub(`if (args[1] === 'list') console.log(${JSON.stringify(secrets)});`);
    const env = { WRANGLER: path, SECRETS_KEY: given, ADMIN_TOKEN: 't' };
    const refused = await run('rotate-key.mjs', [url], env);
    server.close();
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining(message) });
    expect(refused.output).not.toContain('made now');
    expect((await calls()).filter(([args]) => args[1] === 'bulk')).toEqual([]);
  });

  it.each(['http://gateway.example', 'http://127.0.0.1.example', 'HTTP://192.168.0.7:8787'])(
    'and the admin token are not sent in the clear, as to %s',
    async url => {
      const { path, calls } = await stub('');
      const env = { WRANGLER: path, SECRETS_KEY: 'current', ADMIN_TOKEN: 't' };
      const refused = await run('rotate-key.mjs', [url], env);
      expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('https') });
      expect(refused.output).not.toContain('fetch failed');
      expect(await calls()).toEqual([]);
    },
  );

  it('names the webhooks that could not be sealed anew, after all others were', async () => {
    const failed = [{ webhook_id: 77, reason: 'unreadable_secret' }];
    const { server, url } = await deployment((asked, after) => ({
      key_id: keyIdOf('new'),
      ...(after === null ? { checked: 3, next: 'kv cursor', failed } : {}),
      count: asked > 3 ? 0 : after === null ? 2 : 3,
    }));
    const env = { SECRETS_KEY: 'new', ADMIN_TOKEN: 't' };
    const resumed = await run('rotate-key.mjs', [url, '--resume'], env);
    server.close();
    expect(resumed.code).toBe(1);
    expect(resumed.output).toContain('Sealed the secrets of 5 webhooks anew.');
    expect(resumed.output).toContain('Not sealed anew: 77 (unreadable_secret)');
    expect(resumed.output).not.toContain('secret delete');
  });
});

/** What the gateway calls a key, by its own derivation (docs/storage.md). */
const keyIdOf = (text: string): string =>
  Buffer.from(hkdfSync('sha256', text, 'gapless', 'seal secrets v1', 36))
    .subarray(32)
    .toString('hex');

type Answer = { key_id: string; count?: number; checked?: number; next?: string | null; failed?: object[] };

function answerWith(server: Server, answer: (asked: number, after: string | null) => Answer): void {
  let asked = 0;
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const after = new URL(request.url ?? '', 'http://gateway').searchParams.get('after');
    response.end(JSON.stringify({ count: 0, checked: 3, next: null, failed: [], ...answer(++asked, after) }));
  });
}

/** A gateway that only answers `POST /v1/reseal`, as it is told. */
async function deployment(
  answer: Parameters<typeof answerWith>[1],
): Promise<{ server: Server; url: string }> {
  const server = createServer();
  answerWith(server, answer);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { server, url: `http://127.0.0.1:${port}` };
}

const NOT_FOUND = `console.error('✘ [ERROR] Worker "gw" (env: prod) not found.'); process.exit(1);`;

/** What `wrangler secret list` says of a deployment that lacks none. */
const BOTH = '[{"name":"ADMIN_TOKEN"},{"name":"SECRETS_KEY"}]';

describe('deploying', () => {
  it('makes the secrets that are missing, and waits for the gateway', async () => {
    const { server, url } = await deployment(() => ({ key_id: '' }));
    const { path, calls } = await stub(
      `if (args[0] === 'secret') console.log('[{"name":"ADMIN_TOKEN","type":"secret_text"}]');
       else console.log('secrets ' + readFileSync(args[args.indexOf('--secrets-file') + 1], 'utf8'));`,
    );
    const env = { WRANGLER: path, PUBLIC_URL: url };
    const deployed = await run('deploy.mjs', ['--minify', '--name', 'gw', '--env=prod'], env);
    server.close();
    expect(deployed).toMatchObject({ code: 0, output: expect.stringContaining('/in/{webhook_id}') });
    expect(deployed.output).toMatch(/secrets \{"SECRETS_KEY":"[\w-]{43}"\}/);
    const [listing, upload] = (await calls()).map(([args]) => args);
    // The same Worker is asked for its secrets as is deployed.
    expect(listing).toEqual(['secret', 'list', '--format', 'json', '--name', 'gw', '--env=prod']);
    expect(upload?.[0]).toBe('deploy');
    expect(upload).toEqual(expect.arrayContaining(['--minify', '--name', 'gw', '--env=prod']));
  });

  it('makes no secrets where it cannot be said which there are', async () => {
    const { path, calls } = await stub(
      "console.error('A request to the Cloudflare API failed.'); process.exit(1);",
    );
    const deployed = await run('deploy.mjs', [], { WRANGLER: path, PUBLIC_URL: '' });
    expect(deployed).toMatchObject({ code: 1, output: expect.stringContaining('nothing was changed') });
    expect(deployed.output).not.toContain('made now');
    expect((await calls()).map(([args]) => args[0])).toEqual(['secret']);
  });

  it('shows the secrets it made also where the upload fails, and leaves no file with them', async () => {
    const { path, calls } = await stub(`if (args[0] === 'secret') { ${NOT_FOUND} } process.exit(3);`);
    const deployed = await run('deploy.mjs', [], { WRANGLER: path, PUBLIC_URL: '' });
    expect(deployed.code).toBe(3);
    expect(deployed.output).toMatch(/ADMIN_TOKEN \(made now.*\): [\w-]{43}\nSECRETS_KEY \(made now/);
    const args = (await calls())[1]?.[0] ?? [];
    await expect(readFile(args[args.indexOf('--secrets-file') + 1] ?? '')).rejects.toThrow('ENOENT');
  });

  it('names the environment where nobody has: the top level', async () => {
    const { path, calls } = await stub("if (args[0] === 'secret') console.log('[]');");
    await run('deploy.mjs', [], { WRANGLER: path, PUBLIC_URL: '' });
    expect((await calls()).map(([args]) => args.at(-1))).toEqual(['--env=', '--env=']);
  });

  it('keeps the address of OPERATIONS_URL out of the log', async () => {
    const line = 'env.OPERATIONS_URL ("https://hooks.slack.com/services/T0/B0/xyz")  Environment Variable';
    const { path } = await stub(`console.log(args[0] === 'secret' ? '${BOTH}' : ${JSON.stringify(line)});`);
    const deployed = await run('deploy.mjs', [], { WRANGLER: path, PUBLIC_URL: '' });
    expect(deployed.output).toContain('env.OPERATIONS_URL ("(hidden)")');
    expect(deployed.output).not.toContain('slack');
  });
});

describe('deploying from CI', () => {
  const noWorker = `if (args[0] === 'secret') { ${NOT_FOUND} }`;

  it.each(['true', '1'])('makes no secrets, and says what to do (CI=%s)', async CI => {
    const { path, calls } = await stub(noWorker);
    const refused = await run('deploy.mjs', [], { WRANGLER: path, PUBLIC_URL: '', CI });
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringContaining('ADMIN_TOKEN and SECRETS_KEY'),
    });
    expect(refused.output).not.toMatch(/[\w-]{43}/);
    expect((await calls()).map(([args]) => args[0])).toEqual(['secret']);
  });

  it('takes those that are missing from the environment, and prints none', async () => {
    const given = {
      ADMIN_TOKEN: 'a-token-of-the-ci-that-nobody-may-see',
      SECRETS_KEY: 'a-key-of-the-ci-that-nobody-may-see',
    };
    const seen = join(directory, crypto.randomUUID());
    const { path, calls } = await stub(
      `${noWorker} else writeFileSync(${JSON.stringify(seen)}, readFileSync(args[args.indexOf('--secrets-file') + 1]));`,
    );
    const deployed = await run('deploy.mjs', [], { WRANGLER: path, PUBLIC_URL: '', CI: 'true', ...given });
    expect(deployed.code).toBe(0);
    expect(JSON.parse(await readFile(seen, 'utf8'))).toEqual(given);
    const shown = deployed.output + JSON.stringify((await calls()).map(([args]) => args));
    for (const value of Object.values(given)) expect(shown).not.toContain(value);
  });

  it('refuses one that is too short', async () => {
    const given = { ADMIN_TOKEN: 'short', SECRETS_KEY: 'k'.repeat(32) };
    const { path } = await stub(noWorker);
    const refused = await run('deploy.mjs', [], { WRANGLER: path, PUBLIC_URL: '', CI: 'true', ...given });
    expect(refused).toMatchObject({ code: 1, output: expect.stringMatching(/lacks ADMIN_TOKEN; nothing/) });
  });

  it('needs none where the deployment has them', async () => {
    const { path, calls } = await stub(`if (args[0] === 'secret') console.log('${BOTH}');`);
    const deployed = await run('deploy.mjs', ['--env', 'staging'], {
      WRANGLER: path,
      PUBLIC_URL: '',
      CI: 'true',
    });
    expect(deployed.code).toBe(0);
    expect((await calls())[1]?.[0]).toEqual(['deploy', '--env', 'staging']);
  });
});
