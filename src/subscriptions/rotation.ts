/** What a `rotate_secret` request says, for inbound secrets and for those of destinations. */
import * as v from 'valibot';
import { checked } from '../input/checked';
import type { FieldError } from '../input/field-errors';
import { about, fieldsOf, wholeNumber } from '../input/fields';
import type { Provider } from '../providers/provider';
import { err, ok, type Result } from '../result';
import { destinationSecret } from './destination-input';
import type { InputRules } from './input-rules';
import { inboundSecret } from './secret-input';

const DAY_SECONDS = 86_400;

/** How long the old secret stays usable, unless said: a day, so that nobody loses events by rotating. */
const overlap_seconds = about(
  'How long the secrets before stay usable, in seconds. 0 ends them at once, as after a leak.',
  v.optional(wholeNumber(0, 30 * DAY_SECONDS), DAY_SECONDS),
);

export const inboundRotation = fieldsOf({
  secret_key: about(
    'The new secret. Null: the gateway makes one, where the provider takes any.',
    v.nullish(inboundSecret, null),
  ),
  overlap_seconds,
});
export const destinationRotation = fieldsOf({
  secret_key: about('The new secret, `whsec_…`. Null: one is made.', v.nullish(destinationSecret, null)),
  overlap_seconds,
});

export type Rotation = { secretKey: string; overlapSeconds: number };

/** @param generated the secret to use where none is given and the provider takes any */
export function parseInboundRotation(
  given: unknown,
  provider: Provider,
  secretProblem: InputRules['secretProblem'],
  generated: string,
): Result<Rotation, FieldError[]> {
  const input = checked(inboundRotation, given);
  if (!input.ok) return input;
  const { secret_key: secretKey, overlap_seconds: overlapSeconds } = input.value;
  if (secretKey === null) {
    if (canGenerate(provider)) return ok({ secretKey: generated, overlapSeconds });
    return err([{ path: '/secret_key', message: `is required: ${provider.title} makes its secrets itself` }]);
  }
  const problem = secretProblem(provider, secretKey);
  return problem === null
    ? ok({ secretKey, overlapSeconds })
    : err([{ path: '/secret_key', message: problem }]);
}

/** A generated secret is text; where the key is written otherwise, or only one half of it is known, it has to be given. */
const canGenerate = ({ guide, scheme }: Provider): boolean =>
  guide.isSecretChosen && scheme.key.enc === 'utf8';

/** `secretKey` null: to be generated. */
export function parseDestinationRotation(
  given: unknown,
): Result<{ secretKey: string | null; overlapSeconds: number }, FieldError[]> {
  const input = checked(destinationRotation, given);
  if (!input.ok) return input;
  return ok({ secretKey: input.value.secret_key, overlapSeconds: input.value.overlap_seconds });
}
