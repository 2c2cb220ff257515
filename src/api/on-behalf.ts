/**
 * Requests that the gateway's own page makes to the API, for somebody who has signed in there. They carry no token, and nobody
 * outside can make one: who it is for is held beside the request, in this isolate.
 */
import type { Principal } from './principal';

const signedIn = new WeakMap<Request, Principal>();

/** The same request, which the API answers as it answers this principal. */
export function onBehalfOf(principal: Principal, request: Request): Request {
  signedIn.set(request, principal);
  return request;
}

/** For whom a request was made; null for one that came from outside. */
export const forWhom = (request: Request): Principal | null => signedIn.get(request) ?? null;
