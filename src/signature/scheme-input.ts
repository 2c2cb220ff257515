/**
 * A scheme as a user writes it: its fields and their kinds. Whether they fit together is checked by `compile.ts`. Messages
 * say what is allowed and never what was given, because a secret may have been put into the wrong field.
 */
import * as v from 'valibot';
import { about, fieldsOf, oneOf, text, wholeNumber } from '../input/fields';
import { MAX_SOURCES, MAX_TEMPLATES } from './compile';
import {
  ALGORITHMS,
  DIGEST_ALGORITHMS,
  KEY_ENCODINGS,
  SIGNATURE_ENCODINGS,
  type SignatureSource,
  TIME_FORMATS,
} from './scheme';

const MAX_TEMPLATE_CHARACTERS = 1000;
const MAX_NAME_CHARACTERS = 200;
const MAX_TOLERANCE_SECONDS = 7 * 86_400;

/** Text that can be in a request: what cannot be written as UTF-8 never is. */
const written = (maxCharacters: number) =>
  v.pipe(
    text(maxCharacters),
    v.check(value => value.isWellFormed(), 'must be well-formed text'),
  );
const name = written(MAX_NAME_CHARACTERS);
const template = written(MAX_TEMPLATE_CHARACTERS);

/** A list of texts, each with its place in errors. */
export const listOf = (max: number) =>
  v.pipe(v.array(template, 'must be a list of texts'), v.maxLength(max, `must have at most ${max} entries`));

const source = v.pipe(
  fieldsOf({
    h: about('The header that has it.', v.optional(name)),
    json: about('The member of the body that has it, in the place of a header.', v.optional(name)),
    prefix: about('What stands before it, as `sha256=`.', v.optional(name)),
    split: about('What stands between several values.', v.optional(written(8))),
    kv: about('What stands between the name and the value of each.', v.optional(written(8))),
    pick: about('The name of the value that is the signature.', v.optional(name)),
    several: about(
      'Whether receivers look at every signature of the header: then a delivery that is signed again has one for each secret in use.',
      v.optional(v.boolean('must be true or false')),
    ),
  }),
  v.check(({ h, json }) => (h === undefined) !== (json === undefined), 'must have either h or json'),
  v.transform(
    ({ h, json = '', ...layout }): SignatureSource =>
      h === undefined ? { json, ...layout } : { h, ...layout },
  ),
);

/** The fields of `Scheme`. */
export const schemeEntries = {
  alg: about('How it is signed.', oneOf(...ALGORITHMS)),
  key: about(
    'How the secret is a key.',
    v.optional(
      fieldsOf({
        enc: about('How the key is written.', oneOf(...KEY_ENCODINGS)),
        or: about('How it is read where that fails.', v.optional(oneOf(...KEY_ENCODINGS))),
        strip: about('A prefix of the secret that is no part of the key.', v.optional(name)),
      }),
      { enc: 'utf8' },
    ),
  ),
  enc: about('How signatures are written.', oneOf(...SIGNATURE_ENCODINGS)),
  sig: about(
    'Where signatures are; one that is right is enough.',
    v.pipe(
      v.array(source, 'must be a list of places'),
      v.minLength(1, 'must name at least one place'),
      v.maxLength(MAX_SOURCES, `must name at most ${MAX_SOURCES} places`),
    ),
  ),
  msg: about(
    'What is signed: templates as `{ts}.{body}`, one of which fits.',
    v.optional(listOf(MAX_TEMPLATES), []),
  ),
  ts: about(
    'The time of the request, where it has one.',
    v.optional(
      fieldsOf({
        from: about('Where it is.', template),
        fmt: about('How it is written.', oneOf(...TIME_FORMATS)),
        tol: about(
          'How old it may be, in seconds. Null: any age.',
          v.nullish(wholeNumber(0, MAX_TOLERANCE_SECONDS), null),
        ),
      }),
    ),
  ),
  digest: about(
    'A digest of the body that is signed in its place.',
    v.optional(
      fieldsOf({
        from: about('Where it is.', template),
        alg: about('How it is made.', oneOf(...DIGEST_ALGORITHMS)),
        enc: about('How it is written.', oneOf('hex', 'base64')),
      }),
    ),
  ),
  each: about('What of each element of a list of events is signed.', v.optional(template)),
  bodySigned: about(
    'Whether the signature covers the body. Default: as the templates say.',
    v.optional(v.boolean('must be true or false')),
  ),
};
