/**
 * Builds what the page sends to browsers as it is: script, styles and icon of `src/page/browser/`, into `build/assets/` under names
 * that tell their content, and `src/page/assets.gen.ts`, which tells the Worker the names.
 *
 * wrangler runs it before it bundles (`[build]` in wrangler.toml), and so do the tests. What is already as it should be is not
 * written again: gateways that run from the same folder would start anew. Several may run at the same time.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { argumentsOf } from './arguments.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src/page/browser');
const folder = join(root, 'build');

/** By their names in `assets.gen.ts`. */
const ASSETS = { script: 'page.ts', style: 'page.css', icon: 'icon.svg' };

/** Names tell the content, so whoever has one need not ask again. */
const HEADERS = `/assets/*
  Cache-Control: public, max-age=31536000, immutable
  X-Content-Type-Options: nosniff
`;

argumentsOf(`node bin/build-page.mjs

Builds what the page sends to browsers into build/assets/ and src/page/assets.gen.ts. wrangler and the tests run it themselves.`);

const { outputFiles } = await build({
  entryPoints: Object.values(ASSETS).map(file => join(source, file)),
  outdir: '/',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  loader: { '.svg': 'copy' },
  write: false,
  legalComments: 'none',
  logLevel: 'warning',
  tsconfig: join(source, 'tsconfig.json'),
});

const paths = {};
for (const [name, file] of Object.entries(ASSETS)) {
  const built = file.replace(/\.ts$/, '.js');
  const output = outputFiles.find(({ path }) => path.endsWith(`/${built}`) || path.endsWith(`\\${built}`));
  const hash = createHash('sha256').update(output.contents).digest('hex').slice(0, 12);
  paths[name] = `/assets/${built.replace('.', `-${hash}.`)}`;
  write(join(folder, paths[name]), Buffer.from(output.contents));
}
for (const file of readdirSync(join(folder, 'assets'))) {
  if (!Object.values(paths).includes(`/assets/${file}`))
    rmSync(join(folder, 'assets', file), { force: true });
}
write(join(folder, '_headers'), Buffer.from(HEADERS));
const lines = Object.entries(paths).map(([name, path]) => `  ${name}: '${path}',\n`);
const module = `/** Made by bin/build-page.mjs. */\nexport const ASSETS = {\n${lines.join('')}} as const;\n`;
write(join(root, 'src/page/assets.gen.ts'), Buffer.from(module));

/** Writes a file at once, so that nobody reads a half of it. */
function write(path, content) {
  if (existsSync(path) && readFileSync(path).equals(content)) return;
  mkdirSync(dirname(path), { recursive: true });
  const drafts = join(root, '.wrangler/drafts');
  mkdirSync(drafts, { recursive: true });
  const draft = join(drafts, `${process.pid}-${basename(path)}`);
  writeFileSync(draft, content);
  renameSync(draft, path);
}
