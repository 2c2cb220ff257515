/** Addresses that the provider may have signed in place of the one at which the request arrived. */
import type { SignedRequest } from '../request-view';
import { addressChanged, type Mistake } from './mistakes';

export type AddressChange = { url: string; mistake: Mistake };

/** Headers in which proxies say what a request's address was before them. */
const HOSTS = ['x-forwarded-host', 'x-original-host', 'host'];
const PATHS = ['x-original-url', 'x-original-uri', 'x-rewrite-url', 'x-forwarded-uri'];

/** @param known other addresses that the provider may have, such as the ingest address */
export function* addressChanges(
  { url, headers }: SignedRequest,
  known: readonly string[],
): Generator<AddressChange> {
  const tried = new Set([url]);
  for (const candidate of candidates(url, headers, known)) {
    if (tried.has(candidate)) continue;
    tried.add(candidate);
    const [withoutQuery = ''] = candidate.split('?', 1);
    const query = candidate === withoutQuery ? ', without a query' : '';
    yield {
      url: candidate,
      mistake: addressChanged(url.includes('?') ? withoutQuery + query : withoutQuery),
    };
  }
}

function* candidates(url: string, headers: Headers, known: readonly string[]): Generator<string> {
  const bases = [...known, url];
  for (const name of HOSTS) {
    const host = headers.get(name)?.split(',')[0]?.trim();
    if (host === undefined || !/^[\w.:[\]-]+$/.test(host)) continue;
    bases.push(url.replace(/^(https?:\/\/)[^/?#]*/, `$1${host}`));
  }
  for (const name of PATHS) {
    const path = headers.get(name);
    if (path === null) continue;
    bases.push(/^https?:/.test(path) ? path : url.replace(/^(https?:\/\/[^/?#]*).*$/s, `$1${path}`));
  }
  for (const base of new Set(bases)) {
    for (const scheme of ['https', 'http']) {
      const swapped = base.replace(/^https?/, scheme);
      yield swapped;
      yield* spellings(swapped);
    }
  }
}

/** With and without a slash at the end, a query, a port, `www.`, and the first part of the path. */
function* spellings(url: string): Generator<string> {
  const [path = '', ...rest] = url.split('?');
  const query = rest.length > 0 ? `?${rest.join('?')}` : '';
  yield path.endsWith('/') ? path.replace(/\/+$/, '') + query : `${path}/${query}`;
  if (query !== '') yield path;
  yield url.replace(/^(https?:\/\/[^/?#:]+):\d+/, '$1');
  yield url.replace(/^(https?:\/\/)www\./, '$1');
  yield url.replace(/^(https?:\/\/)(?!www\.)/, '$1www.');
  yield url.replace(/^(https?:\/\/[^/?#]+)\/[^/?#]+(?=\/)/, '$1');
  yield decoded(url);
}

function decoded(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}
