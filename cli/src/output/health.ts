/** Whether something needs a look: one judgement for `status` of one webhook, of all of them, and for `doctor`. Pure. */
import type { Schemas } from '../gateway/api';

type Destination = Schemas['Status']['destinations'][number];

/** What it is judged by, of the overview or of one webhook. Null: not known, or not numbered. */
export type Health = {
  open_gaps: number | null;
  uncertain_ids: number | null;
  dead: number | null;
  /** Destinations that fail. */
  failing: number;
  storage_refusing_since: string | null;
  left_out: string | null;
};

/** As the gateway's own overview has it: what is paused does not fail, unless the gateway turned it off. */
export const destinationFails = ({
  is_active,
  disabled_reason,
  failing_since,
  circuit,
}: Pick<Destination, 'is_active' | 'disabled_reason' | 'failing_since' | 'circuit'>): boolean =>
  is_active ? failing_since !== null || circuit === 'open' : disabled_reason !== null;

export const healthInOverview = ({ failing, ...others }: Schemas['WebhookOverview']): Health => ({
  ...others,
  failing: (failing ?? []).length,
});

export const healthOf = ({ destinations, storage, open_gaps, uncertain_ids }: Schemas['Status']): Health => ({
  ...{ open_gaps, uncertain_ids, left_out: null, storage_refusing_since: storage.refusing_since },
  dead: destinations.reduce((sum, { dead }) => sum + dead, 0),
  failing: destinations.filter(destinationFails).length,
});

/** Not for ids that are awaited: nothing is missing as long as they are within their grace. */
export const isMissing = ({
  open_gaps,
  uncertain_ids,
}: Pick<Health, 'open_gaps' | 'uncertain_ids'>): boolean => (open_gaps ?? 0) + (uncertain_ids ?? 0) > 0;

export const hasDead = ({ dead }: Pick<Health, 'dead'>): boolean => (dead ?? 0) > 0;

export const needsALook = (health: Health): boolean =>
  isMissing(health) ||
  hasDead(health) ||
  health.failing > 0 ||
  health.storage_refusing_since !== null ||
  health.left_out !== null;
