/** Nothing that people copy from here puts a secret into a command's arguments: anybody on the machine reads those. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { secretsInArguments, secretsInCodeLines } from './commands';

const ROOT = join(import.meta.dirname, '../..');

async function texts(): Promise<string[]> {
  const inRoot = (await readdir(ROOT)).filter(name => name.endsWith('.md'));
  const below = await Promise.all(
    ['docs', 'bin', 'bench', 'src'].map(async folder =>
      (await readdir(join(ROOT, folder), { recursive: true })).map(name => join(folder, name)),
    ),
  );
  return [...inRoot, ...below.flat()].filter(name => /\.(?:md|mjs|tsx?)$/.test(name));
}

/** Files that no one starts by hand: another process or thread is told to load them. */
const LOADED = ['bin/end-with-parent.mjs', 'bench/load-thread.mjs', 'bench/receiver-thread.mjs'];
/** Scripts whose arguments go through to wrangler, which judges them. */
const PASSING_ON = ['bin/deploy.mjs', 'bin/start.mjs'];

/** What is started: the files in bin/ and bench/ that give nothing to others. */
async function scripts(): Promise<string[]> {
  const files = await Promise.all(
    ['bin', 'bench'].map(async folder =>
      (await readdir(join(ROOT, folder)))
        .filter(name => name.endsWith('.mjs'))
        .map(name => join(folder, name)),
    ),
  );
  const found: string[] = [];
  for (const file of files.flat()) {
    const gives = /^export /m.test(await readFile(join(ROOT, file), 'utf8'));
    if (!gives && !LOADED.includes(file)) found.push(file);
  }
  return found;
}

/** A script, as far from a gateway and an account as can be. */
const run = promisify(execFile);
const ended = (script: string, ...args: string[]) =>
  run(process.execPath, [join(ROOT, script), ...args], {
    timeout: 20_000,
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      stdout,
      stderr,
    }),
  );

describe('every script', async () => {
  const all = await scripts();

  it('is found', () => {
    expect(all).toEqual(expect.arrayContaining(['bin/start.mjs', 'bin/recover.mjs', 'bench/run.mjs']));
  });

  it.each(all)('%s says how it is used when asked, and before anything is done', async script => {
    for (const option of ['--help', '-h']) {
      const { code, stdout, stderr } = await ended(script, option);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^(Usage: )?(npm|node) /);
    }
  });

  it.each(all.filter(script => !PASSING_ON.includes(script)))(
    '%s takes nothing that it does not know',
    async script => {
      const { code, stdout, stderr } = await ended(script, '--unheard-of');
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^Unknown argument --unheard-of\.\n\n(Usage: )?(npm|node) /);
    },
  );
});

describe('commands in text', () => {
  it('have no secret among their arguments', async () => {
    const found = await Promise.all(
      (await texts()).map(async name => {
        const text = await readFile(join(ROOT, name), 'utf8');
        const commands = name.endsWith('.md') ? secretsInArguments(text) : secretsInCodeLines(text);
        return commands.map(command => `${name}: ${command}`);
      }),
    );
    expect(found.flat()).toEqual([]);
  });

  it.each([
    'curl -s "$URL" -H "Authorization: Bearer $ADMIN_TOKEN"',
    'curl -s http://gw/v1/webhooks \\\n  -H "Authorization: Bearer 5f3a"',
    'curl -s "$URL" -d \'{\n  "secret_key": "2RUJ8NXLnLRrAj3" }\'',
    'curl -sf "$SHIPSTREAM" -d "{\\"params\\": [\\"$SESSION\\"]}"',
    'CREATED=$(curl -s "$URL" -H "X: $TOKEN" -d @- <<END\n{}\nEND\n)',
    'node -p \'JSON.parse(process.argv[1]).webhook_id\' "$CREATED"',
    'npx wrangler dev --var ADMIN_TOKEN:$ADMIN_TOKEN',
  ])('are found: %s', command => {
    expect(secretsInArguments(`Text.\n\n\`\`\`sh\n${command}\n\`\`\`\n`)).toHaveLength(1);
  });

  it.each([
    'curl -s "$URL" -H @<(printf \'Authorization: Bearer %s\' "$ADMIN_TOKEN")',
    'curl -s "$URL" -d @- <<END\n{ "secret_key": "$SECRET" }\nEND',
    'node -p 1 <<< "$CREATED"',
    'read -rs ADMIN_TOKEN',
  ])('may read one: %s', command => {
    expect(secretsInArguments(`\`\`\`\n${command}\n\`\`\`\n`)).toEqual([]);
  });
});
