/** A webhook as the API takes it: validated, with defaults, in the gateway's own names. */

import type * as v from 'valibot';
import { checked } from '../input/checked';
import { type FieldError, refusedFields } from '../input/field-errors';
import { jsonObject } from '../input/fields';
import { mergePatch } from '../input/merge-patch';
import { LIMITS } from '../limits';
import type { Provider } from '../providers/provider';
import { err, ok, type Result } from '../result';
import { type ConfirmSettings, confirmErrors, confirmSettings } from './confirm-input';
import { type DestinationInput, parseDestination } from './destination-input';
import type { InputRules } from './input-rules';
import { unmaskedSettings } from './masking';
import { indexOfTakenName, keptName, takenDestinationName, webhookNameProblem } from './names';
import type { Placement } from './placement';
import { pinnedKeyErrors, providerGiven, providerSettingsErrors, schemeErrors } from './provider-input';
import { retentionProblem } from './retention';
import type { WebhookRecord } from './webhook';
import { webhookDocument } from './webhook-document';
import {
  CHANGEABLE,
  changeableSchema,
  creationSchema,
  DEFAULT_EXPIRES_SECONDS,
  FIXED,
} from './webhook-fields';

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

type Given = v.InferOutput<typeof changeableSchema>;

/** @param currentName the name that it has */
function settingsOf(given: Given, provider: Provider, currentName: string | null): WebhookSettings {
  return {
    name: keptName(given.name, currentName),
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
  const nameProblem = webhookNameProblem(settings.name, current?.name ?? null);
  if (nameProblem !== null) errors.push({ path: '/name', message: nameProblem });
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
  const settings = settingsOf({ ...input.value, settings: full.value }, provider, null);
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
  // Those of them that are well-formed, each as its own place.
  const taken = indexOfTakenName(
    [],
    destinations.map(({ name }, index) => ({ id: String(index), name })),
  );
  if (taken >= 0) errors.push({ path: `/destinations/${taken}/name`, message: takenDestinationName });
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
  const refused = refusedFields(object.value, CHANGEABLE, FIXED);
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
  const settings = settingsOf({ ...input.value, settings: full.value }, provider, record.name);
  const errors = settingsErrors(settings, record, provider, rules);
  errors.push(...schemeErrors(record.signature, settings.signature, provider));
  return errors.length > 0 ? err(errors.slice(0, LIMITS.MAX_ISSUES)) : ok(settings);
}
