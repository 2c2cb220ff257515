/** A webhook as the API takes it: validated, with defaults, in the gateway's own names. */
import * as v from 'valibot';
import { MAX_URL_LENGTH } from '../delivery/url-policy';
import { checked } from '../input/checked';
import { type FieldError, refusedFields } from '../input/field-errors';
import { fieldsOf, jsonObject, oneOf, text, wholeNumber } from '../input/fields';
import { mergePatch } from '../input/merge-patch';
import { LIMITS } from '../limits';
import { customDefinition } from '../providers/custom';
import type { Provider } from '../providers/provider';
import { err, ok, type Result } from '../result';
import { type DestinationInput, parseDestination } from './destination-input';
import type { InputRules } from './input-rules';
import { isSameHost, unmaskedSettings } from './masking';
import {
  confirmErrors,
  keyErrors,
  pinnedKeyErrors,
  providerGiven,
  providerSettingsErrors,
} from './provider-input';
import { retentionProblem } from './retention';
import { activity, topics } from './shared-fields';
import type { WebhookRecord } from './webhook';

/** Everything of a webhook that its user decides and may change; a null token stands for the one there is. */
export type WebhookSettings = Pick<
  WebhookRecord,
  | 'name'
  | 'topics'
  | 'topicsAsGiven'
  | 'isActive'
  | 'onInvalid'
  | 'replayProtection'
  | 'retentionDays'
  | 'sequence'
  | 'silenceSeconds'
  | 'settings'
  | 'signature'
> & { confirm: { url: string; token: string | null } | null };

export type WebhookInput = WebhookSettings & {
  provider: string;
  secretKey: string;
  destinations: DestinationInput[];
};

const DAY_SECONDS = 86_400;

/** 104 hours: ShipStream's last retry, and for providers that do not say when theirs is. */
const DEFAULT_EXPIRES_SECONDS = 374_400;

/** Any text; whether it is a secret in the provider's scheme is asked of `InputRules`. */
export const inboundSecret = v.pipe(
  v.string('must be text'),
  v.minLength(1, 'must not be empty'),
  v.maxLength(4096, 'must have at most 4096 characters'),
);

const changeable = {
  name: v.nullish(text(200), null),
  topics: v.optional(topics, '*'),
  is_active: v.optional(activity, 1),
  on_invalid: v.optional(oneOf('quarantine', 'reject'), 'quarantine'),
  replay_protection: v.optional(oneOf('standard', 'strict'), 'standard'),
  retention_days: v.optional(wholeNumber(1, 30), 7),
  sequence: v.optional(
    fieldsOf({
      enabled: v.optional(v.boolean('must be true or false')),
      hold_seconds: v.optional(wholeNumber(0, DAY_SECONDS), 0),
      grace_seconds: v.optional(wholeNumber(0, DAY_SECONDS), 60),
      expires_seconds: v.optional(wholeNumber(1, 30 * DAY_SECONDS)),
    }),
    {},
  ),
  silence_seconds: v.nullish(wholeNumber(1, 30 * DAY_SECONDS), null),
  confirm: v.nullish(fieldsOf({ url: text(MAX_URL_LENGTH), token: v.optional(text(4096)) }), null),
  settings: v.optional(
    v.pipe(
      jsonObject,
      v.record(v.string(), text(2048), 'must be an object of texts'),
      v.check(settings => Object.keys(settings).length <= 50, 'must have at most 50 entries'),
    ),
    {},
  ),
  signature: v.nullish(customDefinition, null),
};

const FIXED = {
  webhook_id: 'is given by the gateway',
  provider: 'cannot be changed; create another webhook',
  secret_key: 'is changed with rotate_secret',
  destinations: 'are changed through their own routes',
};

export const changeableSchema = fieldsOf(changeable);
export const creationSchema = fieldsOf({
  provider: v.string('must be the name of a provider'),
  secret_key: inboundSecret,
  ...changeable,
  destinations: v.optional(
    v.pipe(
      v.array(v.unknown(), 'must be a list of destinations'),
      v.maxLength(LIMITS.MAX_DESTINATIONS, `must be at most ${LIMITS.MAX_DESTINATIONS} destinations`),
    ),
    [],
  ),
});

type Given = v.InferOutput<typeof changeableSchema>;

function settingsOf(given: Given, provider: Provider): WebhookSettings {
  return {
    name: given.name,
    topics: given.topics.patterns,
    topicsAsGiven: given.topics.given,
    isActive: given.is_active,
    onInvalid: given.on_invalid,
    replayProtection: given.replay_protection,
    retentionDays: given.retention_days,
    sequence: {
      enabled: given.sequence.enabled ?? provider.numbered,
      holdSeconds: given.sequence.hold_seconds,
      graceSeconds: given.sequence.grace_seconds,
      expiresSeconds:
        given.sequence.expires_seconds ?? provider.retryHorizonSeconds ?? DEFAULT_EXPIRES_SECONDS,
    },
    silenceSeconds: given.silence_seconds,
    confirm: given.confirm === null ? null : { url: given.confirm.url, token: given.confirm.token ?? null },
    settings: given.settings,
    signature: given.signature,
  };
}

/** What no schema can see because it depends on the provider or on the deployment. */
function settingsErrors(settings: WebhookSettings, provider: Provider, rules: InputRules, hasToken: boolean) {
  const errors = providerSettingsErrors(settings.settings, provider);
  if (settings.sequence.enabled && !provider.numbered) {
    errors.push({
      path: '/sequence/enabled',
      message: `must be false: ${provider.title} does not number its events`,
    });
  }
  return [...errors, ...confirmErrors(settings.confirm, provider, rules, hasToken)];
}

/** The body of a create request. All problems that can be told apart are reported at once. */
export function parseWebhook(given: unknown, rules: InputRules): Result<WebhookInput, FieldError[]> {
  const input = checked(creationSchema, given);
  if (!input.ok) return input;
  const found = providerGiven(input.value.provider, input.value.signature, rules);
  if (!found.ok) return found;
  const provider = found.value;

  const full = unmaskedSettings(input.value.settings, {}, provider);
  if (!full.ok) return full;
  const settings = settingsOf({ ...input.value, settings: full.value }, provider);
  const errors = settingsErrors(settings, provider, rules, false);
  const secretProblem = rules.secretProblem(provider, input.value.secret_key);
  if (secretProblem !== null) errors.push({ path: '/secret_key', message: secretProblem });
  errors.push(...pinnedKeyErrors(input.value.secret_key, settings.settings, provider));

  const destinations: DestinationInput[] = [];
  for (const [index, given] of input.value.destinations.entries()) {
    const prefix = `/destinations/${index}`;
    const destination = parseDestination(given, rules.urlProblem, prefix);
    if (!destination.ok) {
      errors.push(...destination.error);
      continue;
    }
    const problem = retentionProblem(settings, destination.value.retrySchedule);
    if (problem !== null) errors.push({ path: `${prefix}/retry/schedule_seconds`, message: problem });
    destinations.push(destination.value);
  }
  if (errors.length > 0) return err(errors.slice(0, LIMITS.MAX_ISSUES));
  return ok({
    ...settings,
    provider: input.value.provider,
    secretKey: input.value.secret_key,
    destinations,
  });
}

/**
 * The webhook as a document that a merge patch applies to: the fields of create that can change, without the token.
 */
export function webhookDocument(record: WebhookRecord) {
  return {
    name: record.name,
    topics: record.topicsAsGiven,
    is_active: record.isActive ? 1 : 0,
    on_invalid: record.onInvalid,
    replay_protection: record.replayProtection,
    retention_days: record.retentionDays,
    sequence: {
      enabled: record.sequence.enabled,
      hold_seconds: record.sequence.holdSeconds,
      grace_seconds: record.sequence.graceSeconds,
      expires_seconds: record.sequence.expiresSeconds,
    },
    silence_seconds: record.silenceSeconds,
    confirm: record.confirm === null ? null : { url: record.confirm.url },
    settings: record.settings,
    signature: record.signature,
  };
}

/** An existing webhook with a merge patch applied (RFC 7396: null puts a field back to its default). */
export function patchWebhook(
  record: WebhookRecord,
  patch: unknown,
  rules: InputRules,
): Result<WebhookSettings, FieldError[]> {
  const object = checked(jsonObject, patch);
  if (!object.ok) return object;
  const refused = refusedFields(object.value, Object.keys(changeable), FIXED);
  if (refused.length > 0) return err(refused);
  const settings = replaceWebhook(record, mergePatch(webhookDocument(record), object.value), rules);
  if (!settings.ok) return settings;
  const errors = record.destinations.flatMap(destination => {
    const message = retentionProblem(settings.value, destination.retrySchedule);
    return message === null ? [] : [{ path: '/retention_days', message: `${message} (${destination.id})` }];
  });
  return errors.length > 0 ? err(errors.slice(0, LIMITS.MAX_ISSUES)) : settings;
}

/**
 * An existing webhook as a whole document has it: what is left out has its default, masked settings and the token of
 * `confirm` stay. Whether the retention covers the retries of its destinations is the caller's to judge.
 */
export function replaceWebhook(
  record: WebhookRecord,
  document: unknown,
  rules: InputRules,
): Result<WebhookSettings, FieldError[]> {
  const input = checked(changeableSchema, document);
  if (!input.ok) return input;
  const found = providerGiven(record.provider, input.value.signature, rules);
  if (!found.ok) return found;
  const provider = found.value;

  const full = unmaskedSettings(input.value.settings, record.settings, provider);
  if (!full.ok) return full;
  const settings = settingsOf({ ...input.value, settings: full.value }, provider);
  const keepsToken = isSameHost(record.confirm?.url, settings.confirm?.url);
  const errors = settingsErrors(settings, provider, rules, keepsToken);
  errors.push(...keyErrors(record.signature, settings.signature));
  return errors.length > 0 ? err(errors.slice(0, LIMITS.MAX_ISSUES)) : ok(settings);
}
