/**
 * Secrets among what is otherwise shown: values of headers that carry credentials, and settings that are secrets at the
 * provider. Answers and exports have `MASK` in their place; sent back, it stands for what is stored, so that what was
 * read can be written. Pure.
 *
 * Not promised: that such values are sealed where they are stored, as `secret_key` and `confirm.token` are.
 */

import type { FieldError } from '../input/field-errors';
import type { Provider } from '../providers/provider';
import { err, ok, type Result } from '../result';

export const MASK = '********';

type Headers = string | Record<string, string>;

const isSecretHeader = (name: string): boolean =>
  /^(authorization|proxy-authorization|cookie)$|(^|[-_])(key|apikey|token|secret|password|auth)$/i.test(
    name.trim(),
  );

/** The values that `maskedHeaders` masks. */
export const secretValues = (headers: readonly (readonly [string, string])[]): string[] =>
  headers.filter(([name]) => isSecretHeader(name)).map(([, value]) => value);

/** The headers as they were given, with masked values. */
export function maskedHeaders(headers: Headers): Headers {
  return mapValues(headers, (name, value) => (isSecretHeader(name) ? MASK : value));
}

/** Headers that may have masked values, with those that are stored. */
export function unmaskedHeaders(
  given: Headers,
  stored: readonly (readonly [string, string])[],
): Result<Headers, string> {
  const missing: string[] = [];
  const full = mapValues(given, (name, value) => {
    if (value.trim() !== MASK) return value;
    const known = stored.find(([other]) => other.toLowerCase() === name.trim().toLowerCase());
    if (known === undefined) missing.push(name.trim().slice(0, 60));
    return known?.[1] ?? '';
  });
  return missing.length === 0
    ? ok(full)
    : err(`needs the value of ${missing.join(', ')}: a masked one stands for none here`);
}

function mapValues(headers: Headers, change: (name: string, value: string) => string): Headers {
  if (typeof headers !== 'string') {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(name, value)]));
  }
  return headers.replace(
    /^([^:\r\n]*):([ \t]*)([^\r\n]*)/gm,
    (_line, name: string, blank: string, value: string) => {
      return `${name}:${blank}${change(name, value)}`;
    },
  );
}

type Settings = Readonly<Record<string, string>>;

const secretNames = (provider: Provider | undefined): string[] =>
  (provider?.guide.settings ?? []).filter(({ isSecret }) => isSecret === true).map(({ name }) => name);

export function maskedSettings(settings: Settings, provider: Provider | undefined): Settings {
  const secret = secretNames(provider);
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, secret.includes(name) ? MASK : value]),
  );
}

/** Settings that may have masked values, with those that are stored. */
export function unmaskedSettings(
  given: Settings,
  stored: Settings,
  provider: Provider | undefined,
): Result<Record<string, string>, FieldError[]> {
  const full: Record<string, string> = { ...given };
  const errors: FieldError[] = [];
  for (const name of secretNames(provider)) {
    if (given[name] !== MASK) continue;
    const known = stored[name];
    if (known === undefined) {
      errors.push({ path: `/settings/${name}`, message: 'needs a value: a masked one stands for none here' });
    } else full[name] = known;
  }
  return errors.length === 0 ? ok(full) : err(errors);
}
