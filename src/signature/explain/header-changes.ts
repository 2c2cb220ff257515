/** Headers that a proxy may have renamed: `_` for `-`, `HTTP_` in front, as CGI does. */
import type { Scheme } from '../scheme';
import { headerLost, headerRenamed, type Mistake } from './mistakes';

/** The headers that a scheme reads. */
export function headersOf({ sig, msg, ts, digest }: Scheme): string[] {
  const named = [
    ...msg.flatMap(template => [...template.matchAll(/\{h:([^{}]+)\}/g)].map(([, name = '']) => name)),
  ];
  for (const from of [ts?.from, digest?.from]) if (from?.startsWith('h:') === true) named.push(from.slice(2));
  const all = [...sig.flatMap(({ h }) => h ?? []), ...named];
  return [...new Set(all.map(name => name.toLowerCase()))];
}

/** The headers with those that the scheme reads under their own names again; null where none was renamed. */
export function renamedBack(scheme: Scheme, headers: Headers): { headers: Headers; mistake: Mistake } | null {
  const came = [...headers.keys()];
  const mended = new Headers(headers);
  let mistake: Mistake | null = null;
  for (const name of headersOf(scheme)) {
    if (headers.has(name)) continue;
    const found = came.find(other => bare(other) === bare(name));
    if (found === undefined) continue;
    mended.set(name, headers.get(found) ?? '');
    mistake ??= headerRenamed(name, found);
  }
  return mistake === null ? null : { headers: mended, mistake };
}

/** Null where a signature header came. */
export function lostHeaders(scheme: Scheme, headers: Headers): Mistake | null {
  const names = scheme.sig.flatMap(({ h }) => h?.toLowerCase() ?? []);
  return names.length === 0 || names.some(name => headers.has(name)) ? null : headerLost(names.join(' or '));
}

const bare = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^http[-_]/, '')
    .replaceAll(/[-_]/g, '');
