/**
 * A table that becomes a list of cards where there is little room. Cards name each value.
 */
import type { Child } from '../jsx/jsx-runtime';

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
    <table>
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ name, isNumber }) => (
            <th scope="col" class={isNumber && 'number'}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr class={kind(row)}>
            {columns.map(({ name, cell, isNumber }) => (
              <td data-name={name} class={isNumber && 'number'}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
