/** A configuration with values out of the environment: `${NAME}` in any text, so that one file serves several gateways. Pure. */
import { err, ok, type Result } from '../../../src/result';
import type { Environment } from '../settings/profiles';

const PLACE = /\$\{([A-Za-z_]\w*)\}/g;

/** The document with every `${NAME}` replaced. An error is the names that the environment lacks. */
export function filled(document: unknown, env: Environment): Result<unknown, string[]> {
  const missing = new Set<string>();
  const value = fill(document, env, missing);
  return missing.size > 0 ? err([...missing]) : ok(value);
}

function fill(value: unknown, env: Environment, missing: Set<string>): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(PLACE, (_, name: string) => {
      if (!env[name]) missing.add(name);
      return env[name] ?? '';
    });
  }
  if (Array.isArray(value)) return value.map(item => fill(item, env, missing));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, fill(member, env, missing)]),
  );
}
