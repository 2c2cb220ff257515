/** The admin token: from the environment, from standard input, or typed in unseen. Never from an argument, which others can list. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** The token, without line feeds around it; '' where nothing was given. */
export async function adminToken() {
  if (process.env.ADMIN_TOKEN) return process.env.ADMIN_TOKEN;
  return process.stdin.isTTY ? typed() : piped();
}

async function piped() {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  return text.trim();
}

async function typed() {
  process.stderr.write('Admin token (is not shown): ');
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: unseen, terminal: true });
  try {
    return (await prompt.question('')).trim();
  } catch {
    // Ctrl-C instead of a token.
    return '';
  } finally {
    prompt.close();
    process.stderr.write('\n');
  }
}
