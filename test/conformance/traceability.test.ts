/** The README of this folder says which test holds which promise: every file, title and link it names exists. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const HERE = import.meta.dirname;
const ROOT = dirname(dirname(HERE));
const page = readFileSync(join(HERE, 'README.md'), 'utf8');

/** The last cell of every row of every table, without the heads. */
const testCells = page
  .split('\n')
  .filter(line => line.startsWith('| ') && !line.startsWith('| ---'))
  .map(line => line.split('|').at(-2)?.trim() ?? '')
  .filter(cell => cell !== 'test');

/** `crash` is a file of this folder, `test/object/cost` one of another. */
const fileOf = (name: string): string =>
  join(name.startsWith('test/') ? ROOT : HERE, `${name.replace(/\.test\.ts$/, '')}.test.ts`);

type Reference = { name: string; title: string | null };

/** Files named in backquotes, and titles in italics, each of the file named before it. */
const references = testCells.flatMap(cell => {
  const found: Reference[] = [];
  let current = '';
  for (const [, name, title = null] of cell.matchAll(/`([^`]+)`|(?<!\w)_([^_]+)_(?!\w)/g)) {
    current = name ?? current;
    found.push({ name: current, title });
  }
  return found;
});

/** A title as source text has it: in quotes, with anything where the page has “…”. */
function isTitleIn(source: string, title: string): boolean {
  const pieces = title.split('…').map(piece => RegExp.escape(piece));
  return new RegExp(`(['"\`])${pieces.join('.+')}\\1`).test(source);
}

/** The name that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

function hasHeading(file: string, anchor: string): boolean {
  const headings = readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm);
  return [...headings].some(([, heading = '']) => anchorOf(heading) === anchor);
}

describe('what the README names', () => {
  it('as a test is a file with tests of these titles', () => {
    expect(references.length).toBeGreaterThan(50);
    const wrong = references.filter(({ name, title }) => {
      const file = fileOf(name);
      return !existsSync(file) || (title !== null && !isTitleIn(readFileSync(file, 'utf8'), title));
    });
    expect(wrong).toEqual([]);
  });

  it('as a link leads to a page and a heading of this repository', () => {
    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    const own = links.filter(link => !link.startsWith('https://'));
    expect(own.length).toBeGreaterThan(40);
    const dead = own.filter(link => {
      const [path = '', anchor] = link.split('#');
      const file = join(HERE, path);
      return !existsSync(file) || (anchor !== undefined && !hasHeading(file, anchor));
    });
    expect(dead).toEqual([]);
  });
});
