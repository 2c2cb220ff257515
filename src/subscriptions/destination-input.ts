/**
 * A destination as the API takes it: validated, with defaults, in the gateway's own names. Judged here is what a
 * destination says about itself; whether the webhook's retention covers its retries is `retention.ts`.
 */
import * as v from 'valibot';
import { decodeSecret } from '../delivery/standard-webhooks';
import { MAX_URL_LENGTH } from '../delivery/url-policy';
import { type FieldError, fieldErrors, refusedFields } from '../input/field-errors';
import { fieldsOf, jsonObject, oneOf, text, wholeNumber } from '../input/fields';
import { described } from '../input/json-schema';
import { mergePatch } from '../input/merge-patch';
import { parsePointer } from '../json/pointer';
import { err, ok, type Result } from '../result';
import { headersProblemText, parseExtraHeaders } from './extra-headers';
import { unmaskedHeaders } from './masking';
import { activity, topics } from './shared-fields';
import type { DestinationRecord } from './webhook';

/** Everything of a destination that its user decides, secrets aside. */
export type DestinationSettings = Omit<DestinationRecord, 'id' | 'secrets' | 'createdAt'>;

/** `secretKey` null: to be generated. */
export type DestinationInput = DestinationSettings & { secretKey: string | null };

/**
 * Says why a URL cannot be a destination's, or null: `urlProblem` of `delivery/url-policy.ts` with the deployment's
 * policy.
 */
export type UrlRule = (url: string) => string | null;

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
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = parseExtraHeaders(dataset.value);
    if (!parsed.ok) {
      addIssue({ message: headersProblemText(parsed.error) });
      return NEVER;
    }
    return { given: dataset.value, pairs: parsed.value };
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

const secretMessage = 'must be "whsec_" followed by the base64 of 24 to 64 bytes';
/** A Standard Webhooks secret as a user may bring it. */
export const destinationSecret = v.pipe(
  v.string(secretMessage),
  v.check(secret => {
    const bytes = decodeSecret(secret)?.length ?? 0;
    return bytes >= 24 && bytes <= 64;
  }, secretMessage),
  described({ pattern: '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$' }),
);

const rateMessage = 'must be a number from 0.01 to 10000';

const start = v.union(
  [v.picklist(['now', 'beginning']), fieldsOf({ sequence: wholeNumber(1, Number.MAX_SAFE_INTEGER) })],
  'must be "now", "beginning" or {"sequence": n}',
);

const changeable = {
  name: v.nullish(text(200), null),
  url: text(MAX_URL_LENGTH),
  topics: v.optional(topics, '*'),
  is_active: v.optional(activity, 1),
  extra_headers: v.optional(extraHeaders, {}),
  sign: v.optional(oneOf('standard', 'provider', 'shipstream'), 'standard'),
  filter: v.nullish(filter, null),
  ordering: v.optional(oneOf('parallel', 'key', 'strict'), 'parallel'),
  max_in_flight: v.optional(wholeNumber(1, 128), 24),
  rate_per_second: v.nullish(
    v.pipe(v.number(rateMessage), v.minValue(0.01, rateMessage), v.maxValue(10_000, rateMessage)),
    null,
  ),
  timeout_seconds: v.optional(wholeNumber(1, 60), 15),
  retry: v.optional(
    fieldsOf({
      schedule_seconds: v.pipe(
        v.array(wholeNumber(1, 7 * DAY_SECONDS), 'must be a list of whole numbers'),
        v.maxLength(MAX_RETRIES, `must have at most ${MAX_RETRIES} entries`),
      ),
    }),
    { schedule_seconds: [...DEFAULT_RETRY_SCHEDULE] },
  ),
};

const FIXED = {
  secret_key: 'is changed with rotate_secret',
  start: 'is settled when a destination is made and cannot be changed',
};

export const changeableSchema = fieldsOf(changeable);
export const creationSchema = fieldsOf({
  ...changeable,
  start: v.optional(start, 'now'),
  secret_key: v.nullish(destinationSecret, null),
});

function settingsOf(
  given: v.InferOutput<typeof changeableSchema>,
  from: DestinationSettings['start'],
): DestinationSettings {
  return {
    name: given.name,
    url: given.url,
    topics: given.topics.patterns,
    isActive: given.is_active,
    extraHeaders: given.extra_headers.pairs,
    extraHeadersAsGiven: given.extra_headers.given,
    sign: given.sign,
    start: from,
    filter: given.filter,
    ordering: given.ordering,
    maxInFlight: given.max_in_flight,
    ratePerSecond: given.rate_per_second,
    timeoutSeconds: given.timeout_seconds,
    retrySchedule: given.retry.schedule_seconds,
  };
}

function urlErrors(url: string, urlRule: UrlRule, prefix: string): FieldError[] {
  const problem = urlRule(url);
  return problem === null ? [] : [{ path: `${prefix}/url`, message: problem }];
}

/**
 * A new destination.
 * @param prefix JSON pointer of the destination in the request body
 * @param stored the destination it takes the place of: its masked headers stay, and so does its URL, allowed or not
 */
export function parseDestination(
  given: unknown,
  urlRule: UrlRule,
  prefix = '',
  stored: DestinationSettings | null = null,
): Result<DestinationInput, FieldError[]> {
  const parsed = v.safeParse(creationSchema, given);
  if (!parsed.success) return err(fieldErrors(parsed.issues, prefix));
  const errors = parsed.output.url === stored?.url ? [] : urlErrors(parsed.output.url, urlRule, prefix);
  if (errors.length > 0) return err(errors);
  const settings = unmasked(settingsOf(parsed.output, stored?.start ?? parsed.output.start), stored, prefix);
  return settings.ok ? ok({ ...settings.value, secretKey: parsed.output.secret_key }) : settings;
}

/** With the stored values of headers that came masked. */
function unmasked(
  settings: DestinationSettings,
  stored: DestinationSettings | null,
  prefix: string,
): Result<DestinationSettings, FieldError[]> {
  const full = unmaskedHeaders(settings.extraHeadersAsGiven, stored?.extraHeaders ?? []);
  if (!full.ok) return err([{ path: `${prefix}/extra_headers`, message: full.error }]);
  const parsed = parseExtraHeaders(full.value);
  return parsed.ok
    ? ok({ ...settings, extraHeaders: parsed.value, extraHeadersAsGiven: full.value })
    : err([{ path: `${prefix}/extra_headers`, message: headersProblemText(parsed.error) }]);
}

/** The destination as a document that a merge patch applies to: the fields of create that can change. */
export function destinationDocument(settings: DestinationSettings) {
  return {
    name: settings.name ?? null,
    url: settings.url,
    topics: settings.topics,
    is_active: settings.isActive ? 1 : 0,
    extra_headers: settings.extraHeadersAsGiven,
    sign: settings.sign,
    filter: settings.filter,
    ordering: settings.ordering,
    max_in_flight: settings.maxInFlight,
    rate_per_second: settings.ratePerSecond,
    timeout_seconds: settings.timeoutSeconds,
    retry: { schedule_seconds: settings.retrySchedule },
  };
}

/** An existing destination with a merge patch applied (RFC 7396: null puts a field back to its default). */
export function patchDestination(
  current: DestinationSettings,
  patch: unknown,
  urlRule: UrlRule,
): Result<DestinationSettings, FieldError[]> {
  const object = v.safeParse(jsonObject, patch);
  if (!object.success) return err(fieldErrors(object.issues));
  const refused = refusedFields(object.output, Object.keys(changeable), FIXED);
  if (refused.length > 0) return err(refused);
  const parsed = v.safeParse(changeableSchema, mergePatch(destinationDocument(current), object.output));
  if (!parsed.success) return err(fieldErrors(parsed.issues));
  const errors = parsed.output.url === current.url ? [] : urlErrors(parsed.output.url, urlRule, '');
  return errors.length > 0 ? err(errors) : unmasked(settingsOf(parsed.output, current.start), current, '');
}
