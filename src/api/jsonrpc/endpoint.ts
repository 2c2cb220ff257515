/**
 * `POST /api/jsonrpc`: JSON-RPC 2.0 as ShipStream's API speaks it, so that clients of that API manage the gateway's
 * webhooks unchanged. `"jsonrpc": 2.0` may be a number and comes back as it was sent; `id` comes back; a `result` has
 * `"error": null` beside it. The HTTP status is 200 whatever the outcome, except for a request too large to be read and for one that
 * a page of another site may have sent.
 *
 * Batches and notifications are as in JSON-RPC 2.0. A batch runs in its order, so a list after a create shows it, and signs in
 * once (`sign-in.ts`).
 */
import { Hono } from 'hono';
import { acting } from '../../audit/acting';
import { isObject } from '../../json/kind';
import { parseJson } from '../../json/parse';
import { currentRequestId } from '../../request-id';
import { err, ok, type Result } from '../../result';
import { addressOf, configurationProblem } from '../admin-token';
import { readBytes } from '../body';
import { isSimpleCrossSite } from '../cross-site';
import { problem } from '../problem';
import {
  internalError,
  invalidParams,
  invalidRequest,
  methodNotFound,
  parseError,
  type RpcError,
  shipstreamError,
} from './errors';
import { isSession, openSession } from './session';
import { SignIn } from './sign-in';
import { updateStatus } from './update-status';
import { create, list, remove } from './webhooks';

const MAX_BATCH = 50;

type Version = 2 | '2.0';
type Id = string | number | null;
type RpcRequest = { version: Version; id: Id; isNotification: boolean; method: string; params: unknown };

/** Where a call comes from: what HTTP said beside the JSON. */
type Caller = { env: Env; signIn: SignIn; authorization: string | null };

type Method = (env: Env, args: readonly unknown[], now: number) => Promise<Result<unknown, RpcError>>;

const METHODS = new Map<unknown, Method>([
  ['webhook.list', list],
  ['webhook.create', create],
  ['webhook.update_status', updateStatus],
  ['webhook.delete', remove],
]);

export const jsonRpc = new Hono<{ Bindings: Env }>();

jsonRpc.post('/', async c => {
  if (isSimpleCrossSite(c.req.raw)) return problem({ reason: 'unsupported_media_type' });
  const bytes = await readBytes(c.req.raw);
  if (!bytes.ok) return problem(bytes.error);
  const caller: Caller = {
    env: c.env,
    signIn: new SignIn(c.env, addressOf(c.req.raw)),
    authorization: c.req.header('Authorization') ?? null,
  };
  const answer = await answerBody(bytes.value, caller);
  const headers = { 'Content-Type': 'application/json' };
  return c.body(answer === null ? '' : JSON.stringify(answer), 200, headers);
});

jsonRpc.all('/', () => problem({ reason: 'method_not_allowed', allowed: ['POST'] }));

/** Null: only notifications came, which have no answer. */
async function answerBody(body: Uint8Array, caller: Caller): Promise<object | null> {
  const document = parseJson(body);
  if (!document.ok) return failure('2.0', null, parseError('The body is not JSON.'));
  const { value } = document.value;
  if (!Array.isArray(value)) return answerOne(value, caller);
  if (value.length === 0 || value.length > MAX_BATCH) {
    return failure('2.0', null, invalidRequest(`A batch has 1 to ${MAX_BATCH} requests.`));
  }
  const answers: object[] = [];
  for (const request of value) {
    const answer = await answerOne(request, caller);
    if (answer !== null) answers.push(answer);
  }
  return answers.length > 0 ? answers : null;
}

async function answerOne(value: unknown, caller: Caller): Promise<object | null> {
  const request = readRequest(value);
  if (!request.ok) return failure('2.0', isObject(value) && isId(value.id) ? value.id : null, request.error);
  const { version, id, isNotification } = request.value;
  const result = await run(request.value, caller);
  if (isNotification) return null;
  return result.ok
    ? { jsonrpc: version, id, error: null, result: result.value }
    : failure(version, id, result.error);
}

const failure = (jsonrpc: Version, id: Id, error: RpcError) => ({ jsonrpc, id, error });

const isId = (value: unknown): value is Id =>
  value === null || typeof value === 'string' || typeof value === 'number';

function readRequest(value: unknown): Result<RpcRequest, RpcError> {
  if (!isObject(value)) return err(invalidRequest('A request is an object.'));
  const { jsonrpc: version, id = null, method, params = [] } = value;
  if (version !== 2 && version !== '2.0') return err(invalidRequest('"jsonrpc" must be 2.0.'));
  if (!isId(id)) return err(invalidRequest('"id" must be text, a number or null.'));
  if (typeof method !== 'string') return err(invalidRequest('"method" must be text.'));
  return ok({ version, id, isNotification: !('id' in value), method, params });
}

async function run(request: RpcRequest, caller: Caller): Promise<Result<unknown, RpcError>> {
  const unready = configurationProblem(caller.env);
  if (unready !== null) return err(internalError(unready));
  if (request.method !== 'login' && request.method !== 'call') return err(methodNotFound());
  if (!Array.isArray(request.params)) return err(invalidParams('They must be a list.'));
  return request.method === 'login' ? login(request.params, caller) : call(request.params, caller);
}

/** `[user, token]` → a session. The gateway has no users: any name will do. */
async function login([user, token]: readonly unknown[], caller: Caller): Promise<Result<string, RpcError>> {
  if (typeof user !== 'string' || typeof token !== 'string') {
    return err(invalidParams('login takes a user name and the admin token.'));
  }
  if (!caller.signIn.isFirstLogin()) return err(invalidRequest('A batch has one login at most.'));
  const judgement = await caller.signIn.judge(token);
  if (judgement === 'right') return ok(await openSession(caller.env, Date.now()));
  return err(shipstreamError(2, judgement === 'wrong_and_limited' ? TOO_MANY : ''));
}

/** `[session, "webhook.list", args]`; a single argument need not be in a list. */
async function call(params: readonly unknown[], caller: Caller): Promise<Result<unknown, RpcError>> {
  const [session, path, args = []] = params;
  const refused = await sessionProblem(session, caller);
  if (refused !== null) return err(refused);
  if (typeof path !== 'string')
    return err(invalidParams('call takes a session, a method and its arguments.'));
  const method = METHODS.get(path);
  if (method === undefined) return err(methodNotFound());
  const act = { by: 'json_rpc', token: null, operation: path, requestId: currentRequestId() } as const;
  return acting(act, () => method(caller.env, Array.isArray(args) ? args : [args], Date.now()));
}

const TOO_MANY = 'Too many wrong tokens came from this address.';

/**
 * A session is the admin token, or one that `login` gave. Where the request itself carries the token (HTTP Basic as
 * password, or Bearer), the session may be null or outdated.
 */
async function sessionProblem(session: unknown, caller: Caller): Promise<RpcError | null> {
  const text = typeof session === 'string' ? session : '';
  if (text !== '' && (await isSession(caller.env, text, Date.now()))) return null;
  const given = headerToken(caller.authorization) ?? text;
  if (given === '') return shipstreamError(5);
  const judgement = await caller.signIn.judge(given);
  if (judgement === 'right') return null;
  return shipstreamError(5, judgement === 'wrong_and_limited' ? TOO_MANY : '');
}

const headerToken = (authorization: string | null): string | null =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? basicPassword(authorization);

/** RFC 7617: everything after the first colon is the password. */
function basicPassword(authorization: string | null): string | null {
  const encoded = /^Basic +(\S+) *$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  try {
    const pair = new TextDecoder().decode(Uint8Array.fromBase64(encoded));
    return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : null;
  } catch {
    return null;
  }
}
