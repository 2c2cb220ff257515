/**
 * The body of an attempt. The runtime copies bytes for as long as their fetch lasts; of a stream it has what is not yet sent. So
 * a large body goes as a stream, and twenty attempts to receivers that hang do not keep twenty copies of it.
 */

/** A stream costs more time than a copy that is smaller than this. */
const COPIED_BYTES = 64 * 1024;

/** The bytes, with their length: a receiver sees no difference. */
export function requestBody(bytes: Uint8Array): Uint8Array | ReadableStream<Uint8Array> {
  if (bytes.byteLength <= COPIED_BYTES) return bytes;
  const { readable, writable } = new FixedLengthStream(bytes.byteLength);
  const writer = writable.getWriter();
  // When they fail, the fetch fails or has its answer.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  return readable;
}
