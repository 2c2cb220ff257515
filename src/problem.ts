/** Problem details of RFC 9457: the form of every error that the gateway answers. */

export type Problem = {
  status: number;
  title: string;
  detail: string;
  /** What is wrong with the input, by place. */
  errors?: readonly { path: string; message: string }[];
  headers?: Record<string, string>;
};

/** A problem as a response. `reason` names it for good: `type` is a URN made of it. */
export function problemResponse(
  reason: string,
  { status, title, detail, errors, headers }: Problem,
): Response {
  const type = `urn:gapless:problem:${reason.replaceAll('_', '-')}`;
  const body = { type, title, status, detail, ...(errors === undefined ? {} : { errors }) };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers },
  });
}
