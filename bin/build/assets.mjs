/**
 * Builds what is sent as it is: script, styles and icon of the page (`src/page/browser/`) and the description of the API (`src/api/openapi/`),
 * into `build/public/assets/` under names that tell their content. `src/page/assets.gen.ts` and `src/api/description.gen.ts` tell the Worker the names.
 */
import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describeApi } from './api-description.mjs';
import { write } from './write.mjs';

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

/** @param root the folder of the checkout */
export async function buildAssets(root) {
  const source = join(root, 'src/page/browser');
  const folder = join(root, 'build/public');
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
  write(root, join(folder, '_headers'), Buffer.from(headersOf(kept)));
  writeModule('src/page/assets.gen.ts', `export const ASSETS = ${JSON.stringify(paths)} as const;`);
  const constants = Object.entries(description).map(([name, text]) => constant(name, text));
  const operations = `export const OPERATIONS: readonly KnownOperation[] = ${JSON.stringify(api.operations)};`;
  const imported = "import type { KnownOperation } from './openapi/operation-table';";
  writeModule('src/api/description.gen.ts', [imported, ...constants, operations].join('\n'));

  /** Writes a file under a name that tells its content, and answers its path. */
  function writeAsset(file, content) {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
    const path = `/assets/${file.replace('.', `-${hash}.`)}`;
    write(root, join(folder, path), content);
    return path;
  }

  function writeModule(path, text) {
    write(root, join(root, path), Buffer.from(`/** Made by bin/build.mjs. */\n${text}\n`));
  }
}

const constant = (name, text) => `export const ${name} = ${JSON.stringify(text)};`;
