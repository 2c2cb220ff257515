/**
 * The rules for topics, which are the same for every provider. A topic is matched against the topics that destinations
 * want, and is sent to them in a header. The prefix `gateway:` is reserved for the gateway's own messages.
 */
import { kindOf } from '../json/kind';
import { LIMITS } from '../limits';
import type { Reading } from './reading';

const RESERVED_PREFIX = 'gateway:';

/**
 * Reads a topic out of a parsed value; `path` says where it was. Empty, with an issue, where the value is no topic or cannot
 * be sent in a header. A reserved topic is returned with an issue: it may be shown, but not delivered.
 */
export function readTopic(value: unknown, path: string): Reading<string> {
  if (value === undefined) return unreadable(path, 'is required');
  if (typeof value !== 'string') return unreadable(path, `expected string, found ${kindOf(value)}`);
  if (value === '') return unreadable(path, 'must not be empty');
  if (!isShort(value)) return unreadable(path, `must not be longer than ${LIMITS.MAX_TOPIC_BYTES} bytes`);
  if (/\p{Cc}/u.test(value)) return unreadable(path, 'must not contain control characters');
  if (!value.isWellFormed()) return unreadable(path, 'must be well-formed text');
  const isReserved = value.startsWith(RESERVED_PREFIX);
  return { value, issues: isReserved ? [{ path, message: `must not begin with ${RESERVED_PREFIX}` }] : [] };
}

const unreadable = (path: string, message: string): Reading<string> => ({
  value: '',
  issues: [{ path, message }],
});

/** UTF-8 needs at most three bytes per UTF-16 unit, so most topics need no encoding to be measured. */
const isShort = (topic: string): boolean =>
  topic.length * 3 <= LIMITS.MAX_TOPIC_BYTES ||
  (topic.length <= LIMITS.MAX_TOPIC_BYTES &&
    new TextEncoder().encode(topic).length <= LIMITS.MAX_TOPIC_BYTES);
