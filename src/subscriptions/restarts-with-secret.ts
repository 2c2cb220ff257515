import { providerFor } from '../providers/registry';
import type { WebhookRecord } from './webhook';

/** Whether a new inbound secret of this webhook is a new numbering: as it was asked for, else as the provider does it. */
export const restartsWithSecret = ({ sequence, provider }: WebhookRecord): boolean =>
  sequence.restartsWithSecret ?? providerFor(provider)?.restartsWithSecret ?? false;
