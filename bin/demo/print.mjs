/** How the demo looks: headings, aligned tables, colour only on a terminal that wants it (NO_COLOR). */
const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
const paint = code => text => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint(1);
export const dim = paint(2);
const green = paint(32);
const red = paint(31);
const yellow = paint(33);

/** Words that are coloured wherever they stand. */
const MEANING = [
  [/^(200 accepted|yes|filled)/, green],
  [/^(401|no\b)/, red],
  [/^(200 duplicate|open)/, yellow],
];

export function line(text = '') {
  process.stdout.write(`${text}\n`);
}

export function heading(text) {
  line(`\n${bold(text)}`);
}

/** Named values, one below the other. */
export function facts(values) {
  const width = Math.max(...Object.keys(values).map(name => name.length));
  for (const [name, value] of Object.entries(values)) line(`  ${dim(name.padEnd(width))}  ${value}`);
}

/** Rows under column names, each column as wide as its widest cell. */
export function table(columns, rows) {
  const cells = rows.map(row => row.map(cell => `${cell ?? ''}`));
  const widths = columns.map((name, i) => Math.max(name.length, ...cells.map(row => row[i].length)));
  const pad = row => row.map((cell, i) => cell.padEnd(widths[i]));
  line(`  ${dim(pad(columns).join('  ').trimEnd())}`);
  for (const row of cells) line(`  ${pad(row).map(meant).join('  ').trimEnd()}`);
}

function meant(cell) {
  const found = MEANING.find(([pattern]) => pattern.test(cell));
  return found ? found[1](cell) : cell;
}
