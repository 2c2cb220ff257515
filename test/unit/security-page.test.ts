/** SECURITY.md is read by people who rely on it: what it says of providers is what their schemes do. */
/// <reference types="vite/types/importMeta.d.ts" />
import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/providers/provider';
import { allProviders } from '../../src/providers/registry';

const [page = ''] = Object.values<string>(
  import.meta.glob('../../SECURITY.md', { query: '?raw', import: 'default', eager: true }),
);

/** What of a request a provider's signature vouches for, in the page's words. */
function signedBy({ scheme }: Provider): string {
  if (scheme.alg === 'token') return 'nothing: a shared token';
  if (scheme.bodySigned === false) return 'parts of the body';
  const hasAddress = scheme.msg.every(template => template.includes('{url'));
  const isAged = (scheme.ts?.tol ?? null) !== null;
  if (hasAddress) return isAged ? 'the body, the address and the time' : 'the body and the address';
  if (isAged) return 'the body and the time, whose age is checked';
  return scheme.ts === undefined ? 'the body' : 'the body, and a time whose age is not checked';
}

/** The rows of the table under a heading, as cells. */
function rowsUnder(heading: string): string[][] {
  const [, section = ''] = page.split(`## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  return text
    .split('\n')
    .filter(line => line.startsWith('| '))
    .map(line => line.split('|').map(cell => cell.trim()))
    .slice(2);
}

describe('SECURITY.md', () => {
  it('names every provider where its scheme belongs', () => {
    const said = Object.fromEntries(
      rowsUnder('What a signature says').map(([, signed = '', providers = '']) => [
        signed,
        [...providers.matchAll(/`([^`]+)`/g)].map(([, name]) => name).toSorted(),
      ]),
    );
    const found = Object.groupBy(allProviders(), signedBy);
    expect(said).toEqual(
      Object.fromEntries(
        Object.entries(found).map(([signed, some = []]) => [signed, some.map(({ name }) => name).toSorted()]),
      ),
    );
  });

  it('says within which age requests are accepted', () => {
    const ages = allProviders().flatMap(({ scheme }) => scheme.ts?.tol ?? []);
    expect([Math.min(...ages), Math.max(...ages)]).toEqual([5, 600]);
    expect(page).toContain('refused after 5 s to 10 min');
  });
});
