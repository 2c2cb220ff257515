/** Nothing that people copy from here puts a secret into a command's arguments: anybody on the machine reads those. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
