/**
 * Secrets that can be recognised wherever they turn up: as they are, in base64 (wherever they begin in what is encoded), in
 * hex, and escaped as in an address.
 */

export type Canary = { name: string; text: string };

/** Has characters that are written differently in addresses and in JSON, and is long enough not to occur by chance. */
export const canary = (name: string): Canary => ({ name, text: `canary/${name}+${crypto.randomUUID()}&=` });

function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].flatMap(offset => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // The characters at both ends depend on what stands beside it.
    const inner = whole.slice(offset === 0 ? 0 : 4, -4);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const hex = bytes.toString('hex');
  return [text, encodeURIComponent(text), encodeURI(text), ...base64, hex, hex.toUpperCase()];
}

/** The canaries of which any form is in the bytes, with the form. */
export function found(canaries: readonly Canary[], bytes: Buffer | string): string[] {
  return canaries.flatMap(({ name, text }) => {
    const form = formsOf(text).find(form => bytes.includes(form));
    return form === undefined ? [] : [`${name} as ${form.slice(0, 20)}…`];
  });
}
