/** The fields of a webhook in requests: what each takes, its default, and what it means. */
import * as v from 'valibot';
import { about, fieldsOf, jsonObject, oneOf, text, wholeNumber } from '../input/fields';
import { LIMITS } from '../limits';
import { customDefinition } from '../providers/custom';
import { confirmSchema } from './confirm-input';
import { JURISDICTIONS, LOCATION_HINTS } from './placement';
import { inboundSecret } from './secret-input';
import { activity, topics } from './shared-fields';

const DAY_SECONDS = 86_400;

/** 104 hours: ShipStream's last retry, and for providers that do not say when theirs is. */
export const DEFAULT_EXPIRES_SECONDS = 374_400;

const sequence = fieldsOf({
  enabled: about(
    'Whether increment ids are read, and gaps found. Default: as the provider numbers.',
    v.optional(activity),
  ),
  hold_seconds: about(
    'How long an event waits for the ones before it, in seconds.',
    v.optional(wholeNumber(0, DAY_SECONDS), 0),
  ),
  grace_seconds: about(
    'How old a hole has to be to become a gap, in seconds.',
    v.optional(wholeNumber(0, DAY_SECONDS), 60),
  ),
  expires_seconds: about(
    `How old an open gap has to be to expire, in seconds. Default: when the provider's last retry is over, or ${DEFAULT_EXPIRES_SECONDS}.`,
    v.optional(wholeNumber(1, 30 * DAY_SECONDS)),
  ),
  restarts_with_secret: about(
    'Whether another inbound secret is another numbering. Default: as the provider does it.',
    v.optional(activity),
  ),
});

const changeable = {
  name: about(
    'What you call it. It may stand in addresses in the place of the id; no other webhook may have it. ' +
      'It is no number, nor `.` or `..`; blanks around it are left out.',
    v.nullish(text(200), null),
  ),
  topics: about(
    'Which events are accepted, others are ignored: topics, or prefixes before `*`, as a list or with commas between them. `*`: all.',
    v.optional(topics, '*'),
  ),
  is_active: about('False: its requests are refused, and nothing is delivered.', v.optional(activity, true)),
  on_invalid: about(
    'What happens to an authentic event that is not as the provider says: kept in quarantine, or answered with an error.',
    v.optional(oneOf('quarantine', 'reject'), 'quarantine'),
  ),
  replay_protection: about(
    'Signed bytes that came before under another id which nobody signs: another event (`standard`), or a duplicate (`strict`).',
    v.optional(oneOf('standard', 'strict'), 'standard'),
  ),
  retention_days: about('How long events are kept, in days.', v.optional(wholeNumber(1, 30), 7)),
  when_full: about(
    'What makes room when the storage is full: the oldest events that every destination has, or nothing (new events are refused).',
    v.optional(oneOf('drop_oldest_delivered', 'refuse'), 'drop_oldest_delivered'),
  ),
  sequence: about('The numbering of events.', v.optional(sequence, {})),
  silence_seconds: about(
    'Tell (`gateway:source_silent`) when nothing came for so many seconds; null: never.',
    v.nullish(wholeNumber(1, 30 * DAY_SECONDS), null),
  ),
  confirm: about(
    'Ecwid: ask its API for the entity before an event is let go. Null: do not.',
    v.nullish(confirmSchema, null),
  ),
  settings: about(
    'What the provider needs besides a secret, by name: see `GET /v1/providers`.',
    v.optional(
      v.pipe(
        jsonObject,
        v.record(v.string(), text(2048), 'must be an object of texts'),
        v.check(settings => Object.keys(settings).length <= 50, 'must have at most 50 entries'),
      ),
      {},
    ),
  ),
  signature: about(
    'How requests are signed, for provider `custom` only: docs/signatures.md.',
    v.nullish(customDefinition, null),
  ),
};

/** The events stay where they are. */
export const UNMOVABLE = {
  jurisdiction: 'cannot be changed: events do not move; create another webhook',
  location_hint: 'cannot be changed: events do not move; create another webhook',
};

/** What a change must not carry, and why. */
export const FIXED = {
  webhook_id: 'is given by the gateway',
  provider: 'cannot be changed; create another webhook',
  ...UNMOVABLE,
  topics_given: 'shows how topics were written; change topics',
  secret_key: 'is changed with rotate_secret',
  destinations: 'are changed through their own routes',
};

/** The fields that can change. */
export const CHANGEABLE: readonly string[] = Object.keys(changeable);

export const changeableSchema = fieldsOf(changeable);
export const creationSchema = fieldsOf({
  provider: about(
    'Who sends the events: a name of `GET /v1/providers`, or `custom`.',
    v.string('must be the name of a provider'),
  ),
  secret_key: about(
    'The secret that the provider signs with, or the key that tells its signature.',
    inboundSecret,
  ),
  jurisdiction: about(
    'Where the events are, for good, by law. Null: anywhere.',
    v.nullish(oneOf(...JURISDICTIONS), null),
  ),
  location_hint: about(
    'Where the events had best be, for good. Null: near the first request.',
    v.nullish(oneOf(...LOCATION_HINTS), null),
  ),
  ...changeable,
  destinations: about(
    'Where the events go.',
    v.optional(
      v.pipe(
        v.array(v.unknown(), 'must be a list of destinations'),
        v.maxLength(LIMITS.MAX_DESTINATIONS, `must be at most ${LIMITS.MAX_DESTINATIONS} destinations`),
      ),
      [],
    ),
  ),
});
