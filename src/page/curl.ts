/** A request that came, as a command that sends it again to where it came to. Pure. */

/** A larger body is not put into a command: it is read from a file. */
const MAX_BODY_CHARACTERS = 4000;

/** What curl makes by itself. */
const OWN_HEADERS = new Set(['content-length', 'host', 'connection', 'accept-encoding', 'transfer-encoding']);

/** What a shell takes for exactly this text. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

type Request = {
  headers: Readonly<Record<string, string>>;
  query: string;
  /** Null where it is not text, or was erased. */
  body: string | null;
};

/** Without line breaks and other controls: a terminal would act on them when they are pasted. */
const isPlain = (text: string): boolean => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);

/** @param url where the provider sends to @param bodyUrl where the whole body can be had */
export function curlCommand({ headers, query, body }: Request, url: string, bodyUrl: string): string {
  const lines = Object.entries(headers)
    .filter(([name, value]) => !OWN_HEADERS.has(name.toLowerCase()) && isPlain(name + value))
    .map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const fits = body !== null && body.length <= MAX_BODY_CHARACTERS;
  const address = query === '' ? url : `${url}?${query}`;
  const from = fits && isPlain(body) ? quoted(body) : fits ? '@-' : '@body';
  const command = [`curl ${quoted(address)}`, ...lines, `--data-binary ${from}`].join(' \\\n  ');
  if (from === '@body') return `# The body is a file: save ${bodyUrl} as body\n${command}`;
  if (from === '@-' && body !== null) {
    const base64 = new TextEncoder().encode(body).toBase64();
    return `printf %s ${base64} | base64 -d | ${command}`;
  }
  return command;
}
