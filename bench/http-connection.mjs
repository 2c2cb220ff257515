/**
 * HTTP/1.1 on a socket with as little work as possible, because the bench shares the machine with what it measures.
 * One message at a time in each direction, no pipelining.
 */

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * Calls `onMessage(head, body)` for every whole message that arrives on `socket`: `head` as text up to the empty line.
 */
export function readMessages(socket, onMessage) {
  let pending = null;
  socket.on('data', chunk => {
    pending = pending === null ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const end = pending.indexOf(HEAD_END);
      if (end < 0) return;
      const head = pending.latin1Slice(0, end);
      const bodyAt = end + 4;
      const length = /\r\ncontent-length: (\d+)/i.exec(head);
      let messageEnd = bodyAt + Number(length?.[1] ?? 0);
      if (length === null && /\r\ntransfer-encoding: chunked/i.test(head)) {
        const last = pending.indexOf('0\r\n\r\n', bodyAt);
        if (last < 0) return;
        messageEnd = last + 5;
      }
      if (pending.length < messageEnd) return;
      const body = pending.subarray(bodyAt, messageEnd);
      pending = pending.length === messageEnd ? null : pending.subarray(messageEnd);
      onMessage(head, body);
      if (pending === null) return;
    }
  });
}
