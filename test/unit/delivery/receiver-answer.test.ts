/** What is kept of a failed attempt: what a real receiver said, short, as text, and without secrets. */
import { describe, expect, inject, it } from 'vitest';
import { PLATFORM_CLOCK } from '../../../src/clock';
import { attemptDelivery } from '../../../src/delivery/attempt';
import { concealer } from '../../../src/delivery/concealed';
import { Deadlines } from '../../../src/delivery/deadlines';
import type { CourierTarget } from '../../../src/delivery/outgoing';
import { eventOf, SECRET, targetOf } from '../../support/deliveries';

const chaos = inject('chaosUrl');
const deadlines = new Deadlines(PLATFORM_CLOCK);
const deps = { fetch, now: () => Date.now(), deadlines, allowPrivate: true };

const attempt = (url: string, given: Partial<CourierTarget> = {}) =>
  attemptDelivery(targetOf(url, { timeoutMs: 1000, hidden: [SECRET], ...given }), eventOf(), deps);

const answerTo = async (path: string, given: Partial<CourierTarget> = {}) =>
  (await attempt(chaos + path, given)).answer;

describe('the answer of a receiver that does not take an event', () => {
  it('is kept with the headers that explain it', async () => {
    const result = await attempt(`${chaos}/answer?status=503&retry_after=7&body=No%20signatures%20found`);
    expect(result).toMatchObject({
      ...{ outcome: 'failed', status: 503, error: 'status', retryAfterMs: 7000 },
      answer: { text: 'No signatures found', truncated: false, headers: { 'retry-after': '7' } },
    });
    expect(result.durationMs).toBeGreaterThanOrEqual(0);
    const moved = await answerTo('/answer?status=302&location=/elsewhere');
    expect(moved).toEqual({ text: '', truncated: false, headers: { location: '/elsewhere' } });
  });

  it('is cut to its first KiB, also of 1 MiB, and at a character', async () => {
    const long = await answerTo('/bytes?status=400&hex=78&times=2000');
    expect(long).toMatchObject({ text: 'x'.repeat(1024), truncated: true });
    const huge = await answerTo('/huge?status=500');
    expect(huge).toMatchObject({ text: 'x'.repeat(1024), truncated: true });
    const euros = await answerTo('/bytes?status=400&hex=e282ac&times=500');
    expect(euros).toMatchObject({ text: '€'.repeat(341), truncated: true });
    const full = await answerTo('/bytes?status=400&hex=79&times=1024');
    expect(full).toMatchObject({ text: 'y'.repeat(1024), truncated: false });
  });

  it('is text, whatever its bytes', async () => {
    expect(await answerTo('/bytes?status=400&hex=41ff00c3')).toMatchObject({ text: 'A\ufffd\0\ufffd' });
    const bytes = await answerTo('/bytes?status=400&hex=ff&times=1024');
    expect(new TextEncoder().encode(bytes?.text).length).toBeLessThanOrEqual(1024);
    expect(bytes?.truncated).toBe(true);
  });

  it('is what came of it, where the receiver breaks off or hangs in it', async () => {
    for (const path of ['/hang-in-body?status=500', '/reset-in-body?status=500']) {
      expect(await answerTo(path)).toMatchObject({ text: 'so far', truncated: true });
    }
  });

  it('is nothing where there is none, but for the kind of the failure', async () => {
    expect(await answerTo('/hang', { timeoutMs: 200 })).toBeUndefined();
    for (const path of ['/reset', '/close', '/garbage']) {
      const result = await attempt(chaos + path);
      expect(result).toMatchObject({ error: 'connection', connectionError: 'lost' });
      expect(result).not.toHaveProperty('answer');
    }
    expect(await attempt('http://127.0.0.1:1/')).toMatchObject({ connectionError: 'lost' });
    expect(await attempt('http://nowhere.invalid/')).toMatchObject({ connectionError: 'unreachable' });
    expect(await attempt(chaos.replace('http:', 'https:'))).toMatchObject({ connectionError: 'unreachable' });
    expect(await attempt(chaos, { secrets: ['whsec_!'] })).toMatchObject({ connectionError: 'not_sent' });
  });

  it('is not kept of a delivery that was taken, nor where the secrets are not known', async () => {
    expect(await answerTo('/answer?status=200&body=ok')).toBeUndefined();
    expect(await answerTo('/answer?status=500&body=no', { hidden: null })).toBeUndefined();
  });
});

describe('secrets in it', () => {
  const TEXT = 'a/secret+with "all"&<kinds>=of%characters';
  const bytes = new TextEncoder().encode(TEXT);
  const base64 = bytes.toBase64();
  const hidden = concealer([
    TEXT,
    'Bearer abc123def',
    `Basic ${btoa('user:pass/word')}`,
    `whsec_${btoa('key of it')}`,
  ]);

  it.each([
    ['as it is', TEXT],
    ['in JSON', JSON.stringify(TEXT)],
    ['in JSON of PHP', JSON.stringify(TEXT).replaceAll('/', '\\/')],
    ['in an address', encodeURIComponent(TEXT)],
    [
      'in HTML',
      TEXT.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    ],
    ['in hex', bytes.toHex()],
    ['in base64', base64],
    ['of a header', 'Bearer abc123def'],
    ['of a header, without its scheme', 'token: abc123def'],
    ['that a scheme encodes', 'user:pass/word'],
    ['that is a part of that', 'pass/word'],
    ['of signing', `whsec_${btoa('key of it')}`],
    ['of signing, decoded', 'key of it'],
  ])('are hidden: %s', (_, text) => {
    const shown = hidden(`before ${text} after`);
    expect(shown).toContain('********');
    expect(shown).toMatch(/^before .* after$|^before.*after$/);
    for (const part of [
      'secret+with',
      'abc123def',
      'pass/word',
      'key of it',
      base64.slice(4, -4),
      bytes.toHex(),
    ]) {
      expect(shown).not.toContain(part);
    }
  });

  it('are hidden where the end of the text cuts them, and where the cut of what is kept goes through them', async () => {
    expect(hidden(`so far ${TEXT.slice(0, 12)}`)).toBe('so far ********');
    const body = `${'x'.repeat(1010)}${SECRET}`;
    expect((await answerTo(`/answer?status=500&body=${body}`))?.text).toBe(`${'x'.repeat(1010)}********`);
    expect((await answerTo(`/answer?status=302&location=/?key=${SECRET}`))?.headers.location).toBe(
      '/?key=********',
    );
  });

  it('leave other texts as they are', () => {
    expect(hidden('No signatures found')).toBe('No signatures found');
  });
});
