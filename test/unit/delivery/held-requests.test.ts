import { afterEach, expect, it, vi } from 'vitest';
import { heldRequests } from '../../../src/delivery/held-requests';

const URL = 'https://gateway.example.com/self_test/echo';
const answering = (answer: () => Response | Promise<Response>) =>
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => answer());

afterEach(() => vi.restoreAllMocks());

it('says when they were open', async () => {
  answering(() => Response.json({ run: '0', version: null, arrived_ms: 5, answered_ms: 1005 }));
  expect(await heldRequests(URL, 2)).toEqual([
    { arrived: 5, answered: 1005 },
    { arrived: 5, answered: 1005 },
  ]);
});

it.each([
  [
    'Cloudflare in the place of the gateway',
    () => new Response('error code: 1042', { status: 404 }),
    'status',
    404,
    1042,
  ],
  ['a rule in front of it', () => new Response('<html>', { status: 403 }), 'status', 403, null],
  ['another server', () => new Response('hello'), 'other_answer', 200, null],
  ['a redirect', () => new Response(null, { status: 301, headers: { location: '/' } }), 'status', 301, null],
  ['nobody', () => Promise.reject(new Error('refused')), 'connection', null, null],
] as const)('says who else answers: %s', async (_who, answer, error, status, cloudflareCode) => {
  answering(answer);
  expect(await heldRequests(URL, 1)).toEqual([{ failure: { error, status, cloudflareCode } }]);
});

it('reads no more than a bit of an endless answer', async () => {
  let pulled = 0;
  const endless = () =>
    new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(1024));
      },
    });
  answering(() => new Response(endless(), { status: 500 }));
  expect(await heldRequests(URL, 1)).toMatchObject([{ failure: { status: 500 } }]);
  expect(pulled).toBeLessThan(10);
});
