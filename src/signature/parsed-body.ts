/**
 * A body as JSON and as a form, each parsed once and only when asked for, and the scalars of JSON. Addresses are tried in several
 * spellings, and this is what they share.
 */
import { type JsonDocument, type JsonProblem, parseJson } from '../json/parse';
import { type ScalarText, scalarTexts } from '../json/scalar';
import { err, type Result } from '../result';
import { type Fields, parseForm } from './form';

/** A place in JSON, as text and as its tokens; `optional`: absent and null are the empty text. */
export type JsonReference = { kind: 'json'; pointer: string; path: string[]; optional: boolean };

export class ParsedBody {
  #bytes: Uint8Array;
  #together: readonly JsonReference[];
  #document: Result<JsonDocument, JsonProblem> | undefined;
  #form: Result<Fields, 'not_a_form'> | undefined;
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

  get form(): Result<Fields, 'not_a_form'> {
    this.#form ??= parseForm(this.#bytes);
    return this.#form;
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
