/**
 * A table that becomes a list of cards where there is little room. The roles say what it is there too, as styles take them away.
 */
import type { Child } from 'hono/jsx';

export type Column<T> = {
  name: string;
  cell: (row: T) => Child;
  /** Numbers stand at the right. */
  isNumber?: true;
};

type Props<T> = {
  /** What the table is, for those who do not see it. */
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  /** The class of a row. */
  kind?: (row: T) => string | undefined;
};

export function Table<T>({ caption, columns, rows, kind = () => undefined }: Props<T>) {
  return (
    <table role="table">
      <caption class="unseen">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ name, isNumber }) => (
            <th role="columnheader" scope="col" class={isNumber && 'number'}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(row => (
          <tr role="row" class={kind(row)}>
            {columns.map(({ name, cell, isNumber }) => (
              <td role="cell" data-name={name} class={isNumber && 'number'}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
