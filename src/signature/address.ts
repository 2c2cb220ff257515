/**
 * Addresses as signers write them: text that must match byte for byte, so nothing is parsed and put together again
 * beyond what a scheme asks for.
 */

/** `port+` adds the scheme's default port where there is none, `port-` takes any away, `unpct` is HubSpot's decoding. */
export type AddressForm = 'as_is' | 'unpct' | 'port+' | 'port-';

/** What HubSpot decodes before it signs, and nothing else: `: / ? @ ! $ ' ( ) * , ;`. */
const DECODED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/** Scheme, user information, host, port, rest. */
const PARTS = /^(https?):\/\/([^/?#@]*@)?(\[[^\]/?#]*\]|[^/?#:@]*)(:\d*)?(.*)$/is;

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
 * An address as its sender may have written and signed it. What arrives has been through a parser of addresses, which
 * escapes in the query what needs no escape on the wire (`'`, `"`, `<`, `>`, text beyond ASCII); whether the sender had escaped it
 * before cannot be seen any more. The address as it is comes first.
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
