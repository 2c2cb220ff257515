/**
 * A body as it was before its sender packed it. Some sign first and pack then, as Stream does, so that only the bytes inside are
 * the signed ones.
 *
 * Only `gzip` (RFC 1952) and `deflate` (RFC 1950) are unpacked, to no more than a body may have.
 */
import { LIMITS } from '../limits';
import { err, ok, type Result } from '../result';
import { inflate } from './inflate';

/** `unknown`: packed in another way, or more than once. */
type UnpackProblem = 'unknown' | 'broken' | 'too_large';

/** Null where the headers do not say that the body is packed. */
export function unpacked(headers: Headers, body: Uint8Array): Result<Uint8Array, UnpackProblem> | null {
  const coding = (headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  switch (coding) {
    case '':
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return inside(body, gzipHead(body), GZIP_TAIL);
    case 'deflate':
      return inside(body, zlibHead(body), ZLIB_TAIL);
    default:
      return err('unknown');
  }
}

/** Bytes after the packed ones: a checksum, with gzip also the length. */
const GZIP_TAIL = 8;
const ZLIB_TAIL = 4;

function inside(body: Uint8Array, head: number | null, tail: number): Result<Uint8Array, UnpackProblem> {
  if (head === null) return err('broken');
  const result = inflate(body, head, LIMITS.MAX_BODY_BYTES);
  if (!result.ok) return result;
  const { bytes, end } = result.value;
  return end + tail === body.length ? ok(bytes) : err('broken');
}

/** Bits of the fourth byte: which optional fields follow the first ten bytes. */
const HAS = { checksum: 2, extra: 4, name: 8, comment: 16 };

/** Where the packed bytes begin; null where it is no gzip. */
function gzipHead(body: Uint8Array): number | null {
  const [first, second, method, flags = 0] = body;
  if (first !== 0x1f || second !== 0x8b || method !== 8) return null;
  let at = 10;
  if (flags & HAS.extra) at += 2 + (body[at] ?? 0) + 256 * (body[at + 1] ?? 0);
  for (const text of [HAS.name, HAS.comment]) {
    if ((flags & text) === 0) continue;
    const zero = body.indexOf(0, at);
    if (zero === -1) return null;
    at = zero + 1;
  }
  return flags & HAS.checksum ? at + 2 : at;
}

/** The same for zlib's format. A dictionary that both sides know cannot be used. */
function zlibHead(body: Uint8Array): number | null {
  const [first = 0, second = 0] = body;
  const isZlib = (first & 15) === 8 && (256 * first + second) % 31 === 0;
  return isZlib && (second & 32) === 0 ? 2 : null;
}
