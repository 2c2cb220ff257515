/** How families of metrics are named, and whose samples they are. */
import type { CurrentReport } from '../reports';
import type { Family, Labels } from './prometheus-text';

/** A webhook that answered. */
export type Answered = { id: number; report: CurrentReport };

export const family = (
  name: string,
  type: Family['type'],
  help: string,
  samples: Family['samples'],
): Family => ({ name: `gapless_${name}`, type, help, samples });

/** The id is what lasts; the name is what people know, and may change or be empty. */
export const webhookLabels = ({ id, report }: Answered): Labels => ({
  webhook_id: String(id),
  webhook: report.name ?? '',
});

/** Seconds from a time to `now`, never less than 0; both in ms since 1970. */
export const secondsSince = (at: number, now: number): number => Math.max(0, (now - at) / 1000);
