/** The house rules, as in `rules.ts`, hold for src/; and each of them can fail. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  importsAgainstRooms,
  packagesElsewhere,
  roomsAndFilesApart,
  roomsOutOfOrder,
  sqlElsewhere,
  tooLong,
} from './judge';
import { LONG_FILES, LONGEST, PACKAGES, ROOMS, SQL } from './rules';
import { readSource } from './source';

const ROOT = join(import.meta.dirname, '../..');
const source = await readSource(ROOT);

describe('the house', () => {
  it('has a room for every file, and a table of rooms in which each names only rooms above it', () => {
    expect(roomsAndFilesApart(source.files, ROOMS)).toEqual([]);
    expect(roomsOutOfOrder(ROOMS)).toEqual([]);
  });

  it('imports only what the table of rooms allows', () => {
    expect(source.unread).toEqual([]);
    expect(importsAgainstRooms(source.imports, ROOMS)).toEqual([]);
  });

  it('has no circle of imports', () => {
    expect(source.circles.map(circle => circle.join(' > '))).toEqual([]);
  });

  it('imports packages and the platform only where the table of packages says', () => {
    expect(packagesElsewhere(source.imports, PACKAGES)).toEqual([]);
  });

  it('speaks SQL only where the tables are', () => {
    expect(sqlElsewhere(source.files, SQL)).toEqual([]);
  });

  it('writes rows only through `write`, which knows how large one may be', async () => {
    const room = source.files.filter(
      ({ path }) => path.startsWith('src/log/') && !path.endsWith('/write.ts'),
    );
    const texts = await Promise.all(room.map(({ path }) => readFile(join(ROOT, path), 'utf8')));
    const others = room.filter((_, index) => writesRows(texts[index] ?? ''));
    expect(others.map(({ path }) => path)).toEqual([]);
    expect(writesRows("this.#sql.exec(\n  'UPDATE state SET value = ?', text)")).toBe(true);
    expect(writesRows('sql.exec<Row>(`INSERT OR REPLACE INTO gaps VALUES (?)`, 1)')).toBe(true);
  });

  it(`has no file of more than ${LONGEST} lines, but for the named ones`, () => {
    expect(tooLong(source.files, LONG_FILES)).toEqual([]);
  });

  it('looks as CONTRIBUTING.md shows it (npm run picture)', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['bin/picture.mjs', '--print'], {
      cwd: ROOT,
    });
    const page = await readFile(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
    const [marker = ''] = stdout.split('\n');
    const start = page.indexOf(marker);
    expect(page.slice(start, start + stdout.length)).toBe(stdout);
  });
});

const writesRows = (text: string): boolean =>
  /\.exec(?:<[^(]*>)?\(\s*[`'"]\s*(?:INSERT|UPDATE|REPLACE)/.test(text);

/** A small house in which every rule is broken once; each file gets a line break at its end. */
const PLANTED = {
  'tsconfig.json': '{ "compilerOptions": { "noEmit": true }, "include": ["src", "platform.d.ts"] }',
  'platform.d.ts': 'interface SqlStorage { exec(query: string): void }',
  'src/store/rows.ts': "export const clear = (rows: SqlStorage) => rows.exec('DELETE FROM t');",
  'src/core/pure.ts': "import type { Row } from '../store/types';\nexport type Pure = Row;",
  'src/store/types.ts': "export type { Row } from './row';",
  'src/store/row.ts': "import type { Row as Self } from './types';\nexport type Row = Self | null;",
  'src/api/hidden.ts': "export type Rows = Array<import('../store/types').Row>;",
  'src/api/sql.ts': "export const drop = ({ db }: { db: SqlStorage }) => db['exec']('DROP TABLE t');",
  'src/api/no-sql.ts': 'export const first = (text: string) => /SELECT/.exec(text)?.[0];',
  'src/api/platform.ts':
    "import { env } from 'cloudflare:workers';\nimport { html } from 'hono/html';\nvoid [env, html];",
  'src/cellar/box.ts': 'export {};',
  'src/long.ts': '// one line\n'.repeat(LONGEST),
};

describe('the rules', () => {
  it('find what breaks them', async () => {
    const planted = await readSource(await plant(PLANTED));
    const rooms = { src: [], core: ['src'], store: ['src'], api: ['src', 'store'], attic: [] };

    expect(importsAgainstRooms(planted.imports, rooms)).toEqual([
      'src/core/pure.ts imports src/store/types.ts: core may not import store',
    ]);
    expect(roomsAndFilesApart(planted.files, rooms)).toEqual([
      'src/cellar/box.ts has no room',
      'no need for the room attic',
    ]);
    expect(planted.unread).toEqual([{ from: 'src/api/hidden.ts', to: '../store/types' }]);
    expect(planted.circles.map(circle => circle.toSorted())).toEqual([
      ['src/store/row.ts', 'src/store/types.ts'],
    ]);
    expect(
      packagesElsewhere(planted.imports, { 'cloudflare:workers': ['store/rows'], hono: ['api'] }),
    ).toEqual([
      'src/api/platform.ts imports cloudflare:workers',
      'no need for the place for cloudflare:workers store/rows',
    ]);
    expect(packagesElsewhere(planted.imports, { 'cloudflare:workers': ['api'] })).toEqual([
      'src/api/platform.ts imports hono/html',
    ]);
    expect(sqlElsewhere(planted.files, ['store', 'core'])).toEqual([
      'src/api/sql.ts speaks SQL',
      'no need for the place for SQL core',
    ]);
    expect(tooLong(planted.files, { 'src/api/sql.ts': 'once long' })).toEqual([
      `src/long.ts has ${LONGEST + 1} lines`,
      'no need for the exception for long files src/api/sql.ts',
    ]);
    expect(tooLong(planted.files, { 'src/long.ts': 'a table' })).toEqual([]);
  });

  it('find a table that would allow a circle of rooms', () => {
    expect(roomsOutOfOrder({ store: ['core'], core: ['store'] })).toEqual([
      'store names core, which has no line above it',
    ]);
  });
});

/** Writes the files into a directory that is removed after the test, and returns its path. */
async function plant(files: Record<string, string>): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'gapless-house-')));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), `${text}\n`);
  }
  return root;
}
