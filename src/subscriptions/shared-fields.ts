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

/** Activity as ShipStream and people write it; true is active. */
export const activity = v.pipe(
  v.custom<0 | 1 | boolean | '0' | '1'>(value => ACTIVITY.has(value), 'must be 0 or 1, false or true'),
  described({ enum: [0, 1, false, true, '0', '1'] }),
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
