/**
 * Builds what is sent as it is: script, styles and icon of the page (`src/page/browser/`) and the description of the API (`src/api/openapi/`),
 * into `build/assets/` under names that tell their content. `src/page/assets.gen.ts` and `src/api/description.gen.ts` tell the Worker the names.
 *
 * wrangler runs it before it bundles (`[build]` in wrangler.toml), and so do the tests. What is already as it should be is not
 * written again: gateways that run from the same folder would start anew. Several may run at the same time.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describeApi } from './api-description.mjs';
import { argumentsOf } from './arguments.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src/page/browser');
const folder = join(root, 'build');

/** By their names in `assets.gen.ts`. */
const ASSETS = { script: 'page.ts', style: 'page.css', icon: 'icon.svg' };

/**
 * Names tell the content, so whoever has one need not ask again. Rules hold for what is not there, too: while a deploy is under way a page may ask
 * for a name that only the other version has, and that answer must not be kept. So each file has a rule of its own.
 */
const headersOf = files => `/assets/*
  Cache-Control: no-store
  X-Content-Type-Options: nosniff
${files
  .map(
    file => `${file}
  ! Cache-Control
  Cache-Control: public, max-age=31536000, immutable
`,
  )
  .join('')}`;

argumentsOf(`node bin/build-page.mjs

Builds what is sent as it is, of the page and the description of the API, into build/assets/, and the modules that tell
the Worker where it is. wrangler and the tests run it themselves.`);

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
  paths[name] = writeAsset(built, Buffer.from(output.contents));
}
const api = await describeApi(root);
const description = {
  DOCUMENT: writeAsset('openapi.json', Buffer.from(api.document)),
  PROVIDERS: writeAsset('providers.json', Buffer.from(api.providers)),
  REFERENCE: writeAsset('docs.html', Buffer.from(api.reference)),
  POLICY: api.policy,
};
const kept = [...Object.values(paths), description.DOCUMENT, description.PROVIDERS, description.REFERENCE];
for (const file of readdirSync(join(folder, 'assets'))) {
  if (!kept.includes(`/assets/${file}`)) rmSync(join(folder, 'assets', file), { force: true });
}
write(join(folder, '_headers'), Buffer.from(headersOf(kept)));
writeModule('src/page/assets.gen.ts', `export const ASSETS = ${JSON.stringify(paths)} as const;`);
writeModule(
  'src/api/description.gen.ts',
  `import type { KnownOperation } from './openapi/operation-table';
${Object.entries(description)
  .map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};`)
  .join('\n')}
export const OPERATIONS: readonly KnownOperation[] = ${JSON.stringify(api.operations)};`,
);

/** Writes a file under a name that tells its content, and answers its path. */
function writeAsset(file, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const path = `/assets/${file.replace('.', `-${hash}.`)}`;
  write(join(folder, path), content);
  return path;
}

function writeModule(path, text) {
  write(join(root, path), Buffer.from(`/** Made by bin/build-page.mjs. */\n${text}\n`));
}

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
