import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file at once, so that nobody reads a half of it; not where it is already as it should be, as gateways that run from the same folder
 * would start anew.
 *
 * @param root the folder of the checkout
 */
export function write(root, path, content) {
  if (existsSync(path) && readFileSync(path).equals(content)) return;
  mkdirSync(dirname(path), { recursive: true });
  const drafts = join(root, '.wrangler/drafts');
  mkdirSync(drafts, { recursive: true });
  const draft = join(drafts, `${process.pid}-${basename(path)}`);
  writeFileSync(draft, content);
  renameSync(draft, path);
}
