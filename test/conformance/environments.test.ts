/**
 * The environments of wrangler.toml: wrangler passes on no binding from the top level, so one that is missing in an environment would
 * be found out in production. As `wrangler deploy` reads the file, with the real wrangler, and without the network.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { unstable_readConfig as readConfig } from 'wrangler';

const ROOT = resolve(import.meta.dirname, '../..');
const ENVIRONMENTS = ['staging', 'production'];

/** What a deploy would bind, a line each, as wrangler prints it; the values of variables are each environment's own. */
async function bound(environment: string): Promise<{ lines: string[]; said: string }> {
  const out = await mkdtemp(join(tmpdir(), 'gapless-dry-run-'));
  onTestFinished(() => rm(out, { recursive: true, force: true }));
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
  const args = [wrangler, 'deploy', '--dry-run', `--env=${environment}`, '--outdir', out];
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
  const lines = stdout
    .split('\n')
    .filter(line => line.startsWith('env.'))
    .map(line =>
      line
        .replace(/ \(".*"\)/, '')
        .replaceAll(/ {2,}/g, '  ')
        .trim(),
    );
  return { lines: lines.toSorted(), said: stdout + stderr };
}

const configOf = (env: string) =>
  readConfig({ config: join(ROOT, 'wrangler.toml'), env }, { hideWarnings: true });

it.each(ENVIRONMENTS)('%s has every binding of the top level, and no other', async environment => {
  const [top, there] = await Promise.all([bound(''), bound(environment)]);
  expect(top.lines).toHaveLength(13);
  expect(there.lines).toEqual(top.lines);
  expect(there.said).not.toContain('WARNING');
});

it.each(ENVIRONMENTS)(
  '%s needs the same secrets, and has the same classes, rounds and rules for logs',
  environment => {
    const [top, there] = [configOf(''), configOf(environment)];
    for (const name of ['secrets', 'exports', 'durable_objects', 'triggers', 'observability'] as const) {
      expect(there[name], name).toEqual(top[name]);
    }
    expect(there.compatibility_flags).toContain('global_fetch_strictly_public');
    expect(there.vars.ALLOW_PRIVATE_DESTINATIONS).toBe('');
  },
);

it('staging is another gateway, that counts by itself; production is the one of the top level', () => {
  const [top, staging, production] = ['', 'staging', 'production'].map(configOf);
  const idsOf = (config: typeof top) =>
    config?.ratelimits.map((one: { namespace_id: string }) => one.namespace_id) ?? [];
  expect(staging?.name).toBe('gapless-staging');
  expect(new Set([...idsOf(top), ...idsOf(staging)]).size).toBe(4);
  expect([production?.name, idsOf(production)]).toEqual([top?.name, idsOf(top)]);
});

it('the Deploy button asks for nothing that is for a laptop, and describes what it asks for', async () => {
  const example = await readFile(join(ROOT, '.dev.vars.example'), 'utf8');
  const asked = [...example.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
  // No value stands there that whoever clicks on might keep.
  expect(asked).toEqual([
    ['ADMIN_TOKEN', ''],
    ['SECRETS_KEY', ''],
  ]);
  const { cloudflare } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    cloudflare: { bindings: Record<string, { description: string }> };
  };
  const { vars } = configOf('');
  for (const name of ['ADMIN_TOKEN', 'SECRETS_KEY', ...Object.keys(vars)]) {
    expect(cloudflare.bindings[name]?.description, name).toMatch(/^\w.+\.$/);
  }
});
