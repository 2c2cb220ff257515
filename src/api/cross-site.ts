/**
 * Whether a page of another site may have sent a request without asking (a "simple request" of CORS). A browser adds the password
 * that it keeps for HTTP Basic, so such a request could act for the operator.
 *
 * With any other type of body a browser asks first, and the gateway allows nobody. What is no browser says no origin.
 */
export function isSimpleCrossSite(request: Request): boolean {
  return isCrossSite(request) && !isAskedFor(request.headers.get('content-type') ?? '');
}

/** Whether a page of another site sent it, as far as browsers say. */
export function isCrossSite({ headers, url }: Request): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return true;
  const origin = headers.get('origin');
  // The port and host of the address: behind a proxy, its scheme may be another one than the browser's.
  return origin !== null && URL.parse(origin)?.host !== new URL(url).host;
}

/** Only JSON: of every other type it is not certain that all browsers ask. */
const isAskedFor = (contentType: string): boolean =>
  /^application\/(?:json|json-rpc|[\w.-]+\+json)\s*(?:;|$)/i.test(contentType.trim());
