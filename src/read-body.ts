/**
 * Reads a whole request body, up to a limit, however it is framed. A request never costs more memory than the limit, for
 * longer than `MAX_BODY_READ_MS` or in more pieces than `MAX_BODY_PIECES`. What it costs is counted in the budget of its isolate.
 *
 * A body that is too large can be read on for a while and dropped, because a sender that is cut off while it writes may
 * never see the answer.
 */
import { inTime } from './in-time';
import { LIMITS } from './limits';
import type { BodyShare } from './memory/request-bytes';
import { err, ok, type Result } from './result';

/**
 * `interrupted`: the body ended before it was complete, did not end in time, or came in too many pieces. `memory_full`: the
 * requests of this isolate hold as many bytes as they may.
 */
type BodyProblem = 'too_large' | 'interrupted' | 'memory_full';

/**
 * @param share holds the body when it is complete, and nothing when it cannot be read. The caller ends it
 * @param limit bytes
 * @param drained bytes up to which a body that is too large is read on
 */
export async function readBody(
  request: Request,
  share: BodyShare,
  limit: number,
  drained = 0,
): Promise<Result<Uint8Array, BodyProblem>> {
  const body = await read(request, share, limit, drained);
  if (!body.ok) share.end();
  // A body that is complete was counted with at least its size, so there is room for it.
  else share.hold(body.value.buffer.byteLength);
  return body;
}

async function read(
  request: Request,
  share: BodyShare,
  limit: number,
  drained: number,
): Promise<Result<Uint8Array, BodyProblem>> {
  const { headers } = request;
  const length = headers.get('content-length');
  const declared = length === null ? null : Number(length);
  // `request.body` is not touched where it need not be: making the stream costs as much as reading the body.
  if (declared !== null && declared <= limit && !headers.has('transfer-encoding')) {
    if (!share.grow(declared)) return err('memory_full');
    const reading = readDeclared(request, limit);
    return declared <= LIMITS.SMALL_BODY_BYTES ? reading : inTime(reading, LIMITS.MAX_BODY_READ_MS, late);
  }
  const { body } = request;
  if (body === null) return ok(new Uint8Array());
  if (!share.grow(firstSize(limit))) return err('memory_full');
  const reader = body.getReader();
  const sizes = { limit, declared: declared ?? 0, most: Math.max(limit, drained) };
  return await inTime(readStream(reader, sizes, share), LIMITS.MAX_BODY_READ_MS, () => {
    reader.cancel().catch(() => {});
    return late();
  });
}

const late = (): Result<never, BodyProblem> => err('interrupted');

const firstSize = (limit: number): number => Math.min(limit, LIMITS.SMALL_BODY_BYTES);

/** Reads a body of declared length in one step: the transport sees to it that there is no more. */
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
  { limit, declared, most }: { limit: number; declared: number; most: number },
  share: BodyShare,
): Promise<Result<Uint8Array, BodyProblem>> {
  // Pieces are copied into one buffer, because keeping a million pieces of one byte would cost many times their size.
  let kept = new Uint8Array(firstSize(limit));
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
      if (Math.max(length, declared) > limit) {
        kept = new Uint8Array();
        share.end();
        continue;
      }
      if (length > kept.length) {
        const size = Math.min(limit, Math.max(length, kept.length * 2));
        if (!share.grow(size)) {
          await reader.cancel();
          return err('memory_full');
        }
        kept = enlarged(kept, before, size);
      }
      kept.set(value, before);
    }
  } catch {
    // The sender hung up in the middle, so there is nobody left to answer.
    return err('interrupted');
  }
  return length > limit ? err('too_large') : ok(kept.slice(0, length));
}

function enlarged(bytes: Uint8Array, used: number, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(bytes.subarray(0, used));
  return larger;
}
