/** Topic patterns: the same answer as the plainest reading of them, and no pattern that takes long. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits';
import { MAX_TOPIC_PATTERNS, parseTopics, topicMatches } from '../../../src/subscriptions/topics';
import { fuzzed, fuzzTimeout } from '../../support/fuzz';

const words = fc.oneof(
  fc.constantFrom(
    'order',
    'product',
    'gateway',
    ':',
    '.',
    '/',
    '*',
    '**',
    ',',
    ' ',
    'a',
    '\\',
    '(',
    '$',
    '[^',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const written = fc.array(words, { maxLength: 8 }).map(some => some.join(''));

/** Matches by trying every prefix, as the words of the documentation say it. */
const plainly = (pattern: string, topic: string) =>
  pattern.endsWith('*')
    ? Array.from({ length: topic.length + 1 }, (_, i) => topic.slice(0, i)).includes(pattern.slice(0, -1))
    : pattern === topic;

describe('any text', { timeout: fuzzTimeout(20) }, () => {
  it('is a list of patterns within the bounds, or a problem', () => {
    fc.assert(
      fc.property(fc.oneof(written, fc.array(written, { maxLength: 150 })), given => {
        const parsed = parseTopics(given);
        if (!parsed.ok) return;
        expect(parsed.value.length).toBeLessThanOrEqual(MAX_TOPIC_PATTERNS);
        for (const pattern of parsed.value) {
          expect(new TextEncoder().encode(pattern).length).toBeLessThanOrEqual(LIMITS.MAX_TOPIC_BYTES);
          expect(pattern.slice(0, -1)).not.toContain('*');
          expect(pattern).not.toMatch(/\p{Cc}|,|^\s|\s$/u);
        }
        // Written out again it says the same.
        expect(parseTopics(parsed.value)).toEqual(parsed);
      }),
      fuzzed(1000),
    );
  });

  it('matches what it says', () => {
    const near = (pattern: string) =>
      fc.oneof(
        written,
        fc.constant(pattern),
        written.map(end => pattern.replace(/\*$/, '') + end),
      );
    const cases = written.chain(pattern => fc.tuple(fc.constant(pattern), near(pattern)));
    fc.assert(
      fc.property(cases, ([given, topic]) => {
        const parsed = parseTopics([given]);
        const patterns = parsed.ok ? parsed.value : [];
        const own = patterns.filter(pattern => pattern.startsWith('gateway:'));
        const others = patterns.filter(pattern => !pattern.startsWith('gateway:'));
        expect(topicMatches(patterns, topic)).toBe(others.some(pattern => plainly(pattern, topic)));
        expect(topicMatches(patterns, topic, { operational: true })).toBe(
          own.some(pattern => plainly(pattern, topic)),
        );
      }),
      fuzzed(1000),
    );
  });
});

describe('patterns that are catastrophic elsewhere', { timeout: fuzzTimeout(20) }, () => {
  const CATASTROPHES = [
    '(a+)+$',
    '(.*)*',
    'a*'.repeat(100),
    '*'.repeat(250),
    `${'a'.repeat(255)}*`,
    '{a,{b,{c,*}}}',
    '!(!(!(a)))*',
    '[a-z]**/**/**/**',
    `${'\u{1f4a5}'.repeat(64)}`,
  ];

  it('take no time', () => {
    const patterns = CATASTROPHES.flatMap(text => {
      const parsed = parseTopics([text]);
      return parsed.ok ? parsed.value : [];
    });
    const topic = `${'a'.repeat(255)}!`;
    const started = performance.now();
    for (let i = 0; i < 10_000; i++) topicMatches(patterns, topic);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('are bounded however many there are', () => {
    const started = performance.now();
    expect(parseTopics('a*,'.repeat(80_000)).ok).toBe(true);
    expect(parseTopics(Array.from({ length: 100_000 }, (_, i) => `${i}*`)).ok).toBe(false);
    expect(parseTopics(' '.repeat(250_000)).ok).toBe(false);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
