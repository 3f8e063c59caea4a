import stringWidth from 'string-width';

/** Rows in columns as a terminal shows them, two blanks apart; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, index) =>
    Math.max(0, ...rows.map((row) => stringWidth(row[index] ?? ''))),
  );
  return rows
    .map((row) =>
      row
        .map((cell, index) =>
          index === columns - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - stringWidth(cell)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
