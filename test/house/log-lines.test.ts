/** The lines of the log are a contract: the table of docs/operate.md has each, and nothing else writes one. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOG_LINES } from '../../src/log-line';

const ROOT = join(import.meta.dirname, '../..');

async function sources(): Promise<{ path: string; text: string }[]> {
  const paths = (await readdir(join(ROOT, 'src'), { recursive: true })).filter(path => path.endsWith('.ts'));
  return Promise.all(
    paths.map(async path => ({ path, text: await readFile(join(ROOT, 'src', path), 'utf8') })),
  );
}

describe('the lines of the log', () => {
  it('are those of the table in docs/operate.md, with their levels', async () => {
    const page = await readFile(join(ROOT, 'docs/operate.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)` \| (error|warn|info) \|/gm)].map(([, name, level]) => [
      name,
      level,
    ]);
    expect(rows).toEqual(Object.entries(LOG_LINES).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });

  it('are written by one function', async () => {
    const found = (await sources()).filter(({ text }) => /\bconsole\b/.test(text)).map(({ path }) => path);
    expect(found).toEqual(['log-line.ts']);
  });

  it('are each written somewhere', async () => {
    const texts = (await sources()).filter(({ path }) => path !== 'log-line.ts').map(({ text }) => text);
    const unused = Object.keys(LOG_LINES).filter(name => !texts.some(text => text.includes(`'${name}'`)));
    expect(unused).toEqual([]);
  });
});
