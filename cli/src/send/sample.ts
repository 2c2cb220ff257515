/**
 * A request that a provider might send: the gateway's own sample, with values set in its body, and signed again as that
 * provider signs. Pure but for the signing.
 */
import { parsePointer } from '../../../src/json/pointer';
import { plainSample } from '../../../src/providers/plain-sample';
import type { Provider } from '../../../src/providers/provider';
import { SAMPLES, type SampleWish } from '../../../src/providers/samples';
import { err, ok, type Result } from '../../../src/result';
import { sign } from '../../../src/signature/sign';

export type SampleRequest = { url: string; headers: Headers; body: Uint8Array };

/** A value for a place in the body, by JSON pointer. */
export type Change = { pointer: string; value: unknown };

/**
 * @param url where it goes; what the provider says in the query is added
 * An error is a sentence.
 */
export async function sampleRequest(
  provider: Provider,
  wish: SampleWish,
  url: string,
  cfg: Readonly<Record<string, string>>,
  changes: readonly Change[],
): Promise<Result<SampleRequest, string>> {
  const at = (query: string): string =>
    query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`;
  const own = SAMPLES.get(provider.name);
  const made =
    own === undefined
      ? await plainSample(provider, wish, ({ headers, query, body }) => ({
          method: 'POST',
          url: at(query),
          headers,
          body,
          cfg,
        }))
      : await own(wish);
  if (made === null)
    return err(`Nobody but ${provider.title} can sign its events: there are no samples of it.`);
  const headers = new Headers({ 'content-type': 'application/json', ...made.headers });
  const request = {
    method: 'POST',
    url: at(made.query),
    headers,
    body: new TextEncoder().encode(made.body),
    cfg,
  };
  if (changes.length === 0) return ok(request);

  const changed = withChanges(made.body, changes);
  if (!changed.ok) return changed;
  const body = new TextEncoder().encode(changed.value);
  if (provider.scheme.digest !== undefined)
    return err(`${provider.title} signs a digest of the body, for which --set is not made.`);
  const signing = await sign(
    provider.scheme,
    { id: 'sample', text: wish.secret },
    { ...request, body },
    wish.now,
  );
  if (signing === null && provider.scheme.alg !== 'token')
    return err('With these values it cannot be signed.');
  for (const [name, value] of signing?.set ?? []) headers.set(name, value);
  return ok({ ...request, body });
}

/** A JSON body with values at pointers; members on the way are made. An error is a sentence. */
export function withChanges(body: string, changes: readonly Change[]): Result<string, string> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return err('--set is for bodies that are JSON, and this provider sends forms.');
  }
  for (const { pointer, value } of changes) {
    const path = parsePointer(pointer);
    if (path === null) return err(`--set takes a JSON pointer, like /message/total, not ${pointer}.`);
    json = withValue(json, path, value);
  }
  return ok(JSON.stringify(json));
}

function withValue(json: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(json)) {
    const list: unknown[] = [...json];
    const at = step === '-' ? list.length : Number(step);
    list[at] = withValue(list[at], rest, value);
    return list;
  }
  const members = new Map(Object.entries(typeof json === 'object' && json !== null ? json : {}));
  members.set(step, withValue(members.get(step), rest, value));
  return Object.fromEntries(members);
}
