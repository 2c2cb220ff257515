/**
 * The destination of the demo: what anyone could write behind the gateway with node:http and node:crypto alone. It answers
 * 200 to what carries a true Standard Webhooks signature and 401 to everything else.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

/** `secret()` is asked for each request: it is known only after the webhook has been created. */
export async function startReceiver(secret) {
  const received = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const verified = verify(secret(), request.headers, body);
    received.push({ headers: request.headers, body, verified });
    response.writeHead(verified ? 200 : 401).end();
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}/hooks`,
    received,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function verify(secret, headers, body) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = Buffer.concat([
    Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`),
    body,
  ]);
  const expected = createHmac('sha256', key).update(signed).digest();
  return `${headers['webhook-signature']}`.split(' ').some(entry => {
    const given = Buffer.from(entry.replace(/^v1,/, ''), 'base64');
    return entry.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
