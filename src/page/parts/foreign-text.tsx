/**
 * Text that somebody else wrote: providers, senders, receivers. JSX escapes it. What would still change how a page reads (marks of
 * direction, invisible and control characters) is shown by its number.
 */

/** Besides line ends and tabs: controls, marks of direction, what takes no place, and halves of characters. */
const UNSEEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]/gu;
const KEPT = new Set(['\n', '\t', '\r']);

const numberOf = (character: string): string =>
  `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`;

/** The text with every such character told by its number. */
export const seen = (text: string): string =>
  text.replace(UNSEEN, character => (KEPT.has(character) ? character : numberOf(character)));

const encoder = new TextEncoder();

/** What a page escapes is longer on the way. */
const ESCAPED: Readonly<Record<string, number>> = { '&': 5, '<': 4, '>': 4, '"': 6, "'": 5 };

/** In UTF-8. */
const bytesOf = (text: string): number => encoder.encode(text).byteLength;

/** The beginning of a text as it is shown: what is made visible, and what is escaped, counts as long as it becomes. @param max bytes on the way */
export function seenStart(text: string, max: number): { text: string; isCut: boolean } {
  let length = 0;
  let shown = '';
  for (const character of text) {
    const visible = seen(character);
    length += ESCAPED[visible] ?? bytesOf(visible);
    if (length > max) return { text: shown, isCut: true };
    shown += visible;
  }
  return { text: shown, isCut: false };
}

/** @param max bytes that are shown; the rest is told as `…` */
export function ForeignText({ children, max = 2000 }: { children: string; max?: number }) {
  const { text, isCut } = seenStart(children, max);
  return <bdi>{isCut ? `${text}…` : text}</bdi>;
}
