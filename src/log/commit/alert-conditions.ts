/** What may be wrong for a while, which topics tell its beginning and its end, and which alerts are open. Pure. */
import type { OperationalTopic } from './notices';

export type Condition = 'failing' | 'disabled' | 'behind' | 'refused' | 'silent';

/** Whether somebody was told, by condition and destination. */
export type OpenAlerts = Readonly<Record<string, boolean>>;

export const ALERT_TOPICS: Record<Condition, { begins: OperationalTopic; ends: OperationalTopic }> = {
  failing: { begins: 'gateway:destination_failing', ends: 'gateway:destination_recovered' },
  disabled: { begins: 'gateway:destination_disabled', ends: 'gateway:destination_recovered' },
  behind: { begins: 'gateway:destination_behind', ends: 'gateway:destination_caught_up' },
  refused: { begins: 'gateway:requests_refused', ends: 'gateway:requests_accepted' },
  silent: { begins: 'gateway:source_silent', ends: 'gateway:source_resumed' },
};

export const keyOf = (condition: Condition, destinationId: unknown): string =>
  typeof destinationId === 'string' ? `${condition}/${destinationId}` : condition;

/** Whether the alert has begun and not ended. */
export const isOpen = (open: OpenAlerts, condition: Condition, destinationId?: string): boolean =>
  Object.hasOwn(open, keyOf(condition, destinationId));

/** How many alerts that were told, and that a notice of this topic ends, are still open. */
export function stillOpen(open: OpenAlerts, topic: OperationalTopic): number {
  const conditions = Object.entries(ALERT_TOPICS).filter(([, { ends }]) => ends === topic);
  return Object.entries(open).filter(
    ([key, told]) => told && conditions.some(([condition]) => key.split('/')[0] === condition),
  ).length;
}
