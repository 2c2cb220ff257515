/** Rows in columns for people. Colours are put around cells here and nowhere else, so text of others cannot bring its own. */
import { printable } from './printable';

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';
export type Cell = string | number | null | { text: string; colour: Colour };

/** Colours a text, or leaves it alone where the output takes no colours. */
export type Paint = (colour: Colour, text: string) => string;

/** `null` is shown as nothing; a column in which nothing is shown is left out. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string {
  const lines = rows.map(row => head.map((_, i) => shown(row[i] ?? null)));
  const columns = head
    .map((name, i) => ({ name, i, width: Math.max(...lines.map(line => line[i]?.text.length ?? 0)) }))
    .filter(({ width }) => width > 0)
    .map(({ name, i, width }) => ({ name, i, width: Math.max(width, name.length) }));
  const written = (cells: readonly Shown[]): string =>
    columns
      .map(({ width, i }) => {
        const { text, colour } = cells[i] ?? NOTHING;
        return (colour === null ? text : paint(colour, text)) + ' '.repeat(width - text.length);
      })
      .join('  ')
      .trimEnd();
  const title = written(head.map(text => ({ text, colour: 'dim' as const })));
  return [title, ...lines.map(written)].join('\n');
}

/** Names and values below each other; those without a value are left out. */
export function fields(pairs: readonly (readonly [name: string, value: Cell])[], paint: Paint): string {
  const present = pairs.flatMap(([name, value]) => (value === null ? [] : [{ name, ...shown(value) }]));
  const width = Math.max(...present.map(({ name }) => name.length));
  return present
    .map(({ name, text, colour }) => {
      const value = colour === null ? text : paint(colour, text);
      return `${paint('dim', name.padEnd(width))}  ${value}`.trimEnd();
    })
    .join('\n');
}

type Shown = { text: string; colour: Colour | null };

const NOTHING: Shown = { text: '', colour: null };

function shown(cell: Cell): Shown {
  if (cell === null) return NOTHING;
  if (typeof cell !== 'object') return { text: printable(String(cell)), colour: null };
  return { text: printable(cell.text), colour: cell.colour };
}
