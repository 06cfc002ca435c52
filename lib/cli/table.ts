// Rows of text in columns as wide as they need; where that is more than a terminal has, the widest gives way.
import { columns, wrap } from './wrap';

const gap = '  ';

export function toTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const excess = widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1)) - columns;
  const widest = widths.indexOf(Math.max(...widths));
  const toCells = (row: readonly string[]): string[][] =>
    widths.map((width, column) => {
      const cell = row[column] ?? '';
      return column === widest && excess > 0 ? wrap(cell, '', width - excess).split('\n') : [cell];
    });
  const cells = all.map(toCells);
  const fitting = widths.map((_, column) =>
    Math.max(...cells.flatMap((row) => (row[column] as string[]).map((line) => line.length))),
  );
  return cells.flatMap((row) => toLines(row, fitting)).join('\n');
}

/** A row is as many lines as its longest cell has. */
function toLines(row: readonly (readonly string[])[], widths: readonly number[]): string[] {
  const height = Math.max(...row.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    row
      .map((lines, column) => (lines[line] ?? '').padEnd(widths[column] as number))
      .join(gap)
      .trimEnd(),
  );
}
