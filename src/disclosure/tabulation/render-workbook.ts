import { type Sheet, writeWorkbook } from '../../spreadsheet/write-workbook.ts';
import type { Note } from './notes.ts';
import type { ReleasedTable, ReleasedTables } from './released-tables.ts';

/** A workbook: the notes, then a sheet for each table, a line of it in a row, with a column for each measure. */
export function renderWorkbook(released: ReleasedTables, notes: readonly Note[]): { bytes: Uint8Array; rows: number } {
  const names = new Set<string>();
  const tables = released.tables.map((table): Sheet => tableSheet(table, sheetName(table.name, names)));
  const lines = [released.title, '', ...notes.flatMap(({ heading, text }) => [heading, ...text, ''])];
  const cells = lines.flatMap((text, row) => (text === '' ? [] : [{ row: row + 1, column: 0, text }]));
  const pieces = [...writeWorkbook([{ name: 'Notes', widths: [110], content: { cells } }, ...tables])];
  return {
    bytes: Buffer.concat(pieces),
    rows: released.tables.reduce((sum, table) => sum + table.lines.length, 0),
  };
}

function tableSheet({ dimensions, measures, lines }: ReleasedTable, name: string): Sheet {
  return {
    name,
    widths: [...dimensions.flatMap(() => [18, 26]), ...measures.map(() => 16)],
    content: {
      header: [...dimensions.flatMap(({ title }) => [`${title}: level`, title]), ...measures.map(({ title }) => title)],
      rows: lines.map(({ at, values }) => [...at.flatMap(({ levelName, label }) => [levelName, label]), ...values]),
      numbersFrom: 2 * dimensions.length,
    },
  };
}

/** As Excel allows: 31 characters, each once, whatever the case. */
function sheetName(name: string, taken: Set<string>): string {
  for (let number = 1; ; number += 1) {
    const end = number === 1 ? '' : `-${number}`;
    const candidate = `${name.slice(0, 31 - end.length)}${end}`;
    if (taken.has(candidate.toLowerCase()) || candidate.toLowerCase() === 'notes') continue;
    taken.add(candidate.toLowerCase());
    return candidate;
  }
}
