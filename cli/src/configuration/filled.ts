/**
 * A configuration with values out of the environment: `${NAME}` in any text, so that one file serves several gateways. As in
 * a shell, `${NAME:-value}` has a value for where there is none. `$${NAME}` stays, as `${NAME}`. Pure.
 */
import { err, ok, type Result } from '../../../src/result';
import type { Environment } from '../settings/profiles';

const PLACE = /(\$?)\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g;

/** The document with every `${NAME}` replaced. An error is the names that the environment lacks. */
export function filled(document: unknown, env: Environment): Result<unknown, string[]> {
  const missing = new Set<string>();
  const value = fill(document, env, missing);
  return missing.size > 0 ? err([...missing]) : ok(value);
}

/** The reverse: a document that `filled` leaves as it is. */
export const unfilled = (document: unknown): unknown =>
  mapped(document, text => text.replaceAll(PLACE, place => `$${place}`));

function fill(document: unknown, env: Environment, missing: Set<string>): unknown {
  return mapped(document, text =>
    text.replaceAll(PLACE, (place: string, escaping: string, name: string, other?: string) => {
      if (escaping !== '') return place.slice(1);
      const found = env[name] || other;
      if (found === undefined) missing.add(name);
      return found ?? '';
    }),
  );
}

/** The document with every text in it changed. */
function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map(item => mapped(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapped(member, change)]));
}
