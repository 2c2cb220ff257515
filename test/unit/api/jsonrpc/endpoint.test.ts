import { describe, expect, it } from 'vitest';
import { jsonRpc } from '../../../../src/api/jsonrpc/endpoint';
import { LIMITS } from '../../../../src/limits';
import { envWith, limiter } from '../doubles';

const TOKEN = 'the-right-token-of-32-characters';
const secrets = { ADMIN_TOKEN: TOKEN, SECRETS_KEY: 's'.repeat(32) };

async function send(body: unknown, headers: Record<string, string> = {}, changes: Partial<Env> = {}) {
  const response = await jsonRpc.request(
    '/',
    { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers },
    envWith({ ...secrets, FAILED_SIGN_INS: limiter(1000), ...changes }),
  );
  expect(response.status).toBe(200);
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}

const call = (params: unknown, more: object = {}) => ({
  jsonrpc: 2.0,
  id: 1,
  method: 'call',
  params,
  ...more,
});
const codeOf = async (body: unknown, headers?: Record<string, string>, changes?: Partial<Env>) =>
  (await send(body, headers, changes)).error.code;

describe('the JSON-RPC envelope', () => {
  it.each([
    ['not json', -32700],
    ['', -32700],
    ['[]', -32600],
    ['5', -32600],
    ['{}', -32600],
    [{ jsonrpc: '1.0', id: 1, method: 'call' }, -32600],
    [{ jsonrpc: 2.0, id: {}, method: 'call' }, -32600],
    [{ jsonrpc: 2.0, id: 1, method: 5 }, -32600],
    [{ jsonrpc: 2.0, id: 1, method: 'list' }, -32601],
    [call({ session: TOKEN }), -32602],
    [call([TOKEN]), -32602],
    [call([TOKEN, 'webhook.drop', []]), -32601],
    [call([TOKEN, 'constructor', []]), -32601],
    [{ jsonrpc: 2.0, id: 1, method: 'login', params: ['user'] }, -32602],
  ])('answers %j with %i', async (body, code) => {
    expect(await codeOf(body)).toBe(code);
  });

  it('gives back id and version as they came', async () => {
    for (const id of [1234, 'abc', null, 1.5]) {
      for (const jsonrpc of [2, '2.0']) {
        expect(await send(call([TOKEN, 'nothing'], { id, jsonrpc }))).toEqual({
          jsonrpc,
          id,
          error: { code: -32601, message: 'Method not found.' },
        });
      }
    }
    expect(await send({ id: 7 })).toMatchObject({ id: 7 });
  });

  it('answers a batch in its order, and notifications not at all', async () => {
    const answers = await send([
      call([TOKEN, 'a'], { id: 1 }),
      { jsonrpc: 2.0, method: 'call', params: [TOKEN, 'b'] },
      5,
      call([TOKEN, 'c'], { id: 2 }),
    ]);
    expect(answers.map((answer: { id: unknown }) => answer.id)).toEqual([1, null, 2]);
    const notification = { jsonrpc: '2.0', method: 'call', params: [TOKEN, 'b'] };
    expect(await send(notification)).toBe(null);
    expect(await send([notification])).toBe(null);
    expect(await codeOf(Array.from({ length: 51 }, () => call([TOKEN, 'a'])))).toBe(-32600);
    expect(await send(Array.from({ length: 50 }, () => call([TOKEN, 'a'])))).toHaveLength(50);
  });

  it('answers 413 to a body that is too large, and only to that', async () => {
    const body = ' '.repeat(LIMITS.MAX_API_BODY_BYTES + 1);
    const response = await jsonRpc.request('/', { method: 'POST', body }, envWith(secrets));
    expect(response.status).toBe(413);
  });
});

describe('a page of another site', () => {
  const status = async (headers: Record<string, string>) => {
    const login = { jsonrpc: '2.0', id: 1, method: 'login', params: ['anyone', TOKEN] };
    const url = 'https://gw.example.com/';
    const init = { method: 'POST', body: JSON.stringify(login), headers };
    return (await jsonRpc.request(url, init, envWith({ ...secrets, FAILED_SIGN_INS: limiter(1000) }))).status;
  };
  const SIMPLE = [
    'text/plain',
    'text/plain; x=application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    '',
  ];

  it.each(SIMPLE)('cannot sign in by %j', async type => {
    const content = { 'Content-Type': type };
    for (const origin of ['https://other.example', 'https://gw.example.com:8443', 'null']) {
      expect(await status({ ...content, Origin: origin })).toBe(415);
    }
    for (const site of ['cross-site', 'same-site']) {
      expect(await status({ ...content, 'Sec-Fetch-Site': site })).toBe(415);
    }
    expect(
      await status({ ...content, Origin: 'https://gw.example.com', 'Sec-Fetch-Site': 'same-origin' }),
    ).toBe(200);
    expect(await status(content)).toBe(200);
  });

  it('has to ask first for JSON, which browsers see to', async () => {
    const type = { 'Content-Type': 'application/json; charset=utf-8' };
    expect(await status({ ...type, Origin: 'https://other.example' })).toBe(200);
    const preflight = await jsonRpc.request('/', {
      method: 'OPTIONS',
      headers: { Origin: 'https://other.example' },
    });
    expect(preflight.status).toBe(405);
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe(null);
  });
});

describe('sessions', () => {
  const expired = { code: -32005, message: 'Session expired. Try to relogin.', data: { code: 5 } };
  const basic = (password: string) => ({ Authorization: `Basic ${btoa(`anyone:${password}`)}` });
  /** A call that only a good session brings as far as "Method not found". */
  const probe = (session: unknown) => call([session, 'nothing', []]);

  it('are the admin token, a login, or HTTP Basic beside null', async () => {
    const login = { jsonrpc: '2.0', id: 1, method: 'login', params: ['anyone', TOKEN] };
    const { result, error } = await send(login);
    expect(error).toBe(null);
    expect(await codeOf(probe(result))).toBe(-32601);
    expect(await codeOf(probe(TOKEN))).toBe(-32601);
    expect(await codeOf(probe(null), basic(TOKEN))).toBe(-32601);
    const withColon = `a:b:${TOKEN}`;
    expect(await codeOf(probe(null), basic(withColon), { ADMIN_TOKEN: withColon })).toBe(-32601);
  });

  it.each([null, '', 'wrong', 5, {}, [TOKEN], true])('refuses %j', async session => {
    expect((await send(probe(session))).error).toEqual(expired);
  });

  it('takes the token with the request, whatever session the client has left from before', async () => {
    const answered = await codeOf(probe(TOKEN));
    expect(await codeOf(probe('left from before'), basic(TOKEN))).toBe(answered);
    expect(await codeOf(probe(null), { Authorization: `Bearer ${TOKEN}` })).toBe(answered);
  });

  it('refuses a wrong token with the request, and a session as a Basic password', async () => {
    expect(await codeOf(probe(null), basic('wrong'))).toBe(-32005);
    expect(await codeOf(probe('wrong'), basic('wrong'))).toBe(-32005);
    expect(await codeOf(probe(null), { Authorization: 'Basic %%%' })).toBe(-32005);
    const login = { jsonrpc: '2.0', id: 1, method: 'login', params: ['anyone', TOKEN] };
    const { result } = await send(login);
    expect(await codeOf(probe(null), basic(result))).toBe(-32005);
  });

  it('refuses a login with a wrong token', async () => {
    const login = { jsonrpc: '2.0', id: 1, method: 'login', params: ['anyone', 'wrong'] };
    expect((await send(login)).error).toEqual({ code: -32002, message: 'Access denied.', data: { code: 2 } });
  });

  it('counts wrong tokens and never limits the right one', async () => {
    const limited = { FAILED_SIGN_INS: limiter(0) };
    expect((await send(probe('wrong'), {}, limited)).error.message).toContain('Too many');
    expect(await codeOf(probe(TOKEN), {}, limited)).toBe(-32601);
  });

  it('are signed in to once per batch, so that a batch is one guess', async () => {
    const login = (token: string, id: number) => ({
      jsonrpc: '2.0',
      id,
      method: 'login',
      params: ['a', token],
    });
    const FAILED_SIGN_INS = limiter(1000);
    const codes = async (batch: unknown[]) =>
      (await send(batch, {}, { FAILED_SIGN_INS })).map(
        ({ error }: { error: { code: number } | null }) => error?.code ?? 'in',
      );
    const guesses = Array.from({ length: 48 }, (_, i) => login(`guess ${i}`, i));
    expect(await codes([...guesses, login(TOKEN, 49)])).toEqual([-32002, ...guesses.map(() => -32600)]);
    // A session that is a guess is no way around either, before or after a login.
    expect(await codes([probe('guess 1'), probe('guess 2'), probe(TOKEN), login(TOKEN, 4)])).toEqual([
      -32005, -32005, -32005, -32002,
    ]);
    expect(FAILED_SIGN_INS.counted).toHaveLength(2);
    expect(await codes([login(TOKEN, 1), probe(TOKEN), probe(TOKEN)])).toEqual(['in', -32601, -32601]);
    expect(await codes([login(TOKEN, 1), login(TOKEN, 2)])).toEqual(['in', -32600]);
  });

  it('are closed while secrets are missing', async () => {
    expect(await codeOf(probe(''), {}, { ADMIN_TOKEN: '' })).toBe(-32603);
    expect(await codeOf(probe('short'), {}, { ADMIN_TOKEN: 'short' })).toBe(-32603);
    expect(await codeOf(probe(TOKEN), {}, { SECRETS_KEY: '' })).toBe(-32603);
  });
});
