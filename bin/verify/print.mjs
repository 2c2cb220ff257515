/** How findings look on a terminal. Progress goes to standard error, and only where somebody looks on. */
import { bold, dim, line } from '../demo/print.mjs';

const WIDTH = 100;
const MARK = { ok: 'ok', unexpected: '!!', failed: 'NO' };
const SUM = {
  ok: 'All is well.',
  unexpected: 'It works. Lines marked !! are not what the gateway counts on.',
  failed: 'Something does not work: see the lines marked NO.',
};

const looksOn = process.stderr.isTTY === true;

/** Says what is being measured, in place of what was said before. */
export function progress(what) {
  if (looksOn) process.stderr.write(`\r\u001b[Kmeasuring ${what} …`);
}

/** The end of progress. */
export function end() {
  if (looksOn) process.stderr.write('\r\u001b[K');
}

export function print(url, version, findings, verdict) {
  line(bold(`${url}${version === null ? '' : ` (version ${version})`}`));
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, verdict: mark, measured, means } of findings) {
    line(`${MARK[mark]}  ${name.padEnd(width)}  ${measured}`);
    for (const part of means === '' ? [] : wrapped(means)) line(`${' '.repeat(width + 6)}${dim(part)}`);
  }
  line(bold(`\n${SUM[verdict]}`));
}

function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== '' && last.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
