/** The provider that an option names: one of those the gateway knows, or a scheme in a file. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { CUSTOM, customDefinition } from '../../src/providers/custom';
import type { Provider } from '../../src/providers/provider';
import { PROVIDER_NAMES, providerFor, providerOf } from '../../src/providers/registry';
import { EXIT, Stop } from './ending';

const stop = (text: string): Stop => new Stop(EXIT.usage, text);

export function namedProvider(name: string): Provider {
  const provider = providerFor(name);
  if (provider !== undefined) return provider;
  const like = PROVIDER_NAMES.filter(other => other.includes(name) || name.includes(other));
  const hint = like.length > 0 ? `Did you mean ${like.join(' or ')}?` : PROVIDER_NAMES.join(', ');
  throw stop(`There is no provider ${name}. ${hint}`);
}

/** What a webhook has as `signature` (docs/signatures.md), from a file. */
export async function providerInFile(path: string): Promise<Provider> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw stop(error.message);
  });
  const definition = v.safeParse(customDefinition, jsonOf(text, path));
  if (!definition.success)
    throw stop(`${path}: ${definition.issues.map(({ message }) => message).join('; ')}`);
  const provider = providerOf({ provider: CUSTOM, signature: definition.output });
  if (provider === undefined) throw stop(`${path} is no scheme that can work.`);
  return provider;
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw stop(`${path} is no JSON.`);
  }
}
