/** `npm start` on a machine that has started before, and on one that has not. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const repository = resolve(import.meta.dirname, '../..');
const LONG = 'k'.repeat(32);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gapless-start-'));
  await cp(join(repository, 'bin'), join(folder, 'bin'), { recursive: true });
  for (const file of ['package.json', '.dev.vars.example']) {
    await cp(join(repository, file), join(folder, file));
  }
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What start says, and that wrangler took over: it refuses an option that it does not have, and ends. */
async function start(...more: string[]): Promise<string> {
  const args = [join(folder, 'bin/start.mjs'), '--no-such-option', ...more];
  const run = promisify(execFile)(process.execPath, args);
  const { stdout, stderr } = await run.then(
    () => ({ stdout: '', stderr: '' }),
    (error: { stdout: string; stderr: string }) => error,
  );
  expect(stderr).toContain('Unknown argument');
  return stdout;
}

it('makes secrets once, and says where they are', async () => {
  expect(await start()).toMatch(/\nMade \.dev\.vars\. Admin token: \S{32,}\n/);
  const made = await readFile(join(folder, '.dev.vars'), 'utf8');
  expect(parseEnv(made)).toEqual({
    ADMIN_TOKEN: expect.stringMatching(/^[\w-]{43}$/),
    SECRETS_KEY: expect.stringMatching(/^[\w-]{43}$/),
    ALLOW_PRIVATE_DESTINATIONS: '1',
  });
  const said = await start('--port', '8799');
  expect(said).toMatch(/^To wrangler dev, as it is: --no-such-option\..*--persist-to/);
  expect(said).toMatch(
    /The admin token is ADMIN_TOKEN in \.dev\.vars\.\nGapless: http:\/\/127\.0\.0\.1:8799\n/,
  );
  // Without the address, both would look at the usual port.
  expect(said).toContain('GAPLESS_URL=http://127.0.0.1:8799 npm run demo\n');
  expect(said).toContain('npx gapless login http://127.0.0.1:8799\n');
  expect(await readFile(join(folder, '.dev.vars'), 'utf8')).toBe(made);
});

it('says that a secret is too short', async () => {
  await writeFile(join(folder, '.dev.vars'), `ADMIN_TOKEN=short\nSECRETS_KEY=${LONG}\n`);
  expect(await start()).toMatch(/\nADMIN_TOKEN or SECRETS_KEY has fewer than 32 characters/);
});

it('refuses a port that is none, before anything is made', async () => {
  const run = promisify(execFile)(process.execPath, [join(folder, 'bin/start.mjs'), '--port=70000']);
  await expect(run).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('0 to 65535; given: "70000"'),
  });
});
