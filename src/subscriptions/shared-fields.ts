/** The fields that webhooks and destinations have in common, as Valibot schemas like those of `input/fields.ts`. */
import * as v from 'valibot';
import { described } from '../input/json-schema';
import { parseTopics, topicsProblemText } from './topics';

const ACTIVITY = new Map<unknown, boolean>([
  [0, false],
  [1, true],
  [false, false],
  [true, true],
  ['0', false],
  ['1', true],
]);

/** Yes or no, as JSON, ShipStream and people write it: `is_active`, `pass_query`, `dry_run`. */
export const activity = v.pipe(
  v.custom<0 | 1 | boolean | '0' | '1'>(value => ACTIVITY.has(value), 'must be true or false, or 1 or 0'),
  described({ enum: [true, false, 1, 0, '1', '0'] }),
  v.transform(value => ACTIVITY.get(value) === true),
);

/** Topics in any of their three forms: what was given, for reading back, and its patterns. */
export const topics = v.pipe(
  v.union([v.string(), v.array(v.string())], 'must be text, a comma-separated list or a list of texts'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = parseTopics(dataset.value);
    if (!parsed.ok) {
      addIssue({ message: topicsProblemText(parsed.error) });
      return NEVER;
    }
    return { given: dataset.value, patterns: parsed.value };
  }),
);
