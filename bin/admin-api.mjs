/** What the commands beside this file share: a gateway's management API, asked with the ADMIN_TOKEN of the environment. */

import { isPrivate } from './address.mjs';

/** The gateway's address among the arguments, without a slash at its end; undefined where there is none. Throws where others could read what is sent there. */
export function gatewayIn(args) {
  const url = args.find(arg => /^https?:/i.test(arg))?.replace(/\/+$/, '');
  if (url === undefined || isPrivate(url)) return url;
  throw new Error(
    `${url}: only https, as the admin token is sent there (http on this machine itself is fine).`,
  );
}

/**
 * Calls of a gateway: `(method, path, body?)` → the answer's JSON. Throws with what the gateway says is wrong; `status` of the error
 * is the answer's.
 */
export function adminApi(url, token) {
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}` };
    // A redirect might lead to where it is not private.
    const request = { method, headers, redirect: 'error' };
    if (body !== undefined) {
      headers['content-type'] = 'application/json';
      request.body = JSON.stringify(body);
    }
    const answer = await fetch(url + path, request).catch(error => {
      throw new Error(`${url} does not answer: ${error.cause?.message ?? error.message}`);
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    throw Object.assign(new Error(`${url} answers ${answer.status}: ${problemText(text)}`), {
      status: answer.status,
    });
  };
}

/** A problem answer for people: what is wrong with the input, a line each. */
function problemText(text) {
  try {
    const { title, detail, errors } = JSON.parse(text);
    if (errors === undefined) return `${title}: ${detail}`;
    return [title, ...errors.map(({ path, message }) => `  ${path} ${message}`)].join('\n');
  } catch {
    return text.slice(0, 500);
  }
}

/** Runs a command: prints what it throws, and ends with 1. */
export async function command(run) {
  try {
    await run();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}

/** To the terminal, also where the output goes to a file. */
export const say = line => process.stderr.write(`${line}\n`);
