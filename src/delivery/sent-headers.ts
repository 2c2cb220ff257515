/** The headers of a request as they are shown to whoever asked for it: without the secrets among them. */
import { concealer, MASK } from './concealed';
import type { CourierTarget } from './outgoing';

/** Null where it is not known what has to be hidden. */
export function sentHeaders(
  headers: Headers,
  { hidden, tokens = [] }: Pick<CourierTarget, 'hidden' | 'tokens'>,
): Record<string, string> | null {
  if (hidden == null) return null;
  const conceal = concealer(hidden);
  // A token is hidden by its header's name, too: a short one would be found in any text.
  const secret = new Set(tokens.map(([name]) => name.toLowerCase()));
  return Object.fromEntries(
    [...headers].map(([name, value]) => [name, secret.has(name) ? MASK : conceal(value)]),
  );
}
