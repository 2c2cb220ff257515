/**
 * `.dev.vars`, the secrets of the gateway on this machine, made from `.dev.vars.example`.
 *
 * An existing file is never changed. A new one appears complete or not at all, and only its owner can read it. Two processes
 * that make it at the same moment end up with the same file.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

const SECRETS = ['ADMIN_TOKEN', 'SECRETS_KEY'];
/** Only on this machine: receivers are here, too. */
const LOCAL = 'ALLOW_PRIVATE_DESTINATIONS=1\n';

/** 32 random bytes as text that needs no quoting anywhere. */
export const randomSecret = () => randomBytes(32).toString('base64url');

/** The values of `.dev.vars` under `root`, or null where there is no such file. */
export function readDevVars(root) {
  try {
    return parseEnv(readFileSync(join(root, '.dev.vars'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Makes `.dev.vars` under `root` unless it is there. Answers its values and whether this call made it. */
export function ensureDevVars(root) {
  const existing = readDevVars(root);
  if (existing) return { made: false, vars: existing };
  const text = fillIn(readFileSync(join(root, '.dev.vars.example'), 'utf8')) + LOCAL;
  const made = publish(text, join(root, '.dev.vars'));
  return { made, vars: readDevVars(root) };
}

/** The template with a random value for each secret that is left empty; every other line stays as it is. */
function fillIn(template) {
  return SECRETS.reduce(
    (text, name) => text.replace(new RegExp(`^${name}=[ \\t]*$`, 'm'), `${name}=${randomSecret()}`),
    template,
  );
}

/** Gives `path` its content in one step; false where another process was first. */
function publish(text, path) {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    renameSync(draft, path); // a file system without hard links
    return true;
  } finally {
    rmSync(draft, { force: true });
  }
}
