/** A row as messages name it: its first cells, long ones cut. */
export function rowInWords(row: readonly string[]): string {
  return row
    .slice(0, 3)
    .map((text) => (text.length > 60 ? `${text.slice(0, 57)}…` : text))
    .join(', ');
}
