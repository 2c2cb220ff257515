/** Requests to the gateway that is verified. What goes wrong is a sentence that says what to do. */

const PATIENCE_MS = 35_000;

/** Something that the user can act on; anything else that is thrown is a mistake of this script. `status` of an answer, if there was one. */
export class Trouble extends Error {
  constructor(message, status = null) {
    super(message);
    this.status = status;
  }
}

/** The gateway cannot be verified at all. */
export class NoGateway extends Trouble {}

/** @param token the admin token */
export function gatewayAt(url, token) {
  /** One request; answers status, JSON (null where it is none), text and how long it took in ms. Redirects are not followed. */
  async function send(path, { method = 'POST', headers = {}, body = null } = {}) {
    const start = performance.now();
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const request = { method, headers, body, redirect: 'manual', signal };
    const response = await fetch(url + path, request).catch(error => {
      const why = error.cause?.code ?? error.cause?.message ?? error.message;
      throw new NoGateway(`${url} cannot be reached from here: ${why}. Is the address right? ${NEW_DOMAIN}`);
    });
    const text = await response.text();
    const ms = Math.round(performance.now() - start);
    return { status: response.status, json: jsonOf(text), text, ms };
  }

  /** A management request that has to succeed. */
  async function manage(method, path, input) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = input === undefined ? null : JSON.stringify(input);
    const answer = await send(path, { method, headers, body });
    if (answer.status < 300) return answer.json;
    throw troubleWith(`${method} ${path}`, answer);
  }

  return { url, send, manage };
}

const NEW_DOMAIN = 'A new custom domain or workers.dev address may take a few minutes.';

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function troubleWith(what, { status, json, text }) {
  const detail = json?.detail ?? text.slice(0, 200);
  switch (status) {
    case 401:
      return new NoGateway(
        'The admin token is refused. It is the ADMIN_TOKEN that `npm run deploy` printed once, or .dev.vars has on a laptop; ' +
          '`npx wrangler secret put ADMIN_TOKEN` (with the --env of the deployment) sets another.',
      );
    case 404:
      if (json?.detail !== 'There is no such route.') return new Trouble(`${what}: ${detail}`, status);
      return new NoGateway(
        `${what} is answered 404: this gateway is older than this script. Deploy, then run again.`,
        404,
      );
    case 403:
      return new NoGateway(
        `${what} is answered 403: ${detail}. Give the admin token; an API token may not do this.`,
      );
    default:
      return new Trouble(`${what} is answered ${status}: ${detail}`, status);
  }
}
