/** What of a body can be searched, and what cannot. */
import { expect, it } from 'vitest';
import { parsePointer } from '../../../src/json/pointer';
import { scalarForm } from '../../../src/json/scalar-search';
import { searchBody } from '../../../src/providers/body-search';

const FORM = 'application/x-www-form-urlencoded; charset=utf-8';

function search(body: string | Uint8Array, type: string, values: Record<string, string>) {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const wanted = Object.entries(values).map(([pointer, value]) => ({
    path: parsePointer(pointer) ?? [],
    form: scalarForm(value),
  }));
  return searchBody(bytes, type, wanted);
}

it.each([
  ['{"a":1,"b":"x"}', '', { '/a': '1', '/b': '"x"' }, 'found'],
  ['{"a":1,"b":"x"}', '', { '/a': '1', '/b': '"y"' }, 'absent'],
  ['From=%2B4917&Body=hi+there', FORM, { '/From': '"+4917"', '/Body': '"hi there"' }, 'found'],
  ['From=%2B4917', FORM, { '/From': '"+4918"' }, 'absent'],
  ['From=5', FORM, { '/From': '5' }, 'absent'],
  ['payload=%7B%22user%22%3A%7B%22id%22%3A7%7D%7D', FORM, { '/payload/user/id': '7' }, 'found'],
  ['payload=none', FORM, { '/payload/user/id': '7' }, 'absent'],
  ['From=%2B4917', 'text/plain', { '/From': '"+4917"' }, 'unreadable'],
  ['<a>jane</a>', 'application/xml', { '/a': '"jane"' }, 'unreadable'],
  [`${'['.repeat(200)}${']'.repeat(200)}`, 'application/json', { '/a': '1' }, 'unreadable'],
  [new Uint8Array([0x7b, 0xff, 0x7d]), 'application/json', { '/a': '1' }, 'unreadable'],
] as const)('%s (%s) with %o is %s', (body, type, values, expected) => {
  expect(search(body, type, values)).toBe(expected);
});
