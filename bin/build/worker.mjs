/**
 * Builds the Worker: what starts, the page, which is evaluated when somebody first looks at it (`src/index.ts`), and what both need.
 *
 * Wrangler puts what it bundles into one file, so it is told to take these as they are (`no_bundle` in wrangler.toml). The module that it is told of only
 * passes on what another exports: on a laptop it bundles that one, to wrap it (`bin/start.mjs`).
 */
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { minify } from '@swc/core';
import { build } from 'esbuild';
import { write } from './write.mjs';

/** As wrangler bundles a Worker. */
const FOR_WORKERS = {
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2024',
  supported: { 'import-source': true, using: true },
  conditions: ['workerd', 'worker', 'browser'],
  external: ['node:*', 'cloudflare:*'],
};

/**
 * @param root the folder of the checkout
 * @param entry the source of the module that starts; what passes on its exports has its name
 * @param folder what is in it afterwards is this build alone
 * Answers esbuild's account of each module, by its name.
 */
export async function buildWorker(root, entry, folder) {
  const { outputFiles, metafile } = await build({
    ...FOR_WORKERS,
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: folder,
    splitting: true,
    // Names tell the content: while one build takes the place of another, nobody reads a half of each.
    chunkNames: '[name]-[hash]',
    entryNames: '[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    sourcemap: 'external',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const names = [...texts.keys()].filter(name => !name.endsWith('.map'));
  const modules = names.map(name => smaller(name, texts.get(name), texts.get(`${name}.map`)));
  const files = new Map((await Promise.all(modules)).flat());
  const outputs = Object.entries(metafile.outputs).filter(([path]) => path.endsWith('.mjs'));
  const [starts, { exports }] = outputs.find(([, { entryPoint }]) => entryPoint === entry);
  // The one that wrangler is told of is written last, when all that it leads to is there.
  files.set(
    basename(entry).replace(/\.ts$/, '.js'),
    `export { ${exports.join(', ')} } from "./${basename(starts)}";\n`,
  );
  for (const [name, text] of files) write(root, join(folder, name), Buffer.from(text));
  for (const name of readdirSync(folder)) {
    if (/\.m?js(\.map)?$/.test(name) && !files.has(name)) rmSync(join(folder, name), { force: true });
  }
  return Object.fromEntries(outputs.map(([path, output]) => [basename(path), output]));
}

/** What a second minifier makes of a module: 4 % less of it, gzip. With its source map, which leads to the sources. */
async function smaller(name, text, map) {
  const made = await minify(text, { module: true, ecma: 2024, sourceMap: { content: map } });
  return [
    [`${name}.map`, made.map],
    [name, `${made.code}\n//# sourceMappingURL=${name}.map\n`],
  ];
}
