/**
 * Requests that the gateway's own page makes to the API, for somebody who has signed in there. They carry no token, and nobody
 * outside can make one: who it is for is held beside the request, in this isolate.
 */
import type { Principal } from './principal';

type SignedIn = { principal: Principal; endsAt: number | null };

const signedIn = new WeakMap<Request, SignedIn>();

/**
 * The same request, which the API answers as it answers this principal.
 * @param endsAt when what it begins has to end, ms since 1970; null where it begins nothing
 */
export function onBehalfOf(principal: Principal, request: Request, endsAt: number | null = null): Request {
  signedIn.set(request, { principal, endsAt });
  return request;
}

/** For whom a request was made, and until when; null for one that came from outside. */
export const forWhom = (request: Request): SignedIn | null => signedIn.get(request) ?? null;
