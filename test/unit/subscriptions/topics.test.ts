import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_TOPIC_PATTERNS,
  parseTopics,
  topicMatches,
  topicsProblemText,
} from '../../../src/subscriptions/topics';

describe('parseTopics', () => {
  it.each([
    ['*', ['*']],
    ['order:*', ['order:*']],
    [' order:* , product:updated ,', ['order:*', 'product:updated']],
    [
      ['order:*', 'product:*'],
      ['order:*', 'product:*'],
    ],
    ['a,a,b', ['a', 'b']],
    ['gateway:*', ['gateway:*']],
    ['ecommerce.order.created', ['ecommerce.order.created']],
  ])('reads %j', (given, patterns) => {
    expect(parseTopics(given)).toEqual({ ok: true, value: patterns });
  });

  it.each([
    ['', { reason: 'empty' }],
    [' , ', { reason: 'empty' }],
    [[], { reason: 'empty' }],
    ['ok,or*der', { reason: 'star_inside', position: 2 }],
    ['**', { reason: 'star_inside', position: 1 }],
    ['a\u0000b', { reason: 'control_character', position: 1 }],
    ['é'.repeat(129), { reason: 'too_long', position: 1, maxBytes: 256 }],
  ])('refuses %j', (given, problem) => {
    const parsed = parseTopics(given);
    expect(parsed).toEqual({ ok: false, error: problem });
  });

  it('takes as many patterns as it says and no more', () => {
    const patterns = Array.from({ length: MAX_TOPIC_PATTERNS }, (_, i) => `topic:${i}`);
    expect(parseTopics(patterns).ok).toBe(true);
    expect(parseTopics([...patterns, 'more'])).toEqual({
      ok: false,
      error: { reason: 'too_many', max: MAX_TOPIC_PATTERNS },
    });
  });

  it('puts every problem in words without the pattern', () => {
    expect(topicsProblemText({ reason: 'star_inside', position: 2 })).toContain('pattern 2');
  });
});

describe('topicMatches', () => {
  it.each([
    [['*'], 'order:created', true],
    [['order:*'], 'order:created', true],
    [['order:*'], 'order:', true],
    [['order:*'], 'order', false],
    [['order:*'], 'product:updated', false],
    [['order:created'], 'order:created', true],
    [['order:created'], 'order:created2', false],
    [['order:created'], 'Order:created', false],
    [['product:*', 'order:c*'], 'order:created', true],
    [[], 'order:created', false],
  ])('%j against %s is %s', (patterns, topic, expected) => {
    expect(topicMatches(patterns, topic)).toBe(expected);
  });

  it('keeps operational events and provider events apart', () => {
    const operational = { operational: true };
    expect(topicMatches(['*'], 'gateway:gap_opened', operational)).toBe(false);
    expect(topicMatches(['g*'], 'gateway:gap_opened', operational)).toBe(false);
    expect(topicMatches(['gateway:*'], 'gateway:gap_opened', operational)).toBe(true);
    expect(topicMatches(['gateway:gap_opened'], 'gateway:gap_opened', operational)).toBe(true);
    expect(topicMatches(['gateway:gap_filled'], 'gateway:gap_opened', operational)).toBe(false);
    expect(topicMatches(['gateway:*'], 'gateway:gap_opened')).toBe(false);
    expect(topicMatches(['*'], 'gateway:forged')).toBe(true);
  });

  it('finds every topic by itself and by each of its prefixes', () => {
    const topic = fc.string({ minLength: 1, maxLength: 30 }).filter(text => !text.includes('*'));
    fc.assert(
      fc.property(topic, fc.nat(), (text, cut) => {
        fc.pre(!text.startsWith('gateway:'));
        const prefix = text.slice(0, cut % (text.length + 1));
        return (
          topicMatches([text], text) && topicMatches([`${prefix}*`], text) === !prefix.startsWith('gateway:')
        );
      }),
    );
  });
});
