/**
 * `POST /v1/webhooks/{webhook_id}/replays` and `POST …/events/{sequence}/replay`: many events sent again, or one. The webhook's
 * object does it; the answer says how many. `GET …/replays` and `GET …/replays/{replay_id}` say how far it is, and
 * `POST …/replays/{replay_id}/cancel` ends it.
 */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { checked } from '../../input/checked';
import type { FieldError } from '../../input/field-errors';
import { about, fieldsOf, oneOf, text } from '../../input/fields';
import { described } from '../../input/json-schema';
import { isObject } from '../../json/kind';
import { NO_TOPIC } from '../../log/contract/event-filter';
import type { EventStatus } from '../../log/contract/events';
import type { Replay, ReplayRequest, ReplayResult } from '../../log/contract/replays';
import type { WebhookObject } from '../../log/contract/webhook-object';
import { err, ok, type Result } from '../../result';
import { activity } from '../../subscriptions/shared-fields';
import { parseTopics } from '../../subscriptions/topics';
import { replayView } from '../../views/replay';
import { ask } from '../ask';
import type { ApiEnv } from '../context';
import { type ApiError, problem } from '../problem';
import { askedOf, objectFor, sequenceOf } from './addressed';
import { filterEntries, filterOf, spanError } from './event-filter';

export const replays = new Hono<ApiEnv>();

const STATUSES = ['accepted', 'quarantined', 'retrying', 'dead'] as const satisfies readonly EventStatus[];

const sequence = v.pipe(
  v.number('must be a whole number'),
  v.integer('must be a whole number'),
  v.minValue(1, 'must be at least 1'),
  v.maxValue(Number.MAX_SAFE_INTEGER, 'must be less than 2^53'),
);

const topicPattern = v.pipe(
  text(512),
  v.check(
    given => parseTopics([given]).ok && !given.includes(','),
    'must be one topic, or a prefix before *',
  ),
);

const eventReplayEntries = {
  destination_id: about(
    'The destination that they are sent to, by its id or its name. Null: all that want them.',
    v.nullish(text(64), null),
  ),
  new_id: about(
    'True: with a `webhook-id` of its own, for receivers that refuse one twice.',
    v.nullish(activity, false),
  ),
};

export const eventReplaySchema = fieldsOf(eventReplayEntries);

export const replaySchema = fieldsOf({
  ...eventReplayEntries,
  from_sequence: about('The first sequence. Null: the first of the log.', v.nullish(sequence, null)),
  to_sequence: about('The last sequence. Null: the last of the log.', v.nullish(sequence, null)),
  ...filterEntries,
  status: about('Only events that stand so at the destination.', v.nullish(oneOf(...STATUSES), null)),
  topic: about('Only events of this topic, or with this prefix before `*`.', v.nullish(topicPattern, null)),
  all: v.nullish(
    v.pipe(activity, described({ description: 'Every event of the log. Instead of a filter.' })),
    false,
  ),
  dry_run: v.nullish(v.pipe(activity, described({ description: 'Only count, and send nothing.' })), false),
});

replays.post('/:webhook_id/replays', async c => {
  const request = await askedOf(c, withGiven(parseReplay), { whenEmpty: {} });
  if (!request.ok) return problem(request.error);
  const { object, input } = request.value;
  const asked = { by: c.get('principal').id, request: input.given };
  const result = await ask(() => object.replay({ ...input.parsed, asked }));
  return result.ok ? replayed(result.value) : problem(result.error);
});

/** Parses a request of which what was given is kept, too. */
const withGiven =
  <T>(parse: (given: unknown) => Result<T, FieldError[]>) =>
  (given: unknown): Result<{ parsed: T; given: Record<string, unknown> }, FieldError[]> => {
    const parsed = parse(given);
    return parsed.ok
      ? ok({ parsed: parsed.value, given: isObject(given) ? withoutNames(given) : {} })
      : parsed;
  };

/** What may name a person is not kept: erasing events would not reach it. */
const NAMING = ['q', 'entity_key'];

const withoutNames = (given: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, NAMING.includes(name) ? '[not kept]' : value]),
  );

type ReplayInput = v.InferOutput<typeof replaySchema>;

/** What says which events; without any of it nothing is sent, unless `all` says so. */
const SELECTIONS = [
  ...([
    'from_sequence',
    'to_sequence',
    'since',
    'until',
    'topic',
    'status',
    'event_id',
    'increment_id',
  ] as const),
  ...(['entity_key', 'q', 'delivery'] as const),
];
/** Those that are looked up in the list, when the replay is asked for. */
const CHOOSING = ['event_id', 'increment_id', 'entity_key', 'q', 'delivery'] as const;

function parseReplay(given: unknown): Result<ReplayRequest, FieldError[]> {
  const input = checked(replaySchema, given);
  if (!input.ok) return input;
  const wrong = contradictionIn(input.value);
  if (wrong !== null) return err([wrong]);
  const { destination_id, from_sequence, to_sequence, since, until, status, topic, new_id, dry_run } =
    input.value;
  const request: ReplayRequest = {
    destinationId: destination_id,
    fromSequence: from_sequence,
    toSequence: to_sequence,
    since,
    until,
    status,
    topic,
    newId: new_id,
    dryRun: dry_run,
  };
  if (CHOOSING.every(name => input.value[name] === null)) return ok(request);
  const state = input.value.delivery ?? (status === 'dead' || status === 'retrying' ? status : null);
  const chosen = { filter: filterOf(input.value), state, topic };
  return ok({ ...request, since: null, until: null, status: null, topic: NO_TOPIC, chosen });
}

/** What a replay says that cannot be meant, or null. */
function contradictionIn(input: ReplayInput): FieldError | null {
  const said = SELECTIONS.filter(name => input[name] !== null);
  if (said.length === 0 && !input.all) {
    const message = `must say which events: one of ${SELECTIONS.join(', ')}, or "all": true for every event of the log`;
    return { path: '', message };
  }
  if (said.length > 0 && input.all) {
    return { path: '/all', message: `cannot be true together with ${said.join(', ')}` };
  }
  const emptySpan = spanError(input, '/until');
  if (emptySpan !== null) return emptySpan;
  const { delivery, status } = input;
  if (delivery === 'waiting' || delivery === 'paused') {
    const message = `must be one of "retrying", "dead", "delivered": what is ${delivery} leaves by itself, and would come twice`;
    return { path: '/delivery', message };
  }
  const chooses = CHOOSING.find(name => input[name] !== null);
  const isPlain = status === null || (delivery === null && (status === 'dead' || status === 'retrying'));
  if (chooses === undefined || isPlain) return null;
  return { path: '/status', message: `cannot be combined with ${chooses}; say "delivery" instead` };
}

replays.post('/:webhook_id/events/:sequence/replay', async c => {
  const sequence = sequenceOf(c.req.param('sequence'));
  if (!sequence.ok) return problem(sequence.error);
  const parse = withGiven(given => checked(eventReplaySchema, given));
  const request = await askedOf(c, parse, { whenEmpty: {} });
  if (!request.ok) return problem(request.error);
  const { object, input } = request.value;
  const { destination_id: destinationId, new_id: newId } = input.parsed;
  const asked = { by: c.get('principal').id, request: { ...input.given, sequence: sequence.value } };
  const result = await ask(() => object.replayEvent(sequence.value, destinationId, newId, asked));
  return result.ok ? replayed(result.value) : problem(result.error);
});

function replayed(result: ReplayResult): Response {
  if (result.kind !== 'ok') return problem(errorOf(result));
  const { replayId = null, count, events = null } = result;
  return Response.json({ replay_id: replayId, count, events });
}

replays.get('/:webhook_id/replays', async c => {
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const list = await ask(() => object.value.replays());
  if (!list.ok) return problem(list.error);
  if (list.value === null) return problem({ reason: 'not_found', what: 'webhook' });
  return c.json({ replays: list.value.replays.map(replayView), more: list.value.more });
});

replays.get('/:webhook_id/replays/:replay_id', c => oneReplay(c, (object, id) => object.replayOf(id)));

replays.post('/:webhook_id/replays/:replay_id/cancel', c =>
  oneReplay(c, (object, id) => object.cancelReplay(id)),
);

async function oneReplay(
  c: Context<ApiEnv>,
  find: (object: WebhookObject, replayId: number) => Promise<Replay | null>,
): Promise<Response> {
  const id = sequenceOf(c.req.param('replay_id') ?? '', 'replay');
  if (!id.ok) return problem(id.error);
  const object = await objectFor(c.env, c.req.param('webhook_id') ?? '');
  if (!object.ok) return problem(object.error);
  const found = await ask(() => find(object.value, id.value));
  if (!found.ok) return problem(found.error);
  return found.value === null
    ? problem({ reason: 'not_found', what: 'replay' })
    : c.json(replayView(found.value));
}

function errorOf(result: Exclude<ReplayResult, { kind: 'ok' }>): ApiError {
  switch (result.kind) {
    case 'gone':
      return { reason: 'not_found', what: 'webhook' };
    case 'unknown_destination':
      return { reason: 'not_found', what: 'destination' };
    case 'too_scattered': {
      const message =
        `must be given: what matches lies in too many places for one replay. Up to ${result.upTo} it fits, and ` +
        `another replay goes on with from_sequence ${result.upTo + 1}`;
      return { reason: 'invalid', errors: [{ path: '/to_sequence', message }] };
    }
    case 'unknown_event':
      return { reason: 'not_found', what: 'event' };
    case 'redacted':
      return { reason: 'conflict', detail: 'The body of this event was erased.' };
    case 'not_forwarded':
      return { reason: 'conflict', detail: 'The event is not forwarded yet; release it instead.' };
  }
}
