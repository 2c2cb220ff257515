/**
 * Makes dist/gapless.mjs, one file with all that the command line needs: `node build.mjs` (`npm pack` does). In a checkout
 * `bin/gapless.mjs` has it made when it is missing or older than anything it was made of, so that no install script is needed.
 */
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = import.meta.dirname;
const dist = join(root, 'dist');
const program = join(dist, 'gapless.mjs');
/** The files it was made of, a path a line. */
const inputs = join(dist, 'inputs.txt');

export async function ensureBuilt() {
  if (!(await isFresh())) await build();
}

async function isFresh() {
  try {
    const [{ mtimeMs }, list] = await Promise.all([stat(program), readFile(inputs, 'utf8')]);
    const made = await Promise.all(list.split('\n').map(path => stat(join(root, path))));
    return made.every(input => input.mtimeMs <= mtimeMs);
  } catch {
    return false;
  }
}

async function build() {
  const { build: bundle } = await import('esbuild');
  const { outputFiles, metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    legalComments: 'none',
    // What is no module among the packages asks for Node's own by `require`.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    metafile: true,
    write: false,
  });
  const paths = Object.keys(metafile.inputs);
  await mkdir(dist, { recursive: true });
  await Promise.all([
    ...outputFiles.map(({ contents }) => put(program, contents)),
    put(inputs, ['build.mjs', 'package.json', ...paths].join('\n')),
    put(join(dist, 'LICENSES.txt'), await licenses(paths)),
  ]);
}

/** Whole or not at all: another process may be reading the one before, or building too. */
async function put(path, contents) {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, contents);
  await rename(draft, path);
}

/** The gateway's own, and those of the packages that are in the file. */
async function licenses(paths) {
  const folders = new Set(paths.flatMap(path => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  const texts = await Promise.all(
    [...folders].sort().map(async folder => {
      const { name, version } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
      return `${name} ${version}\n\n${await licenseIn(join(root, folder))}`;
    }),
  );
  return [await licenseIn(join(root, '..')), ...texts].join('\n\n');
}

async function licenseIn(folder) {
  for (const name of ['LICENSE', 'LICENSE.md', 'license', 'LICENSE.txt']) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  throw new Error(`${folder} has no license`);
}

if (process.argv[1] === import.meta.filename) await build();
