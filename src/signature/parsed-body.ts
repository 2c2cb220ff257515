/**
 * A body as JSON, as a form and as a form with JSON in its fields, each parsed once and only when asked for, the scalars of JSON,
 * and the texts and digests that are made of the whole. A scheme may name one 32 times in each of its messages, addresses are
 * tried in several spellings, and what has been verified is then described: whatever is made of a body is made here, once.
 *
 * It takes several times the memory of its bytes, so it goes no further than to the event that is made of it.
 */

import type { Ambiguity } from '../json/ambiguity';
import { Canonical, type CanonicalMode } from '../json/canonical';
import { type JsonDocument, type JsonProblem, parseJson, parseJsonText } from '../json/parse';
import { type ScalarText, scalarTexts } from '../json/scalar';
import { err, ok, type Result } from '../result';
import { crc32 } from './crc32';
import { type Fields, fieldOf, joinedFields, parseForm } from './form';

/**
 * A place in JSON, as text and as its tokens; `optional`: absent and null are the empty text. `field`: the form field whose text
 * is the JSON; null where the body is.
 */
export type JsonReference = {
  kind: 'json';
  field: string | null;
  pointer: string;
  path: string[];
  optional: boolean;
};

/** Why there is no JSON where it was looked for. */
export type DocumentProblem = JsonProblem | 'not_a_form' | 'missing' | 'repeated';

/** Digests of a whole body, by their names in WebCrypto. */
export type BodyDigest = 'SHA-1' | 'SHA-256' | 'SHA-512';

export class ParsedBody {
  readonly bytes: Uint8Array;
  #document: Result<JsonDocument, JsonProblem> | undefined;
  #inFields = new Map<string, Result<JsonDocument, DocumentProblem>>();
  #form: Result<Fields, 'not_a_form'> | undefined;
  #fields: Result<string, 'not_a_form'> | undefined;
  #crc32: string | undefined;
  #digests = new Map<BodyDigest, Promise<Uint8Array>>();
  #canonical = new WeakMap<JsonDocument, Canonical>();
  /** By document and pointer. */
  #scalars = new WeakMap<JsonDocument, Map<string, ScalarText>>();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get document(): Result<JsonDocument, JsonProblem> {
    this.#document ??= parseJson(this.bytes);
    return this.#document;
  }

  /** The JSON in a form field; of the whole body where the field is null. */
  documentIn(field: string | null): Result<JsonDocument, DocumentProblem> {
    if (field === null) return this.document;
    const known = this.#inFields.get(field);
    if (known !== undefined) return known;
    const text = this.form.ok ? fieldOf(this.form.value, field) : this.form;
    const document = text.ok ? parseJsonText(text.value) : text;
    this.#inFields.set(field, document);
    return document;
  }

  get form(): Result<Fields, 'not_a_form'> {
    this.#form ??= parseForm(this.bytes);
    return this.#form;
  }

  /** All fields of the form as one text. */
  get fields(): Result<string, 'not_a_form'> {
    this.#fields ??= this.form.ok ? ok(joinedFields(this.form.value)) : this.form;
    return this.#fields;
  }

  /** The checksum, decimal. */
  get crc32(): string {
    this.#crc32 ??= String(crc32(this.bytes));
    return this.#crc32;
  }

  digest(algorithm: BodyDigest): Promise<Uint8Array> {
    const known = this.#digests.get(algorithm);
    if (known !== undefined) return known;
    const digest = crypto.subtle.digest(algorithm, this.bytes).then(buffer => new Uint8Array(buffer));
    this.#digests.set(algorithm, digest);
    return digest;
  }

  canonical(document: JsonDocument, mode: CanonicalMode): Result<string, Ambiguity> {
    const known = this.#canonical.get(document) ?? new Canonical(document);
    this.#canonical.set(document, known);
    return known.text(mode);
  }

  /** @param together places that are looked up as well: the text is gone through once for all of them */
  scalar(
    document: JsonDocument,
    reference: JsonReference,
    together: readonly JsonReference[] = [],
  ): ScalarText {
    const known = this.#scalars.get(document) ?? new Map<string, ScalarText>();
    const before = known.get(reference.pointer);
    if (before !== undefined) return before;
    this.#scalars.set(document, known);
    const unknown = [reference, ...together].filter(({ pointer }) => !known.has(pointer));
    const texts = scalarTexts(
      document,
      unknown.map(({ path }) => path),
    );
    for (const [i, text] of texts.entries()) known.set(unknown[i]?.pointer ?? '', text);
    return known.get(reference.pointer) ?? err('missing');
  }
}
