/** Refused requests and samples: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import { W } from './addresses';
import type { Operation } from './operation';
import { integer, list, mapOf, object, said, text, time, warnings, words } from './shapes';

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

const captured = object(
  { headers: mapOf(text), query: text },
  {
    body: said('the body as text, where it is UTF-8; null when it was erased', orNull(text)),
    body_base64: said('the body in base64, where it is no UTF-8', text),
  },
);

export const DIAGNOSIS_ANSWERS: Record<string, JsonSchema> = {
  Rejections: object({
    counts: said('refused requests by reason, since the webhook was made', mapOf(integer)),
    capture_until: said(
      'until when refused requests are kept whole (`POST …/capture`); null where they are not',
      orNull(time),
    ),
    rejections: said(
      'the last 100, newest first',
      list(
        object({
          id: said('number of the request; null of an earlier release', orNull(integer)),
          at: time,
          reason: text,
          header_names: said('names of its headers, without their values', list(text)),
          body_bytes: integer,
          body_sha256: said('SHA-256 of the body in hex; null where it was not read', orNull(text)),
          explanation: {
            ...orNull(
              object({
                kind: said('the mistake, as a word', text),
                certainty: said('`shown`: the signature fits without it', words('shown', 'likely')),
                what: said('what it is', text),
                mend: said('what to do', text),
              }),
            ),
            description:
              'of the latest three that were captured whole: the mistake after whose undoing the signature fits (`shown`), or what it looks like',
          },
          request: said('the whole request, where it was captured; null otherwise', orNull(captured)),
        }),
      ),
    ),
  }),
  Capture: object({ capture_until: time }),
  Tested: object({
    topic: said('topic of the sample', text),
    http_status: integer,
    answer: said('what the ingest address answered', { type: 'object' }),
    warnings: said('a topic that the provider is not known to have; empty for nothing', warnings),
  }),
};
