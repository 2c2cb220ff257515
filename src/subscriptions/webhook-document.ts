/** A webhook in the words of the API, as far as its user decides it. */
import { confirmDocument } from './confirm-input';
import { restartsWithSecret } from './restarts-with-secret';
import type { WebhookRecord } from './webhook';

/**
 * The webhook as a document that a merge patch applies to: the fields of create that can change, without tokens.
 */
export function webhookDocument(record: WebhookRecord) {
  return {
    name: record.name,
    topics: record.topicsAsGiven,
    is_active: record.isActive,
    on_invalid: record.onInvalid,
    replay_protection: record.replayProtection,
    retention_days: record.retentionDays,
    when_full: record.whenFull,
    sequence: {
      enabled: record.sequence.enabled,
      hold_seconds: record.sequence.holdSeconds,
      grace_seconds: record.sequence.graceSeconds,
      expires_seconds: record.sequence.expiresSeconds,
      restarts_with_secret: restartsWithSecret(record),
    },
    silence_seconds: record.silenceSeconds,
    confirm: confirmDocument(record.confirm),
    settings: record.settings,
    signature: record.signature,
  };
}
