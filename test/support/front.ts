/** A server in front of a gateway, as Cloudflare's edge is. */
import { createServer, type IncomingMessage } from 'node:http';

export type Front = { url: string; close(): void };

/**
 * @param answers is told of every request before it is passed on; a status that it gives is answered in the gateway's place. Of whoever
 * hangs up before, nothing is passed on
 */
export async function startFront(
  gatewayUrl: string,
  answers: (request: IncomingMessage) => number | null | Promise<number | null>,
): Promise<Front> {
  const server = createServer(async (request, response) => {
    const status = await answers(request);
    if (request.socket.destroyed) return;
    if (status !== null) return void response.writeHead(status).end('error code: 1020');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const method = request.method ?? 'GET';
    const body = method === 'GET' ? null : Buffer.concat(chunks);
    const passed = { method, headers: headers as Record<string, string>, body };
    const answer = await fetch(gatewayUrl + request.url, passed);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(answer.status === 204 ? undefined : Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
