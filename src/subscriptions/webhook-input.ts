/** A webhook as the API takes it: validated, with defaults, in the gateway's own names. */

import * as v from 'valibot';
import { checked } from '../input/checked';
import { type FieldError, refusedFields } from '../input/field-errors';
import { fieldsOf, jsonObject, oneOf, text, wholeNumber } from '../input/fields';
import { mergePatch } from '../input/merge-patch';
import { LIMITS } from '../limits';
import { customDefinition } from '../providers/custom';
import type { Provider } from '../providers/provider';
import { err, ok, type Result } from '../result';
import { type ConfirmSettings, confirmErrors, confirmSchema, confirmSettings } from './confirm-input';
import { type DestinationInput, parseDestination } from './destination-input';
import type { InputRules } from './input-rules';
import { unmaskedSettings } from './masking';
import { JURISDICTIONS, LOCATION_HINTS, type Placement } from './placement';
import { pinnedKeyErrors, providerGiven, providerSettingsErrors, schemeErrors } from './provider-input';
import { retentionProblem } from './retention';
import { inboundSecret } from './secret-input';
import { activity, topics } from './shared-fields';
import type { WebhookRecord } from './webhook';
import { webhookDocument } from './webhook-document';

/** Everything of a webhook that its user decides and may change; null tokens stand for those there are. */
export type WebhookSettings = Pick<
  WebhookRecord,
  | 'name'
  | 'topics'
  | 'topicsAsGiven'
  | 'isActive'
  | 'onInvalid'
  | 'replayProtection'
  | 'retentionDays'
  | 'whenFull'
  | 'sequence'
  | 'silenceSeconds'
  | 'settings'
  | 'signature'
> & { confirm: ConfirmSettings | null };

export type WebhookInput = WebhookSettings &
  Placement & {
    provider: string;
    secretKey: string;
    destinations: DestinationInput[];
  };

const DAY_SECONDS = 86_400;

/** 104 hours: ShipStream's last retry, and for providers that do not say when theirs is. */
const DEFAULT_EXPIRES_SECONDS = 374_400;

const changeable = {
  name: v.nullish(text(200), null),
  topics: v.optional(topics, '*'),
  is_active: v.optional(activity, 1),
  on_invalid: v.optional(oneOf('quarantine', 'reject'), 'quarantine'),
  replay_protection: v.optional(oneOf('standard', 'strict'), 'standard'),
  retention_days: v.optional(wholeNumber(1, 30), 7),
  when_full: v.optional(oneOf('drop_oldest_delivered', 'refuse'), 'drop_oldest_delivered'),
  sequence: v.optional(
    fieldsOf({
      enabled: v.optional(v.boolean('must be true or false')),
      hold_seconds: v.optional(wholeNumber(0, DAY_SECONDS), 0),
      grace_seconds: v.optional(wholeNumber(0, DAY_SECONDS), 60),
      expires_seconds: v.optional(wholeNumber(1, 30 * DAY_SECONDS)),
      restarts_with_secret: v.optional(v.boolean('must be true or false')),
    }),
    {},
  ),
  silence_seconds: v.nullish(wholeNumber(1, 30 * DAY_SECONDS), null),
  confirm: v.nullish(confirmSchema, null),
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

/** The events stay where they are. */
export const UNMOVABLE = {
  jurisdiction: 'cannot be changed: events do not move; create another webhook',
  location_hint: 'cannot be changed: events do not move; create another webhook',
};

const FIXED = {
  webhook_id: 'is given by the gateway',
  provider: 'cannot be changed; create another webhook',
  ...UNMOVABLE,
  secret_key: 'is changed with rotate_secret',
  destinations: 'are changed through their own routes',
};

export const changeableSchema = fieldsOf(changeable);
export const creationSchema = fieldsOf({
  provider: v.string('must be the name of a provider'),
  secret_key: inboundSecret,
  jurisdiction: v.nullish(oneOf(...JURISDICTIONS), null),
  location_hint: v.nullish(oneOf(...LOCATION_HINTS), null),
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
    whenFull: given.when_full,
    sequence: {
      enabled: given.sequence.enabled ?? provider.numbered,
      holdSeconds: given.sequence.hold_seconds,
      graceSeconds: given.sequence.grace_seconds,
      expiresSeconds:
        given.sequence.expires_seconds ?? provider.retryHorizonSeconds ?? DEFAULT_EXPIRES_SECONDS,
      restartsWithSecret: given.sequence.restarts_with_secret ?? provider.restartsWithSecret,
    },
    silenceSeconds: given.silence_seconds,
    confirm: given.confirm === null ? null : confirmSettings(given.confirm),
    settings: given.settings,
    signature: given.signature,
  };
}

/** What no schema can see because it depends on the provider or on the deployment. */
function settingsErrors(
  settings: WebhookSettings,
  current: WebhookRecord | null,
  provider: Provider,
  rules: InputRules,
): FieldError[] {
  const errors = providerSettingsErrors(settings.settings, provider);
  if (settings.sequence.enabled && !provider.numbered) {
    errors.push({
      path: '/sequence/enabled',
      message: `must be false: ${provider.title} does not number its events`,
    });
  }
  return [...errors, ...confirmErrors(settings.confirm, current?.confirm ?? null, provider, rules)];
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
  const errors = settingsErrors(settings, null, provider, rules);
  const secretProblem = rules.secretProblem(provider, input.value.secret_key);
  if (secretProblem !== null) errors.push({ path: '/secret_key', message: secretProblem });
  errors.push(...schemeErrors(null, settings.signature, provider));
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
    jurisdiction: input.value.jurisdiction,
    locationHint: input.value.location_hint,
    destinations,
  });
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
 * An existing webhook as a whole document has it: what is left out has its default, masked settings and the tokens
 * of `confirm` stay. Whether the retention covers the retries of its destinations is the caller's to judge.
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
  const errors = settingsErrors(settings, record, provider, rules);
  errors.push(...schemeErrors(record.signature, settings.signature, provider));
  return errors.length > 0 ? err(errors.slice(0, LIMITS.MAX_ISSUES)) : ok(settings);
}
