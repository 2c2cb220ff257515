/**
 * Addresses as signers write them. A signed address must match byte for byte, so nothing is parsed and put together again
 * beyond what a scheme asks for.
 */

/** `port+` adds the default port of http or https where there is none. `port-` removes any port. `unpct` decodes as HubSpot. */
export type AddressForm = 'as_is' | 'unpct' | 'port+' | 'port-';

/** What HubSpot decodes before it signs, and nothing else: `: / ? @ ! $ ' ( ) * , ;`. */
const DECODED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/** Scheme, user information, host, port, rest. */
const PARTS = /^(https?):\/\/([^/?#@]*@)?(\[[^\]/?#]*\]|[^/?#:@]*)(:\d*)?(.*)$/is;

/** The address in the form that a scheme signs; unchanged where it is no http or https address. */
export function addressIn(form: AddressForm, url: string): string {
  if (form === 'as_is') return url;
  if (form === 'unpct') {
    return url.replace(DECODED, code => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
  }
  const match = PARTS.exec(url);
  if (match === null) return url;
  const [, scheme = '', user = '', host = '', port = '', rest = ''] = match;
  const wanted = form === 'port-' ? '' : port || (scheme.toLowerCase() === 'https' ? ':443' : ':80');
  return `${scheme}://${user}${host}${wanted}${rest}`;
}

/**
 * The ways in which the sender may have written the address that it signed; the address as it arrived comes first. On its
 * way an address goes through a parser, which escapes `'`, `"`, `<`, `>` and text beyond ASCII in the query. Whether the
 * sender had escaped them itself cannot be seen any more.
 */
export function spellingsOf(url: string): string[] {
  const at = url.indexOf('?');
  if (at === -1) return [url];
  const [path, query] = [url.slice(0, at), url.slice(at)];
  const bare = query.replaceAll('%27', "'");
  const raw = bare
    .replace(/%(?:22|3C|3E)/g, code => decodeURIComponent(code))
    .replace(/(?:%[89A-F][0-9A-F])+/g, unescapedText);
  return [...new Set([query, bare, raw])].map(spelling => path + spelling);
}

/** Bytes that are no UTF-8 stay escaped. */
function unescapedText(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}

/** The query string of an address, without its `?` and a fragment. */
export function queryOf(url: string): string {
  const [address = ''] = url.split('#', 1);
  const at = address.indexOf('?');
  return at === -1 ? '' : address.slice(at + 1);
}
