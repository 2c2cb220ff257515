/**
 * What a user decides about a destination, an option each: its name in requests and answers, what is accepted, its default,
 * and its stored form. Input, answers, their description, stored records and the defaults all follow from this table
 * (CONTRIBUTING.md walks through adding an option).
 *
 * A stored name or form is never changed, and every option but `url` has a default: records of earlier releases lack it.
 */
import * as v from 'valibot';
import { MAX_URL_LENGTH } from '../delivery/url-policy';
import { about, fieldsOf, jsonObject, oneOf, text, wholeNumber } from '../input/fields';
import {
  convertedOption,
  type OptionDefaults,
  option,
  optionDefaults,
  type StoredOptions,
} from '../input/options';
import { parsePointer } from '../json/pointer';
import { headersProblemText, parseExtraHeaders } from './extra-headers';
import { activity, topics } from './shared-fields';

const MAX_FILTER_POINTERS = 20;
const MAX_FILTER_VALUES = 100;
const MAX_RETRIES = 50;
const DAY_SECONDS = 86_400;

/** 9 retries over 75.2 hours. */
export const DEFAULT_RETRY_SCHEDULE: readonly number[] = [
  5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400,
];

const extraHeaders = v.pipe(
  v.union(
    [v.string(), v.pipe(jsonObject, v.record(v.string(), v.string()))],
    'must be an object of texts, or "Name: value" lines',
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    const parsed = dataset.typed ? parseExtraHeaders(dataset.value) : null;
    if (parsed?.ok === false) addIssue({ message: headersProblemText(parsed.error) });
  }),
);

const scalar = v.union(
  [v.string(), v.number(), v.boolean(), v.null()],
  'must be text, a number, a boolean or null',
);
const filterMessage =
  `must be an object of at most ${MAX_FILTER_POINTERS} JSON pointers, ` +
  `each with a list of 1 to ${MAX_FILTER_VALUES} values`;
const valuesMessage = `has to have a list of 1 to ${MAX_FILTER_VALUES} values: texts, numbers, true, false or null`;
const filter = v.pipe(
  jsonObject,
  v.record(
    v.pipe(
      v.string(),
      v.check(
        pointer => parsePointer(pointer) !== null,
        'as a name must be a JSON pointer, as in "/storeId"',
      ),
      v.check(
        pointer => parsePointer(pointer)?.includes('*') !== true,
        'as a name must lead to one value: "*" is no wildcard',
      ),
    ),
    v.pipe(
      v.array(scalar, valuesMessage),
      v.minLength(1, valuesMessage),
      v.maxLength(MAX_FILTER_VALUES, valuesMessage),
    ),
    filterMessage,
  ),
  v.check(pointers => Object.keys(pointers).length <= MAX_FILTER_POINTERS, filterMessage),
);
const filterAnswer = {
  anyOf: [
    {
      type: 'object',
      additionalProperties: {
        type: 'array',
        items: { type: ['string', 'number', 'boolean', 'null'] },
      },
    },
    { type: 'null' },
  ],
};

/** By then the default schedule has tried an event four times: what waits longer is no short failure. */
const HOUR_SECONDS = 3600;
const behindMessage = 'must be 0 for never, or a whole number of seconds from 60 to 2592000';
const behindAlert = v.union([v.literal(0), wholeNumber(60, 30 * DAY_SECONDS)], behindMessage);

const rateMessage = 'must be a number from 0.01 to 10000';
const rate = v.pipe(v.number(rateMessage), v.minValue(0.01, rateMessage), v.maxValue(10_000, rateMessage));

const retry = fieldsOf({
  schedule_seconds: about(
    'Waits before attempt 2, 3, …, in seconds: N entries mean N + 1 attempts. Then the delivery is dead.',
    v.pipe(
      v.array(wholeNumber(1, 7 * DAY_SECONDS), 'must be a list of whole numbers'),
      v.maxLength(MAX_RETRIES, `must have at most ${MAX_RETRIES} entries`),
    ),
  ),
});

/** An option that says yes or no. */
const yesOrNo = <const Field extends string>(field: Field, description: string, fallback: boolean) =>
  option(field, about(description, v.optional(activity, fallback)), { type: 'boolean', description });

export const DESTINATION_OPTIONS = {
  /** What its user calls it. */
  name: option(
    'name',
    about(
      'What you call it. It may stand wherever its id may; no other destination of the webhook may have it. ' +
        'It is not `.` or `..`; blanks around it are left out.',
      v.nullish(text(200), null),
    ),
  ),
  /** Where events are sent. Whether it is allowed depends on the deployment: `UrlRule` of `input-rules.ts`. */
  url: option(
    'url',
    about(
      'Where events are sent: `https`, and no private address unless the gateway allows it.',
      text(MAX_URL_LENGTH),
    ),
  ),
  /** Topic patterns: exact, or a prefix before `*`. */
  topics: convertedOption(
    'topics',
    about(
      'Which of the events that the webhook accepts it gets: topics, or prefixes before `*`. `gateway:*` are what the gateway has to tell.',
      v.optional(topics, '*'),
    ),
    {
      store: ({ patterns }) => patterns,
      show: patterns => patterns,
      answer: { type: 'array', items: { type: 'string' }, description: 'topics, or prefixes before `*`' },
    },
  ),
  /** False: paused. Events wait in the log, as long as it keeps them. */
  isActive: yesOrNo('is_active', 'False: paused. Its events wait, as long as the webhook keeps them.', true),
  /** Headers for every delivery as the user wrote them, for reading back; `extraHeaders` of the record has them in pairs. */
  extraHeadersAsGiven: option(
    'extra_headers',
    about(
      'Headers of every delivery: an object, or lines of `Name: value`. Credentials are shown as `********`.',
      v.optional(extraHeaders, {}),
    ),
  ),
  /** How deliveries are signed: as Standard Webhooks, as the provider signs, or as ShipStream does. */
  sign: option(
    'sign',
    about(
      'How deliveries are signed: as Standard Webhooks, anew as the provider signs, or both Standard Webhooks and as ShipStream does with the secret of the destination.',
      v.optional(oneOf('standard', 'provider', 'shipstream'), 'standard'),
    ),
  ),
  /** JSON pointer → allowed values; null: everything. */
  filter: option(
    'filter',
    about(
      'Only events that have one of these values there: JSON pointers into the body, each with a list. Null: all.',
      v.nullish(filter, null),
    ),
    filterAnswer,
  ),
  /** False: the ingest query string stays behind. Hardly a provider signs it, so whoever sends an old request again chooses it. */
  passesQuery: yesOrNo(
    'pass_query',
    'Whether the query string that the provider called with is added to the url.',
    true,
  ),
  /** Which events wait for others: none, those of the same entity, or all. */
  ordering: option(
    'ordering',
    about(
      'Which events wait for others: none, those about the same entity, or all.',
      v.optional(oneOf('parallel', 'key', 'strict'), 'parallel'),
    ),
  ),
  /** Deliveries at the same time, at most. */
  maxInFlight: option(
    'max_in_flight',
    about('Deliveries at the same time, at most.', v.optional(wholeNumber(1, 128), 24)),
  ),
  /** Attempts per second, at most; null: as many as there are. */
  ratePerSecond: option(
    'rate_per_second',
    about('Attempts per second, at most. Null: no limit.', v.nullish(rate, null)),
  ),
  /** How old the oldest event that waits may be before `gateway:destination_behind` tells it, in seconds; 0: never. */
  behindAlertSeconds: option(
    'behind_alert_seconds',
    about(
      'How long the oldest event may wait before `gateway:destination_behind` tells of it, in seconds; 0: never.',
      v.optional(behindAlert, HOUR_SECONDS),
    ),
  ),
  /** How long an attempt may take. */
  timeoutSeconds: option(
    'timeout_seconds',
    about('How long an attempt may take, in seconds.', v.optional(wholeNumber(1, 60), 15)),
  ),
  /** Waits in seconds before attempt 2, 3, …: N entries mean N+1 attempts. */
  retrySchedule: convertedOption(
    'retry',
    about(
      'What happens after a failed attempt.',
      v.optional(retry, { schedule_seconds: [...DEFAULT_RETRY_SCHEDULE] }),
    ),
    {
      store: given => given.schedule_seconds,
      show: schedule => ({ schedule_seconds: schedule }),
    },
  ),
};

/** The options of one destination, as its record keeps them. */
export type DestinationOptions = StoredOptions<typeof DESTINATION_OPTIONS>;

/** Asking every schema for its default takes a millisecond, which the start of the Worker need not wait for. */
let defaults: OptionDefaults<typeof DESTINATION_OPTIONS> | undefined;

/** What a destination has where its user said nothing. Shared by all who read it: to be copied, never changed. */
export function destinationDefaults(): OptionDefaults<typeof DESTINATION_OPTIONS> {
  defaults ??= optionDefaults(DESTINATION_OPTIONS);
  return defaults;
}
