/**
 * Topic patterns: which events a webhook or a destination wants. A pattern is a topic as the provider writes it, or
 * a prefix before a final `*`. Matching is case-sensitive, because topics are.
 *
 * Operational events (`gateway:…`) are the gateway's own. Being operational is a flag of the event, not a prefix of
 * its topic: only patterns that spell `gateway:` out reach them, so `*` does not, and no provider can send one.
 */
import { LIMITS } from '../limits';
import { err, ok, type Result } from '../result';

/** Patterns of one webhook or destination. */
export const MAX_TOPIC_PATTERNS = 100;

const OPERATIONAL_PREFIX = 'gateway:';

export type TopicsProblem =
  | { reason: 'empty' }
  | { reason: 'too_many'; max: number }
  /** `position` counts the patterns from 1, as written. */
  | { reason: 'too_long'; position: number; maxBytes: number }
  | { reason: 'star_inside'; position: number }
  | { reason: 'control_character'; position: number };

/**
 * Patterns out of what a user writes: `"order:*"`, `"order:*, product:*"`, `["order:*", "product:*"]`. Blanks
 * around a pattern, empty entries and repetitions are dropped; the order stays.
 */
export function parseTopics(given: string | readonly string[]): Result<string[], TopicsProblem> {
  const written = (typeof given === 'string' ? [given] : given)
    .flatMap(entry => entry.split(','))
    .map(entry => entry.trim())
    .filter(entry => entry !== '');
  const patterns = [...new Set(written)];
  if (patterns.length === 0) return err({ reason: 'empty' });
  if (patterns.length > MAX_TOPIC_PATTERNS) return err({ reason: 'too_many', max: MAX_TOPIC_PATTERNS });
  const encoder = new TextEncoder();
  for (const [index, pattern] of patterns.entries()) {
    const position = index + 1;
    if (encoder.encode(pattern).length > LIMITS.MAX_TOPIC_BYTES) {
      return err({ reason: 'too_long', position, maxBytes: LIMITS.MAX_TOPIC_BYTES });
    }
    if (pattern.slice(0, -1).includes('*')) return err({ reason: 'star_inside', position });
    if (/\p{Cc}/u.test(pattern)) return err({ reason: 'control_character', position });
  }
  return ok(patterns);
}

/** The problem in words, without the pattern itself. */
export function topicsProblemText(problem: TopicsProblem): string {
  switch (problem.reason) {
    case 'empty':
      return 'must name at least one topic; "*" stands for all';
    case 'too_many':
      return `must name at most ${problem.max} topics`;
    case 'too_long':
      return `pattern ${problem.position} is longer than ${problem.maxBytes} bytes`;
    case 'star_inside':
      return `pattern ${problem.position} has a "*" before its end; only a prefix before a final "*" is a pattern`;
    case 'control_character':
      return `pattern ${problem.position} has a control character`;
  }
}

/** Whether any pattern wants the event: a list of several topics is wanted where one of them is. */
export const eventMatches = (
  patterns: readonly string[],
  event: { topic: string; topics?: readonly string[] | undefined; operational?: boolean },
): boolean =>
  (event.topics ?? [event.topic]).some(topic =>
    topicMatches(patterns, topic, { operational: event.operational ?? false }),
  );

/**
 * Whether any pattern wants the topic.
 * @param event.operational true for the gateway's own events; a provider's event never is, whatever its topic
 */
export function topicMatches(
  patterns: readonly string[],
  topic: string,
  event: { operational: boolean } = { operational: false },
): boolean {
  return patterns.some(pattern => {
    if (pattern.startsWith(OPERATIONAL_PREFIX) !== event.operational) return false;
    return pattern.endsWith('*') ? topic.startsWith(pattern.slice(0, -1)) : topic === pattern;
  });
}
