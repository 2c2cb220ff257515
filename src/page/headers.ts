/**
 * What browsers are told about every answer of the page: it loads scripts, styles and pictures from its own host alone, runs nothing
 * that stands in the page itself, sends forms nowhere else, and is shown in no frame.
 */

/** Not `no-referrer`: browsers would then send forms without saying where they come from. */
const REFERRER = 'same-origin';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const COMMON = {
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': REFERRER,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
} as const;

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  ...COMMON,
};

/** For what others sent, shown as it came: it is no page, whatever a browser takes it for. */
export const FOREIGN_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  ...COMMON,
};
