/**
 * Reads the public key and the validity of an X.509 certificate (RFC 5280) in PEM. Neither issuer nor signature is checked,
 * so a certificate can be trusted only as much as the place it was fetched from.
 */
import { err, ok, type Result } from '../result';
import { decode, encode } from './encoding';

type Certificate = {
  /** SubjectPublicKeyInfo in base64, as keys of `spki-base64` are written. */
  publicKey: string;
  /** ms since 1970 */
  notBefore: number;
  notAfter: number;
};

const SEQUENCE = 0x30;
const VERSION = 0xa0;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

type Element = { tag: number; start: number; contentStart: number; end: number };

/** The first certificate of a PEM text. Never throws. */
export function readCertificate(pem: string): Result<Certificate, 'not_a_certificate'> {
  const match = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem);
  const der = match === null ? null : decode((match[1] ?? '').replace(/\s+/g, ''), 'base64');
  const certificate = der === null ? null : parse(der);
  return certificate === null ? err('not_a_certificate') : ok(certificate);
}

function parse(der: Uint8Array): Certificate | null {
  const [whole] = elementsIn(der, 0, der.length);
  const [signed] = whole?.tag === SEQUENCE ? elementsIn(der, whole.contentStart, whole.end) : [];
  if (signed?.tag !== SEQUENCE) return null;
  const fields = elementsIn(der, signed.contentStart, signed.end);
  // The fields are serial, algorithm, issuer, validity, subject, key. A version may stand before them.
  const [, , , validity, , key] = fields[0]?.tag === VERSION ? fields.slice(1) : fields;
  if (validity?.tag !== SEQUENCE || key?.tag !== SEQUENCE) return null;
  const [notBefore, notAfter] = elementsIn(der, validity.contentStart, validity.end).map(time =>
    timeOf(der, time),
  );
  if (typeof notBefore !== 'number' || typeof notAfter !== 'number') return null;
  return { publicKey: encode(der.subarray(key.start, key.end), 'base64'), notBefore, notAfter };
}

/** The elements side by side between two offsets; ends before the first one that is cut off or not readable. */
function elementsIn(der: Uint8Array, from: number, to: number): Element[] {
  const elements: Element[] = [];
  for (let at = from; at + 2 <= to; ) {
    const first = der[at + 1] ?? 0;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    // Three bytes of length are more than any certificate that is read here needs.
    if (lengthBytes > 3 || first === 0x80) break;
    const contentStart = at + 2 + lengthBytes;
    const length =
      lengthBytes === 0
        ? first
        : der.subarray(at + 2, contentStart).reduce((sum, byte) => sum * 256 + byte, 0);
    const end = contentStart + length;
    if (end > to) break;
    elements.push({ tag: der[at] ?? 0, start: at, contentStart, end });
    at = end;
  }
  return elements;
}

/** A time as ms since 1970. UTCTime has two digits of the year: below 50 means this century. */
function timeOf(der: Uint8Array, { tag, contentStart, end }: Element): number | null {
  if (tag !== UTC_TIME && tag !== GENERALIZED_TIME) return null;
  const text = new TextDecoder().decode(der.subarray(contentStart, end));
  const full = tag === UTC_TIME ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
