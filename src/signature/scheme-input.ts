/**
 * A scheme as a user writes it: its fields and their kinds. Whether they fit together is checked by `compile.ts`. Messages
 * say what is allowed and never what was given, because a secret may have been put into the wrong field.
 */
import * as v from 'valibot';
import { fieldsOf, oneOf, text, wholeNumber } from '../input/fields';
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
    h: v.optional(name),
    json: v.optional(name),
    prefix: v.optional(name),
    split: v.optional(written(8)),
    kv: v.optional(written(8)),
    pick: v.optional(name),
  }),
  v.check(({ h, json }) => (h === undefined) !== (json === undefined), 'must have either h or json'),
  v.transform(
    ({ h, json = '', ...layout }): SignatureSource =>
      h === undefined ? { json, ...layout } : { h, ...layout },
  ),
);

/** The fields of `Scheme`. */
export const schemeEntries = {
  alg: oneOf(...ALGORITHMS),
  key: v.optional(
    fieldsOf({
      enc: oneOf(...KEY_ENCODINGS),
      or: v.optional(oneOf(...KEY_ENCODINGS)),
      strip: v.optional(name),
    }),
    { enc: 'utf8' },
  ),
  enc: oneOf(...SIGNATURE_ENCODINGS),
  sig: v.pipe(
    v.array(source, 'must be a list of places'),
    v.minLength(1, 'must name at least one place'),
    v.maxLength(MAX_SOURCES, `must name at most ${MAX_SOURCES} places`),
  ),
  msg: v.optional(listOf(MAX_TEMPLATES), []),
  ts: v.optional(
    fieldsOf({
      from: template,
      fmt: oneOf(...TIME_FORMATS),
      tol: v.nullish(wholeNumber(0, MAX_TOLERANCE_SECONDS), null),
    }),
  ),
  digest: v.optional(
    fieldsOf({ from: template, alg: oneOf(...DIGEST_ALGORITHMS), enc: oneOf('hex', 'base64') }),
  ),
  each: v.optional(template),
  bodySigned: v.optional(v.boolean('must be true or false')),
};
