/**
 * Where a document is wrong, and how: line, column and kind of mistake. Never a piece of it, as it may have secrets, and what parsers
 * say by themselves quotes the line. Pure.
 */

export type Mistake = { at: number | null; kind: string };

/** `line 2, column 15: …`. */
export function mistakeText(text: string, { at, kind }: Mistake): string {
  if (at === null) return kind;
  const before = text.slice(0, at).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${kind}`;
}

const TOKEN =
  /([[\]{},:]|"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))\s*/uy;
/** Where a value has ended, and where one begins. */
const ENDED = /^["\]}\w-]/;
const BEGINS = /^["[{\w-]/;

/** What is wrong with text that `JSON.parse` refused. @param said what it said: its place alone is used */
export function jsonMistake(text: string, said: string): Mistake {
  let before = '';
  for (let at = text.length - text.trimStart().length; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) return { at, kind: text[at] === '"' ? BAD_TEXT : 'no value of JSON begins so' };
    if (/^[,:]/.test(before) && !BEGINS.test(token)) return { at, kind: 'something is missing before it' };
    if (ENDED.test(before) && BEGINS.test(token))
      return { at, kind: 'a comma or a colon is missing before it' };
    before = token;
  }
  const place = Number(/ at position (\d+)/.exec(said)?.[1] ?? text.length);
  if (place >= text.length) return { at: text.length, kind: 'it ends too soon' };
  return { at: place, kind: 'it does not fit what is before it' };
}

const BAD_TEXT = 'a text is not closed, or has a character that has to be escaped';

/** @param error what the parser of YAML threw, without its pretty errors */
export function yamlMistake(error: unknown): Mistake {
  const { code, pos } = { code: null, pos: null, ...(error instanceof Error ? error : {}) } as {
    code: unknown;
    pos: unknown;
  };
  const kind =
    typeof code === 'string'
      ? code.toLowerCase().replaceAll('_', ' ')
      : 'a reference leads nowhere, or to too much';
  const at: unknown = Array.isArray(pos) ? pos[0] : null;
  return { at: typeof at === 'number' ? at : null, kind };
}
