/** The command line keeps the rules of the house, and takes from the gateway only what is pure. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LONGEST } from './rules';

const ROOT = join(import.meta.dirname, '../..');
/** Rooms and files of src/ without the platform. */
const SHARED =
  /^(?:signature|providers|json|input)\/|^delivery\/(?:destination-url|outgoing|outgoing-headers|standard-webhooks)$|^(?:result|time)$/;

const names = (await readdir(join(ROOT, 'cli/src'), { recursive: true })).filter(
  name => /\.tsx?$/.test(name) && !name.endsWith('.gen.ts'),
);
const files = await Promise.all(
  names.map(async name => ({ name, text: await readFile(join(ROOT, 'cli/src', name), 'utf8') })),
);

it(`has no file of more than ${LONGEST} lines, and says at the head of each what it is`, () => {
  const long = files.filter(({ text }) => text.split('\n').length - 1 > LONGEST);
  expect(long.map(({ name }) => name)).toEqual([]);
  expect(files.filter(({ text }) => !text.startsWith('/**')).map(({ name }) => name)).toEqual([]);
});

it('imports from src/ what is pure', () => {
  const imports = files.flatMap(({ name, text }) =>
    [...text.matchAll(/from '(?:\.\.\/)+src\/([^']+)'/g)].map(([, to = '']) => ({ name, to })),
  );
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter(({ to }) => !SHARED.test(to))).toEqual([]);
});
