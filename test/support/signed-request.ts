/** A request to verify, out of the parts a test cares about. */
import type { SignedRequest } from '../../src/signature/request-view';

type Given = {
  method?: string;
  url?: string;
  headers?: Record<string, string> | Headers;
  body?: string | Uint8Array;
  cfg?: Record<string, string>;
};

export const requestOf = ({
  method = 'POST',
  url = 'https://gateway.example/in/1',
  headers = {},
  body = '',
  cfg = {},
}: Given): SignedRequest => ({
  method,
  url,
  headers: headers instanceof Headers ? headers : new Headers(Object.entries(headers)),
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  cfg,
});
