/** Bodies that may have been signed in place of the one that arrived, each with the mistake that would explain it. */
import { parseJson } from '../../json/parse';
import { type Spelling, spelled } from '../../json/spelling';
import { parseForm } from '../form';
import {
  BODY_LOST,
  bodyBase64,
  bodyRewritten,
  byteOrderMark,
  characterSet,
  formAndJson,
  lineFeed,
  type Mistake,
} from './mistakes';

export type BodyChange = { body: Uint8Array; mistake: Mistake };

/** Names under which senders put JSON into a form. */
const JSON_FIELDS = ['payload', 'data', 'body', 'json', 'event', 'mandrill_events'];

const COMPACT: Spelling = { comma: ',', colon: ':', indent: null, sorted: false, escaped: [] };
const PYTHON: Spelling = { ...COMPACT, comma: ', ', colon: ': ' };

/** The usual writers of JSON. */
const SPELLINGS: readonly [in_words: string, spelling: Spelling][] = [
  ['without blanks (`JSON.stringify`)', COMPACT],
  [
    'without blanks, `/` and what is beyond ASCII escaped (PHP)',
    { ...COMPACT, escaped: ['slashes', 'ascii'] },
  ],
  ['without blanks, `/` escaped', { ...COMPACT, escaped: ['slashes'] }],
  ['without blanks, what is beyond ASCII escaped', { ...COMPACT, escaped: ['ascii'] }],
  ['without blanks, `<`, `>` and `&` escaped (Go)', { ...COMPACT, escaped: ['html'] }],
  ['with blanks after `,` and `:`, what is beyond ASCII escaped (Python)', { ...PYTHON, escaped: ['ascii'] }],
  ['with blanks after `,` and `:`', PYTHON],
  ['in lines, two blanks a level', { ...COMPACT, colon: ': ', indent: '  ' }],
  ['in lines, four blanks a level', { ...COMPACT, colon: ': ', indent: '    ' }],
  ['in lines, a tab a level', { ...COMPACT, colon: ': ', indent: '\t' }],
  [
    'in lines, four blanks a level, `/` and what is beyond ASCII escaped (PHP)',
    { ...COMPACT, colon: ': ', indent: '    ', escaped: ['slashes', 'ascii'] },
  ],
  ['with its keys sorted, without blanks', { ...COMPACT, sorted: true }],
  [
    'with its keys sorted, blanks after `,` and `:` (Python)',
    { ...PYTHON, sorted: true, escaped: ['ascii'] },
  ],
];

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** In the order in which they are worth trying. Lazily, since each may be as large as the body. */
export function* bodyChanges(body: Uint8Array): Generator<BodyChange> {
  const text = textOf(body);
  if (text !== null) {
    yield* lineFeeds(text);
    yield* marks(text);
    yield* spellings(body);
    yield* forms(body, text);
    yield* base64(text);
  }
  yield* characterSets(body, text);
  if (body.length > 0) yield { body: new Uint8Array(), mistake: BODY_LOST };
}

function textOf(body: Uint8Array): string | null {
  try {
    return strict.decode(body);
  } catch {
    return null;
  }
}

const bytes = (text: string): Uint8Array => encoder.encode(text);

function* lineFeeds(text: string): Generator<BodyChange> {
  if (/\r?\n$/.test(text)) {
    yield { body: bytes(text.replace(/\r?\n$/, '')), mistake: lineFeed('without the line feed at its end') };
    yield { body: bytes(text.replace(/[\r\n]+$/, '')), mistake: lineFeed('without line feeds at its end') };
  }
  yield { body: bytes(`${text}\n`), mistake: lineFeed('with a line feed at its end') };
  yield { body: bytes(`${text}\r\n`), mistake: lineFeed('with CR LF at its end') };
  if (!text.includes('\n')) return;
  const unix = text.replaceAll('\r\n', '\n');
  yield { body: bytes(unix), mistake: lineFeed('with LF between its lines, not CR LF') };
  yield { body: bytes(unix.replaceAll('\n', '\r\n')), mistake: lineFeed('with CR LF between its lines') };
  // `--data` of curl removes every line feed of a file.
  yield { body: bytes(text.replace(/[\r\n]/g, '')), mistake: lineFeed('without its line feeds') };
}

function* marks(text: string): Generator<BodyChange> {
  if (text.startsWith('\uFEFF')) yield { body: bytes(text.slice(1)), mistake: byteOrderMark('without') };
  else yield { body: bytes(`\uFEFF${text}`), mistake: byteOrderMark('with') };
}

function* spellings(body: Uint8Array): Generator<BodyChange> {
  const document = parseJson(body);
  if (!document.ok) return;
  for (const [inWords, spelling] of SPELLINGS) {
    const text = spelled(document.value.text, spelling);
    yield { body: bytes(text), mistake: bodyRewritten(inWords) };
    // Files end with a line feed.
    if (spelling.indent !== null)
      yield { body: bytes(`${text}\n`), mistake: bodyRewritten(`${inWords}, with a line feed at its end`) };
  }
  // JSON in a string: encoded twice.
  const inner = document.value.value;
  if (typeof inner === 'string')
    yield { body: bytes(inner), mistake: bodyRewritten('not quoted as a string') };
}

function* forms(body: Uint8Array, text: string): Generator<BodyChange> {
  const document = parseJson(body);
  if (document.ok) {
    const json = document.value.text;
    for (const name of JSON_FIELDS) {
      const mistake = formAndJson(`a form with this JSON in its field "${name}"`);
      yield { body: bytes(`${name}=${encodeURIComponent(json)}`), mistake };
      yield { body: bytes(new URLSearchParams({ [name]: json }).toString()), mistake };
    }
    const flat = flatFields(document.value.value);
    if (flat !== null) {
      const mistake = formAndJson('a form with the fields that this JSON has');
      yield { body: bytes(new URLSearchParams(flat).toString()), mistake };
      yield { body: bytes(flat.map(pair => pair.map(encodeURIComponent).join('=')).join('&')), mistake };
    }
    return;
  }
  const fields = parseForm(body);
  if (!fields.ok || !text.includes('=')) return;
  for (const [name, value] of fields.value.slice(0, 20)) {
    yield { body: bytes(value), mistake: formAndJson(`what is in the form field "${name.slice(0, 60)}"`) };
  }
  const again = formAndJson('the same form with its characters escaped otherwise');
  yield { body: bytes(new URLSearchParams(fields.value).toString()), mistake: again };
  yield {
    body: bytes(fields.value.map(pair => pair.map(encodeURIComponent).join('=')).join('&')),
    mistake: again,
  };
  const object = Object.fromEntries(fields.value);
  yield { body: bytes(JSON.stringify(object)), mistake: formAndJson('JSON of these fields') };
}

/** The members of an object whose values are all text; null for any other value. */
function flatFields(value: unknown): [string, string][] | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields: [string, string][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== 'string' || !member.isWellFormed() || !name.isWellFormed()) return null;
    fields.push([name, member]);
  }
  return fields.length > 0 && fields.length <= 200 ? fields : null;
}

function* base64(text: string): Generator<BodyChange> {
  const trimmed = text.trim();
  if (trimmed.length >= 4 && /^[A-Za-z0-9+/]+={0,2}$/.test(trimmed) && trimmed.length % 4 === 0) {
    yield { body: Uint8Array.fromBase64(trimmed), mistake: bodyBase64('what this base64 stands for') };
  }
  yield { body: bytes(bytes(text).toBase64()), mistake: bodyBase64('the body in base64') };
}

/** A body that was decoded as Latin-1 and written as UTF-8, and the reverse. */
function* characterSets(body: Uint8Array, text: string | null): Generator<BodyChange> {
  if (text !== null && /[\u0080-\u00ff]/.test(text) && !/[\u0100-\uffff]/.test(text)) {
    const mistake = characterSet('the body in Latin-1 (ISO 8859-1)');
    yield { body: Uint8Array.from(text, character => character.charCodeAt(0)), mistake };
  }
  if (body.some(byte => byte >= 0x80)) {
    const asLatin1 = Array.from(body, byte => String.fromCharCode(byte)).join('');
    yield {
      body: bytes(asLatin1),
      mistake: characterSet('the body with each of its bytes written as UTF-8'),
    };
  }
}
