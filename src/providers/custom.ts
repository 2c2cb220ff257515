/**
 * `"provider": "custom"`: a provider made of the webhook's own `signature`. That is a scheme, and the places where topic,
 * ids and entity key are read. A scheme that cannot work is refused when the webhook is created.
 */
import * as v from 'valibot';
import { about, fieldsOf, text } from '../input/fields';
import type { Result } from '../result';
import type { SchemeProblem } from '../signature/compile';
import { listOf, schemeEntries } from '../signature/scheme-input';
import { declaredProvider } from './declared';
import type { Provider } from './provider';

export const CUSTOM = 'custom';

const MAX_ALTERNATIVES = 8;

/** What `signature` may be, as a Valibot schema. */
export const customDefinition = fieldsOf({
  ...schemeEntries,
  type: about(
    'Where the topic is: places as `json:/type` or `h:x-topic`, the first that has one.',
    v.optional(listOf(MAX_ALTERNATIVES), []),
  ),
  id: about('Where the id of the event is, likewise.', v.optional(listOf(MAX_ALTERNATIVES), [])),
  entity: about('Where it says what the event is about, likewise.', v.optional(listOf(MAX_ALTERNATIVES), [])),
  seq: about(
    'Where events are numbered.',
    v.optional(
      fieldsOf({
        from: about('Where the number is.', text(1000)),
        scope: about('What it is counted by.', v.optional(text(200))),
      }),
    ),
  ),
});

/** A scheme, and where things are read; stored with the webhook as it was given. */
export type CustomDefinition = v.InferOutput<typeof customDefinition>;

/** Among the ids it means: events are known by the signed bytes, whatever their id. */
const BY_BYTES = 'sha256:body';

/** The topic of all events, where the definition names no place to read it. */
const TOPIC = 'text:event';

/** The provider that a definition describes, or what is wrong with the definition, by JSON pointers into it. */
export function customProvider(definition: CustomDefinition): Result<Provider, SchemeProblem[]> {
  const { type, id, entity, seq, ...scheme } = definition;
  return declaredProvider({
    name: CUSTOM,
    title: 'Custom',
    scheme,
    // A body without its number is no event of a numbered webhook. That it must be JSON also says where it begins and ends.
    body: seq?.from.startsWith('json:') === true ? 'json' : 'any',
    topic: type.length === 0 ? [TOPIC] : type,
    // A setting among the ids would name the subscription. One webhook is one subscription, so it tells nothing apart.
    id: id.filter(source => source !== BY_BYTES && !source.startsWith('cfg:')),
    entity,
    seq: seq?.from ?? null,
    attempt: null,
    retryHorizonSeconds: null,
    knownBy: id.includes(BY_BYTES) ? 'signed_bytes' : null,
    perAttempt: [],
    certificate: null,
    handshake: null,
    guide: {
      secret: 'the secret that the scheme’s key says',
      isSecretChosen: true,
      settings: [],
    },
  });
}
