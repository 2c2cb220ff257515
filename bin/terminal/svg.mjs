/** A terminal as SVG, out of text with the escape codes of colours. Pure. */

const ESCAPE = String.fromCharCode(27);
const SIZE = 13;
/** Of a character and of a line, in pixels; each word is stretched to it, whatever the font. */
const [WIDTH, HEIGHT] = [7.8, 19];
const MARGIN = 18;
/** Longer lines go on in the next, as in a terminal. */
const COLUMNS = 126;

const COLOURS = { 31: '#f2777a', 32: '#8fcf8f', 33: '#f0c674', 2: '#8b949e', 1: '#ffffff' };
const [PLAIN, PROMPT, GROUND] = ['#d6dae0', '#7fb5ff', '#161b22'];

/** @param session what was typed and said, `{ typed, said }` each */
export function drawn(session) {
  const lines = session.flatMap(({ typed, said }, at) => [
    ...(at === 0 ? [] : [[]]),
    ...wrapped([
      { text: '$ ', colour: PROMPT },
      { text: typed, colour: COLOURS[1] },
    ]),
    ...said.split('\n').flatMap(line => wrapped(runsOf(line))),
  ]);
  const width = Math.ceil(COLUMNS * WIDTH + 2 * MARGIN);
  const height = lines.length * HEIGHT + 2 * MARGIN;
  const label = `A terminal: ${session.map(({ typed }) => typed).join('; ')}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">`,
    `<rect width="100%" height="100%" rx="8" fill="${GROUND}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${SIZE}">`,
    ...lines.flatMap((runs, row) => textOf(runs, MARGIN + row * HEIGHT + SIZE)),
    '</g>',
    '</svg>\n',
  ].join('\n');
}

/** Each word has its own place, so that columns stand below each other in any font. */
function textOf(runs, y) {
  let column = 0;
  return runs.flatMap(({ text, colour }) => {
    const start = column;
    column += text.length;
    return [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => {
      const x = (MARGIN + (start + index) * WIDTH).toFixed(1);
      const length = (word.length * WIDTH).toFixed(1);
      const place = `x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacing"`;
      return `<text ${place} fill="${colour}">${escaped(word)}</text>`;
    });
  });
}

/** The parts of a line, each in one colour: every escape code begins one. */
function runsOf(line) {
  const [first, ...coloured] = line.split(ESCAPE);
  const runs = coloured.map(part => {
    const [, code, text] = /^\[(\d+)m(.*)$/.exec(part) ?? ['', '', part];
    return { text, colour: COLOURS[code] ?? PLAIN };
  });
  return [{ text: first, colour: PLAIN }, ...runs];
}

function wrapped(runs) {
  const lines = [[]];
  let column = 0;
  for (const { text, colour } of runs) {
    for (let rest = text; rest !== ''; ) {
      if (column === COLUMNS) {
        lines.push([]);
        column = 0;
      }
      const part = rest.slice(0, COLUMNS - column);
      lines.at(-1).push({ text: part, colour });
      column += part.length;
      rest = rest.slice(part.length);
    }
  }
  return lines;
}

const escaped = text =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
