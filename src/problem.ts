/** Problem details of RFC 9457: the form of every error that the gateway answers. */
import { currentRequestId } from './request-id';

export type Problem = {
  status: number;
  title: string;
  detail: string;
  /** What is wrong with the input, by place. */
  errors?: readonly { path: string; message: string }[];
  headers?: Record<string, string>;
};

/** For every answer: it is for whoever asked, may be kept by nobody, and no browser may take it for something else than it says. */
export const PRIVATE = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const;

/** A problem as a response. `reason` names it for good: `type` is a URN made of it. */
export function problemResponse(
  reason: string,
  { status, title, detail, errors, headers }: Problem,
): Response {
  const type = `urn:gapless:problem:${reason.replaceAll('_', '-')}`;
  const id = currentRequestId();
  const requestId = id === null ? {} : { request_id: id };
  const body = { type, title, status, detail, ...(errors === undefined ? {} : { errors }), ...requestId };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...PRIVATE, ...headers },
  });
}
