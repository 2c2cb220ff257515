/**
 * Which URLs a destination may have. The gateway must send no request to its own machine, its own network or a cloud's
 * metadata service (SSRF).
 *
 * The URL is judged as the WHATWG parser reads it, which is the parser that `fetch` uses. It turns octal, hexadecimal,
 * decimal, percent-encoded and full-width spellings of an address into one.
 *
 * Not covered: a public name that resolves to a private address. Looking it up beforehand would not help, since the next
 * look-up may be answered differently. There the network protects: Cloudflare's egress has no route to private addresses.
 */

export const MAX_URL_LENGTH = 2048;

const PUBLIC_ONLY =
  'A destination must be public: a full host name or a public IP address. Loopback, private, link-local, reserved ' +
  'and metadata addresses are refused unless ALLOW_PRIVATE_DESTINATIONS is set.';

/**
 * Names that never lead to a public host, and all names below them: those of RFC 6761, 6762, 7686 and 9476, ICANN's
 * `.internal`, `arpa`, those of Kubernetes, Consul and Windows' shared connections, `localhost` as Linux distributions
 * spell it, and those that private networks use although nobody assigned them (RFC 6762 appendix G).
 */
const PRIVATE_SUFFIXES = [
  ...['localhost', 'localdomain', 'localdomain4', 'localdomain6', 'local', 'internal', 'arpa', 'svc'],
  ...['consul', 'mshome.net', 'alt', 'invalid', 'onion', 'test'],
  ...['corp', 'home', 'intra', 'intranet', 'lan', 'priv', 'private'],
];

/** Two labels or more (RFC 1035 §2.3.4). Underscores are not allowed in host names, but are in use. */
const HOST_NAME = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+$/;
const MAX_HOST_CHARACTERS = 253;

/** Public names of cloud metadata services, and all names below them. Other services have private names or addresses. */
const METADATA_NAMES = [
  'metadata.goog',
  'metadata.packet.net',
  'metadata.platformequinix.com',
  'metadata.tencentyun.com',
];

/** The entries of IANA's special-purpose IPv4 registry that are not globally reachable, and one metadata address. */
const REFUSED_IPV4 = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carrier-grade NAT; Alibaba's metadata
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // Azure's wire server
  ['169.254.0.0', 16], // link-local; most clouds' metadata
  ['172.16.0.0', 12],
  ['192.0.0.0', 24], // protocol assignments; Oracle's metadata
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16],
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
] as const;

/**
 * Why a destination may not have this URL, as a sentence that says what is allowed; null when it may.
 * `allowPrivate` (ALLOW_PRIVATE_DESTINATIONS) lifts the rules about hosts, and not those about the form.
 */
export function urlProblem(url: string, allowPrivate: boolean): string | null {
  if (url.length > MAX_URL_LENGTH) return `A destination URL has at most ${MAX_URL_LENGTH} characters.`;
  // The parser removes some of these characters: it would read another URL than the one that is stored.
  if (/[\s\p{Cc}\p{Cf}]/u.test(url))
    return 'A destination URL contains no white space and no control characters.';
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    return 'A destination URL is an absolute http:// or https:// URL.';
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return 'A destination URL carries no user name or password; send credentials in extra_headers.';
  }
  return allowPrivate || isPublicHost(parsed.hostname) ? null : PUBLIC_ONLY;
}

/** `host` as the WHATWG parser writes it: IPv6 in brackets, IPv4 in four decimal parts, names in lower-case ASCII. */
function isPublicHost(host: string): boolean {
  if (host.startsWith('[')) return isPublicIpv6(host.slice(1, -1));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return isPublicIpv4(host);
  return isPublicName(host);
}

function isPublicName(name: string): boolean {
  // A single label may be completed with the network's own search domain. A trailing dot would get past the comparisons
  // below, and resolvers differ about empty labels.
  if (name.length > MAX_HOST_CHARACTERS || !HOST_NAME.test(name)) return false;
  const refused = [...PRIVATE_SUFFIXES, ...METADATA_NAMES];
  return !refused.some(suffix => name.endsWith(`.${suffix}`) || name === suffix);
}

function isPublicIpv4(address: string): boolean {
  const bits = ipv4Bits(address);
  return !REFUSED_IPV4.some(([network, length]) => (bits ^ ipv4Bits(network)) >>> (32 - length) === 0);
}

function ipv4Bits(address: string): number {
  return address.split('.').reduce((bits, part) => (bits << 8) | Number(part), 0);
}

/**
 * Only global unicast, 2000::/3, without its special-purpose parts. That leaves out loopback, unspecified, unique local,
 * link-local, site-local and multicast addresses.
 *
 * It also leaves out every form that contains an IPv4 address and can be recognised: mapped and compatible (::/96), NAT64
 * (64:ff9b::/32), Teredo (in 2001::/23), 6to4 (2002::/16), and ISATAP (RFC 5214), which is marked in the interface id
 * of any prefix. No receiver needs those, whatever address they contain.
 */
function isPublicIpv6(address: string): boolean {
  const [first = 0, second = 0, , , fifth = 0, sixth = 0] = ipv6Groups(address);
  if (first >>> 13 !== 0b001) return false;
  // ISATAP: two bits of the mark vary, the universal/local bit and the individual/group bit.
  if (sixth === 0x5efe && (fifth & ~0x0300) === 0) return false;
  if (first === 0x2001) return second >= 0x0200 && second !== 0x0db8;
  if (first === 0x3fff) return second >= 0x1000;
  return first !== 0x2002;
}

/** The eight groups of an address as the WHATWG parser writes it: in hexadecimal, one run of zeros as `::`. */
function ipv6Groups(address: string): number[] {
  const [head = [], tail = []] = address
    .split('::')
    .map(part => (part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16))));
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}
