/**
 * The description of the API (`src/api/openapi/`), made once when the gateway is built: the document for programs, the reference for people, the
 * list of providers, and the table by which the Worker knows an operation. So the Worker, which starts often, has none of the words in it.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The schemas stand with the routes, and these with the platform, which is not needed to describe them. */
const NO_PLATFORM = {
  name: 'no-platform',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^cloudflare:/ }, ({ path }) => ({ path, namespace: 'platform' }));
    onLoad({ filter: /.*/, namespace: 'platform' }, () => ({ contents: 'export class DurableObject {}' }));
  },
};

const ENTRY = `
export { openApiDocument } from './document';
export { operationTable } from './operation-table';
export { providerList } from './provider-list';
export { REFERENCE_STYLE, referencePage } from './reference';
`;

/** @param root the folder of the checkout. Answers `{ document, providers, reference, policy, operations }`. */
export async function describeApi(root) {
  const folder = join(root, '.wrangler/drafts');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${process.pid}-description.mjs`);
  try {
    await build({
      stdin: { contents: ENTRY, resolveDir: join(root, 'src/api/openapi'), loader: 'ts' },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'warning',
      plugins: [NO_PLATFORM],
    });
    const made = await import(pathToFileURL(outfile));
    const hash = createHash('sha256').update(made.REFERENCE_STYLE).digest('base64');
    return {
      document: JSON.stringify(made.openApiDocument()),
      providers: JSON.stringify(made.providerList()),
      reference: `${await made.referencePage()}`,
      policy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      operations: made.operationTable(),
    };
  } finally {
    rmSync(outfile, { force: true });
  }
}
