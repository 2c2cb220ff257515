/** Where `gapless login` has the token from: never from an argument, unless someone insists. */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseEnv } from 'node:util';
import { EXIT } from '../ending';
import { isThisMachine } from './choose';
import type { Environment } from './profiles';

/** The token that was given or lies at hand, else the one that is typed or piped in; empty where there is none. */
export async function loginToken(url: string, flag: string | undefined, env: Environment): Promise<string> {
  const given = flag ?? (env.GAPLESS_TOKEN || undefined);
  if (given !== undefined) return given;
  const local = isThisMachine(new URL(url)) ? await tokenOfCheckout() : undefined;
  if (local !== undefined) return local;
  return (process.stdin.isTTY === true ? await typed(`Token of ${url}: `) : await text(process.stdin)).trim();
}

/** `npm start` keeps it in `.dev.vars`, in the folder it runs in. */
async function tokenOfCheckout(): Promise<string | undefined> {
  const vars = await readFile('.dev.vars', 'utf8').catch(() => null);
  return vars === null ? undefined : parseEnv(vars).ADMIN_TOKEN;
}

/** Without showing what is typed. */
function typed(question: string): Promise<string> {
  process.stderr.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asking = createInterface({ input: process.stdin, output: unseen, terminal: true });
  return new Promise(resolve => {
    asking.question('', answer => {
      asking.close();
      process.stderr.write('\n');
      resolve(answer);
    });
    asking.once('SIGINT', () => {
      process.stderr.write('\n');
      process.exit(EXIT.interrupted);
    });
  });
}
