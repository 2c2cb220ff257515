/**
 * Reads a request body whole, up to a limit. It holds however the body is framed, in however many pieces it comes and
 * however slowly, so a request never costs more memory than that, nor for longer than `MAX_BODY_READ_MS`,
 * nor more turns than `MAX_BODY_PIECES`. What is too
 * large can be read on and dropped for a while: a sender that is cut off while it writes may never see the answer.
 */
import { LIMITS } from './limits';
import { err, ok, type Result } from './result';

/** `interrupted`: it ended before it was complete, or did not end in time, or came in too many pieces. */
type BodyProblem = 'too_large' | 'interrupted';

const FIRST_BYTES = 16 * 1024;

/** @param limit bytes. @param drained bytes up to which a body that is too large is read on */
export async function readBody(
  request: Request,
  limit: number,
  drained = 0,
): Promise<Result<Uint8Array, BodyProblem>> {
  const { headers } = request;
  const length = headers.get('content-length');
  const declared = length === null ? null : Number(length);
  // Asking for `body` makes a stream, which costs as much as reading it.
  if (declared !== null && declared <= limit && !headers.has('transfer-encoding')) {
    const whole = readDeclared(request, limit);
    return declared <= LIMITS.SMALL_BODY_BYTES ? whole : inTime(whole, () => {});
  }
  const { body } = request;
  if (body === null) return ok(new Uint8Array());
  const reader = body.getReader();
  const whole = readStream(reader, limit, declared ?? 0, Math.max(limit, drained));
  return inTime(whole, () => void reader.cancel().catch(() => {}));
}

/** The same, or `interrupted` when it takes too long; `stop` ends the work then. */
async function inTime(
  work: Promise<Result<Uint8Array, BodyProblem>>,
  stop: () => void,
): Promise<Result<Uint8Array, BodyProblem>> {
  let cancel = (): void => {};
  const late = new Promise<Result<Uint8Array, BodyProblem>>(resolve => {
    const timer = setTimeout(() => {
      stop();
      resolve(err('interrupted'));
    }, LIMITS.MAX_BODY_READ_MS);
    cancel = () => clearTimeout(timer);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

/** The length is the transport's to keep, so the body can be read in one piece. */
async function readDeclared(request: Request, limit: number): Promise<Result<Uint8Array, BodyProblem>> {
  try {
    const body = new Uint8Array(await request.arrayBuffer());
    return body.byteLength > limit ? err('too_large') : ok(body);
  } catch {
    return err('interrupted');
  }
}

async function readStream(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limit: number,
  declared: number,
  most: number,
): Promise<Result<Uint8Array, BodyProblem>> {
  // Copied into one buffer: a million pieces of one byte would cost a thousand times their size.
  let kept = new Uint8Array(Math.min(limit, FIRST_BYTES));
  let length = 0;
  try {
    for (let pieces = 0; ; pieces++) {
      const { done, value } = await reader.read();
      if (done) break;
      if (pieces === LIMITS.MAX_BODY_PIECES) {
        await reader.cancel();
        return err('interrupted');
      }
      const before = length;
      length += value.byteLength;
      if (length > most) {
        await reader.cancel();
        break;
      }
      if (Math.max(length, declared) > limit) kept = new Uint8Array();
      else {
        if (length > kept.length)
          kept = grown(kept, before, Math.min(limit, Math.max(length, kept.length * 2)));
        kept.set(value, before);
      }
    }
  } catch {
    // The sender hung up in the middle: nothing was received, and there is no one to answer.
    return err('interrupted');
  }
  return length > limit ? err('too_large') : ok(kept.slice(0, length));
}

function grown(bytes: Uint8Array, used: number, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(bytes.subarray(0, used));
  return larger;
}
