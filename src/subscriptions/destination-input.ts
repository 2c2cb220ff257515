/**
 * A destination as the API takes it: validated, with defaults, in the gateway's own names. What it has besides the options of
 * `destination-options.ts` is here: where it starts, its secret, and masked headers that stand for stored ones. Whether the
 * webhook's retention covers its retries is `retention.ts`.
 */
import * as v from 'valibot';
import { decodeSecret } from '../delivery/standard-webhooks';
import { checked } from '../input/checked';
import { type FieldError, refusedFields } from '../input/field-errors';
import { about, fieldsOf, jsonObject, wholeNumber } from '../input/fields';
import { described } from '../input/json-schema';
import { mergePatch } from '../input/merge-patch';
import { optionEntries, shownOptions, storedOptions } from '../input/options';
import { err, ok, type Result } from '../result';
import { DESTINATION_OPTIONS, type DestinationOptions } from './destination-options';
import { headersProblemText, parseExtraHeaders } from './extra-headers';
import type { UrlRule } from './input-rules';
import { unmaskedHeaders } from './masking';
import { destinationNameProblem, keptName } from './names';
import { secretText } from './secret-input';
import type { DestinationRecord } from './webhook';

/** Everything of a destination that its user decides, secrets aside. */
export type DestinationSettings = Omit<DestinationRecord, 'id' | 'secrets' | 'createdAt'>;

/** `secretKey` null: to be generated. */
export type DestinationInput = DestinationSettings & { secretKey: string | null };

const secretMessage = 'must be "whsec_" followed by the base64 of 24 to 64 bytes';
/** A Standard Webhooks secret as a user may bring it. */
export const destinationSecret = v.pipe(
  secretText,
  v.string(secretMessage),
  v.check(secret => {
    const bytes = decodeSecret(secret)?.length ?? 0;
    return bytes >= 24 && bytes <= 64;
  }, secretMessage),
  described({ pattern: '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$' }),
);

const start = v.union(
  [
    v.picklist(['now', 'beginning']),
    fieldsOf({
      sequence: about('The sequence to begin with.', wholeNumber(1, Number.MAX_SAFE_INTEGER)),
    }),
  ],
  'must be "now", "beginning" or {"sequence": n}',
);

const changeable = optionEntries(DESTINATION_OPTIONS);

const FIXED = {
  secret_key: 'is changed with rotate_secret',
  start: 'is settled when a destination is made and cannot be changed',
};

export const changeableSchema = fieldsOf(changeable);
export const creationSchema = fieldsOf({
  ...changeable,
  start: about(
    'The first event that it gets: `now`, the `beginning` of the log, or `{"sequence": n}`.',
    v.optional(start, 'now'),
  ),
  secret_key: about(
    'The secret that deliveries are signed with: `whsec_…`. Null: one is made, and shown once.',
    v.nullish(destinationSecret, null),
  ),
});

function urlErrors(url: string, urlRule: UrlRule, prefix: string): FieldError[] {
  const problem = urlRule(url);
  return problem === null ? [] : [{ path: `${prefix}/url`, message: problem }];
}

/** @param currentName the name that it has */
function optionsOf(
  given: Parameters<typeof storedOptions<typeof DESTINATION_OPTIONS>>[1],
  currentName: string | null,
): DestinationOptions {
  const options = storedOptions(DESTINATION_OPTIONS, given);
  return { ...options, name: keptName(options.name, currentName) };
}

function nameErrors(name: string | null, current: string | null, prefix: string): FieldError[] {
  const message = destinationNameProblem(name, current);
  return message === null ? [] : [{ path: `${prefix}/name`, message }];
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
  const input = checked(creationSchema, given, prefix);
  if (!input.ok) return input;
  const options = optionsOf(input.value, stored?.name ?? null);
  const errors = [
    ...(options.url === stored?.url ? [] : urlErrors(options.url, urlRule, prefix)),
    ...nameErrors(options.name, stored?.name ?? null, prefix),
  ];
  if (errors.length > 0) return err(errors);
  const settings = settingsOf(options, stored?.start ?? input.value.start, stored, prefix);
  return settings.ok ? ok({ ...settings.value, secretKey: input.value.secret_key }) : settings;
}

/** The settings that these options make: headers that came masked have the stored values. */
function settingsOf(
  options: DestinationOptions,
  start: DestinationSettings['start'],
  stored: DestinationSettings | null,
  prefix: string,
): Result<DestinationSettings, FieldError[]> {
  const full = unmaskedHeaders(options.extraHeadersAsGiven, stored?.extraHeaders ?? []);
  if (!full.ok) return err([{ path: `${prefix}/extra_headers`, message: full.error }]);
  const parsed = parseExtraHeaders(full.value);
  return parsed.ok
    ? ok({ ...options, start, extraHeaders: parsed.value, extraHeadersAsGiven: full.value })
    : err([{ path: `${prefix}/extra_headers`, message: headersProblemText(parsed.error) }]);
}

/** The destination as a document that a merge patch applies to: the fields of create that can change. */
export const destinationDocument = (settings: DestinationOptions) =>
  shownOptions(DESTINATION_OPTIONS, settings);

/** An existing destination with a merge patch applied (RFC 7396: null puts a field back to its default). */
export function patchDestination(
  current: DestinationSettings,
  patch: unknown,
  urlRule: UrlRule,
): Result<DestinationSettings, FieldError[]> {
  const object = checked(jsonObject, patch);
  if (!object.ok) return object;
  const refused = refusedFields(object.value, Object.keys(changeable), FIXED);
  if (refused.length > 0) return err(refused);
  const input = checked(changeableSchema, mergePatch(destinationDocument(current), object.value));
  if (!input.ok) return input;
  const options = optionsOf(input.value, current.name);
  const errors = [
    ...(options.url === current.url ? [] : urlErrors(options.url, urlRule, '')),
    ...nameErrors(options.name, current.name, ''),
  ];
  return errors.length > 0 ? err(errors) : settingsOf(options, current.start, current, '');
}
