/** Refused requests and samples: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import { W } from './addresses';
import type { Operation } from './operation';
import { integer, list, mapOf, object, text, time, words } from './shapes';

export const DIAGNOSIS_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: `${W}/rejections`, id: 'listRejections', tag: 'diagnosis' },
    summary: 'The last refused requests',
    description: 'Reported by the edge within about 10 seconds; without values, unless captured.',
    ...{ answers: [200, 'Rejections'], problems: [404] },
  },
  {
    ...{ method: 'post', path: `${W}/capture`, id: 'captureRejections', tag: 'diagnosis' },
    summary: 'Keep refused requests whole for 10 minutes',
    ...{ takes: ['If-Match'], answers: [200, 'Capture'], problems: [404, 409, 412] },
  },
  {
    ...{ method: 'post', path: `${W}/test`, id: 'sendTest', tag: 'diagnosis' },
    summary: 'Send a correctly signed sample through the real path',
    body: { schema: 'Test', optional: true, example: { topic: 'order:created' } },
    ...{ answers: [200, 'Tested'], problems: [400, 404, 409, 413, 422] },
  },
];

const captured = object({ headers: mapOf(text), query: text }, { body: orNull(text), body_base64: text });

export const DIAGNOSIS_ANSWERS: Record<string, JsonSchema> = {
  Rejections: object({
    counts: mapOf(integer),
    rejections: list(
      object({
        id: orNull(integer),
        at: time,
        reason: text,
        header_names: list(text),
        body_bytes: integer,
        body_sha256: orNull(text),
        explanation: {
          ...orNull(object({ kind: text, certainty: words('shown', 'likely'), what: text, mend: text })),
          description:
            'of the latest three that were captured whole: the mistake after whose undoing the signature fits (`shown`), or what it looks like',
        },
        request: orNull(captured),
      }),
    ),
  }),
  Capture: object({ capture_until: time }),
  Tested: object({ topic: text, http_status: integer, answer: { type: 'object' } }),
};
