// Tables for a terminal. What makes a text safe for one is syntax/visible.ts.

/** Wider cells are not waited for by the others of their column. */
const WIDEST = 80;

/** The rows of a table, given anew for each look at them. */
export type Rows = () => Iterable<readonly string[]>;

/** Tells the lines of a table, each column as wide as its widest cell. */
export function columns(rows: Rows, line: (text: string) => void): void {
  const widths: number[] = [];
  for (const row of rows()) {
    for (let i = 0; i < row.length; i++) {
      if (row[i].length <= WIDEST) widths[i] = Math.max(widths[i] ?? 0, row[i].length);
    }
  }
  for (const row of rows()) {
    line(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}
