/** Destinations of a webhook: operations and answers. */
import { type JsonSchema, jsonSchemaOf, orNull } from '../../../input/json-schema';
import { answersOf } from '../../../input/options';
import { creationSchema } from '../../../subscriptions/destination-input';
import { DESTINATION_OPTIONS } from '../../../subscriptions/destination-options';
import { D, W } from './addresses';
import { asInRequest } from './meanings';
import type { Operation } from './operation';
import { boolean, integer, list, mapOf, object, ref, said, text, time, warnings, words } from './shapes';

export const DESTINATIONS_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: `${W}/destinations`, id: 'listDestinations', tag: 'destinations' },
    ...{ summary: 'List the destinations of a webhook', answers: [200, 'Destinations'], problems: [404] },
  },
  {
    ...{ method: 'get', path: D, id: 'getDestination', tag: 'destinations', summary: 'Read a destination' },
    ...{ answers: [200, 'Destination'], problems: [404, 409] },
  },
  {
    ...{ method: 'post', path: `${W}/destinations`, id: 'createDestination', tag: 'destinations' },
    summary: 'Add a destination',
    takes: ['Idempotency-Key', 'If-Match'],
    body: { schema: 'NewDestination', example: { url: 'https://app.example.com/hooks', topics: 'order:*' } },
    ...{ answers: [201, 'AddedDestination'], problems: [400, 404, 409, 412, 413, 422] },
  },
  {
    ...{ method: 'patch', path: D, id: 'updateDestination', tag: 'destinations' },
    ...{ summary: 'Change a destination', takes: ['If-Match'] },
    body: { schema: 'DestinationPatch', example: { max_in_flight: 6 } },
    ...{ answers: [200, 'ChangedDestination'], problems: [400, 404, 409, 412, 413, 422] },
  },
  {
    ...{ method: 'delete', path: D, id: 'deleteDestination', tag: 'destinations' },
    summary: 'Remove a destination',
    ...{ takes: ['If-Match'], answers: [204, null], problems: [404, 409, 412] },
  },
  {
    ...{ method: 'post', path: `${D}/rotate_secret`, id: 'rotateDestinationSecret', tag: 'destinations' },
    summary: 'Give a destination another secret',
    description: 'Deliveries carry both signatures for `overlap_seconds`, a day unless said.',
    takes: ['If-Match'],
    body: { schema: 'DestinationRotation', optional: true, example: {} },
    ...{ answers: [200, 'RotatedSecret'], problems: [400, 404, 409, 412, 413, 422] },
  },
  {
    ...{ method: 'post', path: `${D}/retry`, id: 'retryDestination', tag: 'destinations' },
    summary: 'Send what waits for a destination now',
    description:
      'Its retries are due, in its order, without using up their schedule; where its circuit is open it is probed at once, and the ' +
      'rest follows at the pace of recovery. A paused destination gets 409: making it active sends what waits.',
    body: { schema: 'Retry', optional: true, example: {} },
    ...{ answers: [200, 'Retried'], problems: [400, 404, 409, 413, 422] },
  },
  {
    ...{ method: 'post', path: `${D}/test`, id: 'testDestination', tag: 'destinations' },
    summary: 'Send a test to a destination, and see what it answers',
    description:
      'A sample of the provider, or a body of your own: signed as a delivery is and marked with `gapless-test: 1`. It is in no log, ' +
      'counts for nothing, and goes to a paused destination too, whatever its topics. Takes as long as the timeout of the destination.',
    body: { schema: 'DestinationTest', optional: true, example: { topic: 'order:created' } },
    ...{ answers: [200, 'TestedDestination'], problems: [400, 404, 409, 413, 422] },
  },
];

const destination = {
  destination_id: text,
  ...asInRequest(answersOf(DESTINATION_OPTIONS), jsonSchemaOf(creationSchema)),
  start: said('which event it began with when it was made', {
    anyOf: [words('now', 'beginning'), object({ sequence: integer })],
  }),
  created_at: time,
};

const secretShown = { ...text, description: 'shown in this answer only' };

export const DESTINATIONS_ANSWERS: Record<string, JsonSchema> = {
  Destination: object(destination),
  Destinations: object({
    destinations: said('in the order in which they were made', list(ref('Destination'))),
  }),
  ChangedDestination: object({ ...destination, warnings }),
  AddedDestination: object({ ...destination, secret_key: secretShown, warnings }),
  CreatedDestination: object({
    ...destination,
    secret_key: secretShown,
  }),
  RotatedSecret: object({ secret_key: text }, { usable_from: time }),
  TestedDestination: object({
    topic: { ...text, description: 'as sent in `ce-type`; empty for none' },
    outcome: { ...words('delivered', 'failed'), description: 'what a delivery that is answered so would be' },
    http_status: orNull(integer),
    duration_ms: { type: 'number' },
    error: { ...orNull(text), description: 'class of the failure, as of an attempt; null when delivered' },
    connection_error: {
      ...orNull(words('lost', 'unreachable', 'not_sent', 'other')),
      description: 'why there was no answer, as far as it is known',
    },
    answer: {
      ...orNull(object({ text, truncated: boolean, headers: mapOf(text) })),
      description: 'what the receiver said, the first KiB; text of whoever that is',
    },
    sent_headers: {
      ...orNull(mapOf(text)),
      description: 'headers that were sent, with `********` for secrets; null where no request was made',
    },
    warnings: said(
      'a topic that the provider is not known to have, headers that were not sent; empty for nothing',
      warnings,
    ),
  }),
  Retried: object({
    waiting: { ...integer, description: 'deliveries that had not succeeded when this was asked for' },
    more: { ...boolean, description: 'true: they were counted in part, there are at least so many' },
    next_attempt_at: {
      ...orNull(time),
      description: 'when the next attempt begins; null when nothing waits',
    },
  }),
};
