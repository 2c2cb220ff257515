/**
 * Texts of receivers without the secrets that they may have in them: a receiver knows some of ours, and some print what they were
 * sent when they fail. A secret is found in the forms in which programs commonly print one: as it is, escaped for JSON, for HTML or for
 * an address, in hex and in base64. Pure.
 */

export const MASK = '********';
/** What is shorter is in any text by chance. */
const SHORTEST = 4;

/**
 * Hides secrets in texts, also one that is cut off at the end of a text.
 * @param secrets as they are sent or known; values of headers too, of which `Bearer x` and `Basic x` are looked at as a whole and in parts
 */
export function concealer(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(secrets.flatMap(partsOf).flatMap(formsOf));
  // The longest first, as one may be a part of another.
  const hidden = [...forms].filter(form => form.length >= SHORTEST).sort((a, b) => b.length - a.length);
  return text => {
    const shown = hidden.reduce((rest, form) => rest.replaceAll(form, MASK), text);
    const cut = Math.max(0, ...hidden.map(form => endThatBegins(shown, form)));
    return cut === 0 ? shown : shown.slice(0, -cut) + MASK;
  };
}

/** The secret, what a scheme of `Authorization` or the prefix of a key is followed by, and what is encoded in it. */
function partsOf(secret: string): string[] {
  const last = secret.trim().split(/\s+/).at(-1) ?? '';
  const bare = last.replace(/^whsec_/, '');
  const parts = [secret, last, bare, ...last.split(/[=;,]/)];
  const decoded = decodedText(bare);
  return decoded === null ? parts : [...parts, decoded, ...decoded.split(':')];
}

/** The text that base64 stands for; null where it is none. */
function decodedText(base64: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.fromBase64(base64));
  } catch {
    return null;
  }
}

function formsOf(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const json = JSON.stringify(text).slice(1, -1);
  const hex = bytes.toHex();
  return [
    text,
    ...[json, json.replaceAll('/', '\\/'), json.replace(/[&<>'+=]/g, unicodeEscape)],
    ...[encodeURIComponent(text), encodeURI(text), lowerEscapes(encodeURIComponent(text))],
    ...[text.replace(/[&<>"']/g, htmlName), text.replace(/[&<>"'/=+`]/g, htmlNumber)],
    ...[hex, hex.toUpperCase(), ...base64Of(bytes)],
  ];
}

const unicodeEscape = (one: string): string => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
const lowerEscapes = (escaped: string): string => escaped.replace(/%../g, one => one.toLowerCase());
const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const htmlName = (one: string): string => HTML[one] ?? '&#39;';
const htmlNumber = (one: string): string => `&#${one.charCodeAt(0)};`;

/** In base64 of something longer, the characters at both ends depend on what stands beside it. */
function base64Of(bytes: Uint8Array): string[] {
  return [0, 1, 2].flatMap(offset => {
    const padded = new Uint8Array(offset + bytes.length);
    padded.set(bytes, offset);
    const whole = padded.toBase64();
    const inner = whole.slice(offset === 0 ? 0 : 4, -4);
    const forms = offset === 0 ? [whole, inner] : [inner];
    return forms.flatMap(form => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
  });
}

/** How many characters at the end of a text are the beginning of `form`, from `SHORTEST` on. */
function endThatBegins(text: string, form: string): number {
  for (let length = Math.min(form.length - 1, text.length); length >= SHORTEST; length--) {
    if (text.endsWith(form.slice(0, length))) return length;
  }
  return 0;
}
