/** No test passes or fails by chance: by what random ids look like, by when a second ends, or by what another file does at the same time. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const TESTS = join(import.meta.dirname, '..');
// But these rules, which show what they refuse.
const paths = (await readdir(TESTS, { recursive: true })).filter(
  path => path.endsWith('.test.ts') && !path.startsWith('house/'),
);
const files = await Promise.all(
  paths.map(async path => ({ path, text: await readFile(join(TESTS, path), 'utf8') })),
);
const saying = (says: (text: string) => boolean) =>
  files.filter(({ text }) => says(text)).map(({ path }) => path);

/** Ids are hexadecimal: so few of their digits come up in one of them now and then. */
const SHORT_HEX = /^[0-9a-f]{1,8}$/;
/** What is sealed or signed is base64, which has four letters in any case one time in a million. */
const SHORT_WORD = /^[a-z0-9+/]{1,4}$/i;
const SOUGHT = /not\s*\.to(?:Contain\('([^']*)'\)|Match\(\/(.*?)\/([a-z]*)\))/g;

function looksInVainForChance(text: string): boolean {
  return [...text.matchAll(SOUGHT)].some(([, words, pattern = '', flags]) =>
    (words === undefined ? pattern.split('|') : [words]).some(
      part => SHORT_HEX.test(part) || (flags?.includes('i') && SHORT_WORD.test(part)),
    ),
  );
}

/** Signs a moment that is asked for once more: not the one that is sent along, where a second ends between the two. */
const signsAnotherMoment = (text: string): boolean =>
  /\b(?:hmac|sign)\w*\([^\n]*\b(?:seconds|now)\(\)/.test(text);

const EVERYTHING = [
  // A list from its start, over the API.
  /(?:get(?:<[^(]*>)?\(|'GET', )\s*['`]\/v1\/(?:webhooks|status|audit|export)(?:\?limit=\d+)?['`]/,
  // Commands that are given no webhook.
  /\['(?:webhooks|status|audit|doctor|export)'[\],](?! *\w)/,
  /verify-deployment/,
];

/** Whether a file that shares its gateway looks at what others do there. */
const looksAtOthers = (text: string): boolean =>
  text.includes("inject('gateway')") && EVERYTHING.some(pattern => pattern.test(text));

describe('no test', () => {
  it('looks for what may come up in a random id or in what is sealed', () => {
    expect(saying(looksInVainForChance)).toEqual([]);
    expect(looksInVainForChance("expect(text).not.toContain('83f1');")).toBe(true);
    expect(looksInVainForChance('expect(text).not.toMatch(/customer|5c2d/);')).toBe(true);
    expect(looksInVainForChance('expect(text).not.toMatch(/jane/i);')).toBe(true);
    expect(looksInVainForChance("expect(text).not.toContain('k-83f1');")).toBe(false);
    expect(looksInVainForChance('expect(text).not.toMatch(/jane.doe|customer/i);')).toBe(false);
  });

  it('asks for the time once more to sign it', () => {
    expect(saying(signsAnotherMoment)).toEqual([]);
    expect(signsAnotherMoment('headers(seconds(), hmac(seconds() + body))')).toBe(true);
    expect(signsAnotherMoment('sign(null, Buffer.from(seconds() + text), key)')).toBe(true);
    expect(signsAnotherMoment('headers(time, hmac(time + body))')).toBe(false);
  });

  it('looks at all webhooks of a gateway that it shares', () => {
    expect(saying(looksAtOthers)).toEqual([]);
    const shared = (line: string) => looksAtOthers(`const gateway = inject('gateway');\n${line}`);
    expect(shared("await client.get<{ webhooks: unknown[] }>('/v1/webhooks?limit=500');")).toBe(true);
    expect(shared("await client.call('GET', '/v1/status');")).toBe(true);
    expect(shared("await cli.run(['doctor', '--event']);")).toBe(true);
    expect(shared("await client.call('POST', '/v1/webhooks', given);")).toBe(false);
    expect(shared("await cli.run(['status', shop]);")).toBe(false);
    expect(looksAtOthers("await client.call('GET', '/v1/status');")).toBe(false);
  });
});
