/** What applying a configuration needs from outside: rules, the clock, randomness, encryption. Also how it compares secrets. */
import { sameText } from '../constant-time';
import type { InputRules } from '../subscriptions/input-rules';
import type { Making } from '../subscriptions/record';
import type { WebhookRecord } from '../subscriptions/webhook';
import type { Change } from './document';

/** How long a secret that a configuration replaces stays usable. */
export const OVERLAP_SECONDS = 86_400;

export type Means = {
  rules: InputRules;
  making: Making;
  /** The text of a sealed secret; null when it does not open. */
  open(boundTo: string, sealed: string): Promise<string | null>;
  /** Remove destinations that the document does not list. */
  prune: boolean;
};

export type Update = { record: WebhookRecord; changes: Change[] };

/** Whether a secret is the one that is stored. */
export async function isStored(
  { open }: Pick<Means, 'open'>,
  boundTo: string,
  sealed: string | undefined,
  given: string,
): Promise<boolean> {
  const stored = sealed === undefined ? null : await open(boundTo, sealed);
  return stored !== null && (await sameText(stored, given));
}
