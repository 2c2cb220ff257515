/**
 * A request as schemes and presets read it: headers, query, form and JSON, each parsed once and only when asked for.
 *
 * A reference names one text: `h:` a header, `q:` a query parameter, `form:` a form field, `json:` a JSON pointer, `json@name:`
 * a JSON pointer into the JSON that a form field of that name holds, `cfg:` a setting of the webhook, `sig:` a named part of
 * the signature header. What is not there exactly once, as text, is an error and never an empty text. The exception is
 * `json?:` (`json?@name:`), for which absent and null are the empty text.
 */
import type { JsonDocument, JsonProblem } from '../json/parse';
import { parsePointer } from '../json/pointer';
import { err, ok, type Result } from '../result';
import { queryOf } from './address';
import { type Fields, fieldOf, parseFields } from './form';
import { type DocumentProblem, type JsonReference, ParsedBody } from './parsed-body';

export type SignedRequest = {
  method: string;
  /** The address as the sender knows it, with its query string. */
  url: string;
  headers: Headers;
  body: Uint8Array;
  /** The webhook's settings. */
  cfg: Readonly<Record<string, string>>;
};

export type Reference = { kind: 'h' | 'q' | 'form' | 'cfg' | 'sig'; name: string } | JsonReference;

/** RFC 9110 section 5.6.2, token. `Headers` throws on other names. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** `json`, `json?`, and each with the name of a form field. */
const JSON_KIND = /^json(\??)(?:@(.+))?$/s;

/** Reads `h:x-topic`, `json:/topic` and the like; null when the text is no reference. */
export function parseReference(text: string): Reference | null {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(0, colon));
  const name = text.slice(colon + 1);
  switch (kind) {
    case 'h':
      return HEADER_NAME.test(name) ? { kind, name: name.toLowerCase() } : null;
    case 'q':
    case 'form':
    case 'cfg':
    case 'sig':
      return name === '' ? null : { kind, name };
    default:
      return jsonReference(JSON_KIND.exec(kind), name);
  }
}

function jsonReference(kind: RegExpExecArray | null, pointer: string): JsonReference | null {
  const path = parsePointer(pointer);
  if (kind === null || path === null) return null;
  return { kind: 'json', field: kind[2] ?? null, pointer, path, optional: kind[1] === '?' };
}

/** Whether two references lead to the same place. */
export function isSameReference(one: Reference, other: Reference): boolean {
  if (one.kind === 'json') {
    return other.kind === 'json' && one.field === other.field && one.pointer === other.pointer;
  }
  return other.kind === one.kind && one.name === other.name;
}

/** What could not be read, and why: `missing`, `repeated`, `not_scalar` … Never a value. */
type ReadProblem = { place: string; cause: string };

export const detailOf = ({ place, cause }: ReadProblem): string => `${place}: ${cause}`;

export class RequestView {
  readonly request: SignedRequest;
  /** The request's body. */
  readonly body: ParsedBody;
  #together: readonly JsonReference[];
  #query: Result<Fields, 'not_a_form'> | undefined;

  /**
   * @param together places in JSON that will be read, to be looked up at once
   * @param body that of the request, where it has been parsed already
   */
  constructor(
    request: SignedRequest,
    together: readonly JsonReference[] = [],
    body = new ParsedBody(request.body),
  ) {
    this.request = request;
    this.body = body;
    this.#together = together;
  }

  /** The same request under another spelling of its address. */
  at(url: string): RequestView {
    return new RequestView({ ...this.request, url }, this.#together, this.body);
  }

  get document(): Result<JsonDocument, JsonProblem> {
    return this.body.document;
  }

  /** The JSON in a form field; of the whole body where the field is null. */
  documentIn(field: string | null): Result<JsonDocument, DocumentProblem> {
    return this.body.documentIn(field);
  }

  get form(): Result<Fields, 'not_a_form'> {
    return this.body.form;
  }

  get query(): Result<Fields, 'not_a_form'> {
    this.#query ??= parseFields(queryOf(this.request.url));
    return this.#query;
  }

  /**
   * The text a reference leads to. Problems name the place, never a value.
   * @param within where JSON pointers start: an element, or the whole document; those into a form field start at its JSON
   * @param parts named parts of the signature header
   */
  read(
    reference: Reference,
    within: JsonDocument | null = null,
    parts: Fields = [],
  ): Result<string, ReadProblem> {
    switch (reference.kind) {
      case 'h': {
        const value = this.request.headers.get(reference.name);
        return value === null ? absent(`header ${reference.name}`) : ok(value);
      }
      case 'cfg': {
        const { name } = reference;
        const value = Object.hasOwn(this.request.cfg, name) ? this.request.cfg[name] : undefined;
        return value === undefined ? absent(`setting ${name}`) : ok(value);
      }
      case 'q':
        return one(this.query, reference.name, 'query');
      case 'form':
        return one(this.form, reference.name, 'form');
      case 'sig':
        return one(ok(parts), reference.name, 'signature');
      case 'json':
        return this.#json(reference, within);
    }
  }

  #json(reference: JsonReference, within: JsonDocument | null): Result<string, ReadProblem> {
    const { field } = reference;
    const document = within === null || field !== null ? this.documentIn(field) : ok(within);
    if (!document.ok) return err({ place: field === null ? 'body' : `form ${field}`, cause: document.error });
    const text = this.body.scalar(document.value, reference, this.#together);
    if (text.ok) return text;
    const isAbsent = text.error === 'missing' || text.error === 'null';
    return isAbsent && reference.optional ? ok('') : err({ place: reference.pointer, cause: text.error });
  }
}

const absent = (place: string): Result<string, ReadProblem> => err({ place, cause: 'missing' });

function one(fields: Result<Fields, string>, name: string, place: string): Result<string, ReadProblem> {
  const value = fields.ok ? fieldOf(fields.value, name) : fields;
  return value.ok ? value : err({ place: `${place} ${name}`, cause: value.error });
}
