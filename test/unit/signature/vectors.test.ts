/**
 * Requests signed by the providers themselves, by their libraries, or as they document it, and the verdict each must get
 * from the preset of its name. The requests and where they come from are data: test/vectors/signatures.json.
 */
import { describe, expect, test } from 'vitest';
import { providerFor } from '../../../src/providers/registry';
import type { Scheme } from '../../../src/signature/scheme';
import { verify } from '../../../src/signature/verify';
import { requestOf } from '../../support/signed-request';
import file from '../../vectors/signatures.json';

type Vector = {
  id: string;
  provider: string;
  method?: string;
  url?: string;
  secret: string;
  headers: Record<string, string | undefined>;
  body: string;
  now: number | null;
  expected: string;
  reason?: string;
};

const vectors: readonly Vector[] = file.vectors;

function schemeOf({ provider, now }: Vector): Scheme {
  const scheme = providerFor(provider)?.scheme;
  if (scheme === undefined) throw new Error(`no provider ${provider}`);
  // Without a clock in the vector its age is not to be judged.
  return now === null && scheme.ts !== undefined ? { ...scheme, ts: { ...scheme.ts, tol: null } } : scheme;
}

async function verdict(vector: Vector): Promise<string> {
  const { method, url, headers, body } = vector;
  const sent = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const request = requestOf({
    headers: new Headers(sent),
    body,
    ...(method === undefined ? {} : { method }),
    ...(url === undefined ? {} : { url }),
  });
  const secrets = [{ id: 'current', text: vector.secret }];
  const result = await verify(schemeOf(vector), secrets, request, (vector.now ?? 0) * 1000);
  if (result.ok) return 'valid';
  // Nothing sent and nothing readable are one thing to the sources.
  return result.error.reason === 'missing' ? 'malformed' : result.error.reason;
}

describe('vectors', () => {
  test.each(vectors)('$id', async vector => {
    const found = await verdict(vector);
    if (vector.reason !== undefined) expect(found).toBe(vector.reason);
    else expect(found === 'valid' ? 'valid' : 'invalid').toBe(vector.expected);
  });

  test('are all there, each with its source', () => {
    expect(vectors).toHaveLength(110);
    for (const { id, source } of file.vectors) expect(Object.keys(source).length, id).toBeGreaterThan(0);
  });
});
