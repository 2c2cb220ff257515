/**
 * What a user decides about a destination, an option each: its name in requests and answers, what is accepted, its default,
 * and its stored form. Input, answers, their description, stored records and the defaults all follow from this table
 * (CONTRIBUTING.md walks through adding an option).
 *
 * A stored name or form is never changed, and every option but `url` has a default: records of earlier releases lack it.
 */
import * as v from 'valibot';
import { MAX_URL_LENGTH } from '../delivery/url-policy';
import { fieldsOf, jsonObject, oneOf, text, wholeNumber } from '../input/fields';
import { convertedOption, option, optionDefaults, type StoredOptions } from '../input/options';
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
const filter = v.pipe(
  jsonObject,
  v.record(
    v.pipe(
      v.string(),
      v.check(pointer => parsePointer(pointer) !== null, 'must be a JSON pointer, as in "/storeId"'),
      v.check(
        pointer => parsePointer(pointer)?.includes('*') !== true,
        'must lead to one value: "*" is no wildcard',
      ),
    ),
    v.pipe(
      v.array(scalar, filterMessage),
      v.minLength(1, filterMessage),
      v.maxLength(MAX_FILTER_VALUES, filterMessage),
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
  schedule_seconds: v.pipe(
    v.array(wholeNumber(1, 7 * DAY_SECONDS), 'must be a list of whole numbers'),
    v.maxLength(MAX_RETRIES, `must have at most ${MAX_RETRIES} entries`),
  ),
});

export const DESTINATION_OPTIONS = {
  /** What its user calls it. */
  name: option('name', v.nullish(text(200), null)),
  /** Where events are sent. Whether it is allowed depends on the deployment: `UrlRule` of `input-rules.ts`. */
  url: option('url', text(MAX_URL_LENGTH)),
  /** Topic patterns: exact, or a prefix before `*`. */
  topics: convertedOption('topics', v.optional(topics, '*'), {
    store: ({ patterns }) => patterns,
    show: patterns => patterns,
    answer: { type: 'array', items: { type: 'string' } },
  }),
  /** False: paused. Events wait in the log, as long as it keeps them. */
  isActive: convertedOption('is_active', v.optional(activity, 1), {
    store: isActive => isActive,
    show: isActive => (isActive ? 1 : 0),
    answer: { enum: [0, 1] },
  }),
  /** Headers for every delivery as the user wrote them, for reading back; `extraHeaders` of the record has them in pairs. */
  extraHeadersAsGiven: option('extra_headers', v.optional(extraHeaders, {})),
  /** How deliveries are signed: as Standard Webhooks, as the provider signs, or as ShipStream does. */
  sign: option('sign', v.optional(oneOf('standard', 'provider', 'shipstream'), 'standard')),
  /** JSON pointer → allowed values; null: everything. */
  filter: option('filter', v.nullish(filter, null), filterAnswer),
  /** False: the ingest query string stays behind. Hardly a provider signs it, so whoever sends an old request again chooses it. */
  passesQuery: option('pass_query', v.optional(v.boolean('must be true or false'), true)),
  /** Which events wait for others: none, those of the same entity, or all. */
  ordering: option('ordering', v.optional(oneOf('parallel', 'key', 'strict'), 'parallel')),
  /** Deliveries at the same time, at most. */
  maxInFlight: option('max_in_flight', v.optional(wholeNumber(1, 128), 24)),
  /** Attempts per second, at most; null: as many as there are. */
  ratePerSecond: option('rate_per_second', v.nullish(rate, null)),
  /** How old the oldest event that waits may be before `gateway:destination_behind` tells it, in seconds; 0: never. */
  behindAlertSeconds: option('behind_alert_seconds', v.optional(behindAlert, HOUR_SECONDS)),
  /** How long an attempt may take. */
  timeoutSeconds: option('timeout_seconds', v.optional(wholeNumber(1, 60), 15)),
  /** Waits in seconds before attempt 2, 3, …: N entries mean N+1 attempts. */
  retrySchedule: convertedOption(
    'retry',
    v.optional(retry, { schedule_seconds: [...DEFAULT_RETRY_SCHEDULE] }),
    {
      store: given => given.schedule_seconds,
      show: schedule => ({ schedule_seconds: schedule }),
    },
  ),
};

/** The options of one destination, as its record keeps them. */
export type DestinationOptions = StoredOptions<typeof DESTINATION_OPTIONS>;

/** What a destination has where its user said nothing. Shared by all who read it: to be copied, never changed. */
export const DESTINATION_DEFAULTS = optionDefaults(DESTINATION_OPTIONS);
