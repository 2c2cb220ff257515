/**
 * A body as JSON, as a form and as a form with JSON in its fields, each parsed once and only when asked for, the scalars of JSON,
 * and the texts that are made of the whole. A scheme may name one 32 times in each of its messages, and addresses are tried in
 * several spellings: whatever is made of a body is made here, once.
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

export class ParsedBody {
  #bytes: Uint8Array;
  #together: readonly JsonReference[];
  #document: Result<JsonDocument, JsonProblem> | undefined;
  #inFields = new Map<string, Result<JsonDocument, DocumentProblem>>();
  #form: Result<Fields, 'not_a_form'> | undefined;
  #fields: Result<string, 'not_a_form'> | undefined;
  #crc32: string | undefined;
  #canonical = new WeakMap<JsonDocument, Canonical>();
  /** By document and pointer. */
  #scalars = new WeakMap<JsonDocument, Map<string, ScalarText>>();

  /** @param together places of which all are looked up when the first one is: the text is gone through once for them */
  constructor(bytes: Uint8Array, together: readonly JsonReference[]) {
    this.#bytes = bytes;
    this.#together = together;
  }

  get document(): Result<JsonDocument, JsonProblem> {
    this.#document ??= parseJson(this.#bytes);
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
    this.#form ??= parseForm(this.#bytes);
    return this.#form;
  }

  /** All fields of the form as one text. */
  get fields(): Result<string, 'not_a_form'> {
    this.#fields ??= this.form.ok ? ok(joinedFields(this.form.value)) : this.form;
    return this.#fields;
  }

  /** The checksum, decimal. */
  get crc32(): string {
    this.#crc32 ??= String(crc32(this.#bytes));
    return this.#crc32;
  }

  canonical(document: JsonDocument, mode: CanonicalMode): Result<string, Ambiguity> {
    const known = this.#canonical.get(document) ?? new Canonical(document);
    this.#canonical.set(document, known);
    return known.text(mode);
  }

  scalar(document: JsonDocument, reference: JsonReference): ScalarText {
    const known = this.#scalars.get(document) ?? this.#lookUp(document, this.#together, new Map());
    if (!known.has(reference.pointer)) this.#lookUp(document, [reference], known);
    return known.get(reference.pointer) ?? err('missing');
  }

  #lookUp(
    document: JsonDocument,
    references: readonly JsonReference[],
    known: Map<string, ScalarText>,
  ): Map<string, ScalarText> {
    this.#scalars.set(document, known);
    const paths = references.map(({ path }) => path);
    const texts = paths.length === 0 ? [] : scalarTexts(document, paths);
    for (const [i, text] of texts.entries()) known.set(references[i]?.pointer ?? '', text);
    return known;
  }
}
