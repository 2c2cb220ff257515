/**
 * What the secret that verified an event says about its numbering. Pure.
 *
 * A provider that sets the secret when a webhook is created, and never changes it, numbers anew with every new secret
 * (`sequence.restarts_with_secret`). So there is nothing to guess: events of one secret are of one webhook at the provider,
 * and two webhooks may even send side by side. A webhook that is made anew under the same secret is still told by its ids.
 */
import type { Arrival, Epoch } from './epoch';
import type { Tracker, TrackerSettings } from './types';

export type BySecret =
  /** The secret says nothing: the setting is off, or an earlier release did not keep it. */
  | { kind: 'unknown' }
  /** No numbering was seen with this secret: a new one begins. */
  | { kind: 'new' }
  /** The current numbering has this secret. Of the earlier ones only `earlier` may have sent the event. */
  | { kind: 'current'; earlier: readonly Epoch[] }
  /** The newest numbering with this secret is an earlier one. */
  | { kind: 'earlier'; epoch: Epoch }
  /** It takes no ids any more. */
  | { kind: 'closed'; number: number };

/** The numbering that sent an arrival, as far as its secret tells. */
export function bySecret(
  { current, earlierEpochs, closedEpochs }: Tracker,
  { secretId, added }: Arrival,
  { secretIds }: TrackerSettings,
): BySecret {
  const isTold = secretIds !== undefined && secretId !== undefined && added !== true;
  if (!isTold || current === null || current.secretId === undefined) return { kind: 'unknown' };
  const earlier = earlierEpochs.filter(epoch => epoch.secretId === secretId);
  if (current.secretId === secretId) return { kind: 'current', earlier };
  const [epoch] = earlier;
  if (epoch !== undefined) return { kind: 'earlier', epoch };
  const closed = closedEpochs.find(other => other.secretId === secretId);
  if (closed !== undefined) return { kind: 'closed', number: closed.number };
  return isNewer(secretId, current.secretId, secretIds) ? { kind: 'new' } : { kind: 'unknown' };
}

/** Whether a secret was given to the webhook after another one. `secretIds`: those in use, newest first. */
function isNewer(secretId: string, than: string, secretIds: readonly string[]): boolean {
  const [at, of] = [secretIds.indexOf(secretId), secretIds.indexOf(than)];
  return at >= 0 && (of < 0 || at < of);
}

/** Whether a record of this epoch can be of an arrival with this secret. */
export const mayShareSecret = (
  epoch: { readonly secretId?: string },
  { secretId }: Pick<Arrival, 'secretId'>,
  { secretIds }: TrackerSettings,
): boolean =>
  secretIds === undefined ||
  secretId === undefined ||
  epoch.secretId === undefined ||
  epoch.secretId === secretId;

/** Whether its secret says that an epoch other than the current one sent an arrival, and that no other did. */
export function isTheirsBySecret(
  { current, earlierEpochs }: Tracker,
  number: number,
  { secretId }: Arrival,
  { secretIds }: TrackerSettings,
): boolean {
  if (secretIds === undefined || secretId === undefined || current === null) return false;
  const epoch = earlierEpochs.find(earlier => earlier.number === number);
  return (
    epoch?.secretId === secretId && current.secretId !== undefined && current.secretId !== epoch.secretId
  );
}
