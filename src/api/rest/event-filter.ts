/**
 * What events are found by, as requests say it: parameters of the list and of the feed, fields of a replay. One schema reads
 * both, so that the same words mean the same events everywhere.
 */
import * as v from 'valibot';
import { checked } from '../../input/checked';
import type { FieldError } from '../../input/field-errors';
import { oneOf, text, wholeNumber } from '../../input/fields';
import { described } from '../../input/json-schema';
import { DELIVERY_STATES, type EventFilter, NO_FILTER } from '../../log/contract/event-filter';
import { MAX_KEY_CHARS } from '../../providers/entity-key';
import { err, ok, type Result } from '../../result';
import { parseRfc3339, timeText } from '../../time';
import { shown } from '../query';

/** RFC 3339 with a zone, as milliseconds since 1970. */
const time = v.pipe(
  text(64),
  v.check(given => parseRfc3339(given) !== null, 'must be a time that exists, like 2026-11-20T12:00:00Z'),
  described({ format: 'date-time' }),
  v.transform(given => parseRfc3339(given) ?? 0),
);

const about = <T>(description: string, example: unknown): v.MetadataAction<T, { schema: object }> =>
  described({ description, examples: [example] });

const entityKeyMessage = `must be text of 1 to ${MAX_KEY_CHARS} characters, as entity_keys of an event shows it`;

/** What `entity_keys` of an event shows is taken as it is, whatever characters a provider's ids have. */
export const entityKeyText = v.pipe(
  v.string(entityKeyMessage),
  v.check(key => key.length > 0 && key.length <= MAX_KEY_CHARS && key.isWellFormed(), entityKeyMessage),
  described({ minLength: 1, maxLength: MAX_KEY_CHARS }),
);

/** Each of them may be left out; what is given has to hold together. */
export const filterEntries = {
  since: v.nullish(v.pipe(time, about('Accepted at this time or later.', '2026-11-20T12:00:00Z')), null),
  until: v.nullish(v.pipe(time, about('Accepted before this time.', '2026-11-20T13:00:00Z')), null),
  event_id: v.nullish(v.pipe(text(512), about("The provider's own id of the event.", 'evt_1NG8Du')), null),
  increment_id: v.nullish(
    v.pipe(
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
      about("The provider's number of the event, in any of its numberings.", 100000015),
    ),
    null,
  ),
  entity_key: v.nullish(
    v.pipe(
      entityKeyText,
      about('What the event is about, as `entity_keys` of an event shows it.', 'order:100000015'),
    ),
    null,
  ),
  q: v.nullish(
    v.pipe(
      text(200),
      about(
        'Text in a header (`name: value`) or in the body as it came, in upper or lower case. Searches at most 8 MiB of bodies a page.',
        'jane@example.com',
      ),
    ),
    null,
  ),
  delivery: v.nullish(
    v.pipe(
      oneOf(...DELIVERY_STATES),
      described({
        description:
          'How the delivery to `destination_id` stands, or, for `retrying` and `dead` without one, any delivery: `waiting` for its turn or under way, `retrying` after a failure, `paused` ' +
          'where it would be one of these and the destination is turned off, `delivered`, `dead`.',
      }),
    ),
    null,
  ),
};

const destinationId = v.nullish(
  v.pipe(
    text(64),
    described({ description: 'The destination that `delivery` is about: its id or its name.' }),
  ),
  null,
);

/** The fields of a filter besides `delivery`, as the webhook's object takes them. */
export function filterOf(given: {
  since: number | null;
  until: number | null;
  event_id: string | null;
  increment_id: number | null;
  entity_key: string | null;
  q: string | null;
}): Omit<EventFilter, 'delivery'> {
  const { since, until, event_id: eventId, increment_id: incrementId, entity_key: entityKey, q } = given;
  return { since, until, eventId, incrementId, entityKey, text: q };
}

/** A span of time that has none. @param path where `until` was given */
export function spanError(
  { since, until }: { since: number | null; until: number | null },
  path: string,
): FieldError | null {
  if (since === null || until === null || until > since) return null;
  return {
    path,
    message: `must be later than since; given: ${timeText(until)}, with since ${timeText(since)}`,
  };
}

export const parametersSchema = v.object({ ...filterEntries, destination_id: destinationId });

/** The filter that query parameters make; null for none. Which parameters an operation takes is looked at before. */
export function filterParameters(query: Record<string, string>): Result<EventFilter | null, FieldError[]> {
  const given = Object.entries(query).filter(([name]) => name in parametersSchema.entries);
  if (given.length === 0) return ok(null);
  const typed = given.map(([name, value]) => [
    name,
    name === 'increment_id' && /^\d{1,16}$/.test(value) ? Number(value) : value,
  ]);
  const read = checked(parametersSchema, Object.fromEntries(typed));
  if (!read.ok) return err(read.error.map(error => parameterError(error, query)));
  const emptySpan = spanError(read.value, 'query:until');
  if (emptySpan !== null) return err([emptySpan]);
  const { delivery: state, destination_id } = read.value;
  if ((state === null) !== (destination_id === null)) {
    const [missing, there] = state === null ? ['delivery', 'destination_id'] : ['destination_id', 'delivery'];
    const words = state === null ? `, one of ${DELIVERY_STATES.join(', ')}` : ` ${state}`;
    return err([{ path: `query:${missing}`, message: `is needed with ${there}${words}` }]);
  }
  const delivery =
    state === null || destination_id === null ? null : { destinationId: destination_id, state };
  return ok({ ...NO_FILTER, ...filterOf(read.value), delivery });
}

/** A parameter is no secret, so its error shows what was given, and not only of which kind it was. */
function parameterError({ path, message }: FieldError, query: Record<string, string>): FieldError {
  const name = path.slice(1);
  const value = query[name] ?? '';
  const allowed = message.replace(/; given: .*$/, '');
  // A plus sign in an address is a space.
  const hint = /T.* \d\d:\d\d$/.test(value) ? '; write + as %2B' : '';
  return { path: `query:${name}`, message: `${allowed}; given: ${shown(value)}${hint}` };
}
