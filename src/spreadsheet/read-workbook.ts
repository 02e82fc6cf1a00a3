import { unzipSync } from 'fflate';
import { cellHandlers } from './cell-handlers.ts';
import { IS_PART, MOST_HELD, parseXml, workbookParts } from './workbook-parts.ts';

/** The texts of a sheet's cells, by row (1-based) and column (0-based); empty cells are left out. */
export interface ReadSheet {
  readonly name: string;
  readonly rows: ReadonlyMap<number, ReadonlyMap<number, string>>;
}

/**
 * Reads a workbook into memory: every cell as the text that its XML holds, numbers as they are written, line breaks,
 * blanks and carriage returns kept. Undefined where the bytes are no workbook.
 */
export function readWorkbook(bytes: Uint8Array): ReadSheet[] | undefined {
  try {
    let total = 0;
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!IS_PART.test(name)) return false;
        total += originalSize;
        if (total > MOST_HELD) throw new Error('too large');
        return true;
      },
    });
    const part = (path: string): Uint8Array | undefined => files[`xl/${path}`] ?? files[`/xl/${path}`];
    const { strings, sheets } = workbookParts(part);
    return sheets.map(({ name, path }) => {
      const sheet = part(path);
      if (sheet === undefined) throw new Error('no such sheet');
      return { name, rows: readRows(sheet, strings) };
    });
  } catch {
    return undefined;
  }
}

function readRows(xml: Uint8Array, strings: readonly string[]): Map<number, Map<number, string>> {
  const rows = new Map<number, Map<number, string>>();
  parseXml(
    xml,
    cellHandlers(strings, (row, column, text) => {
      const cells = rows.get(row) ?? new Map<number, string>();
      rows.set(row, cells.set(column, text));
    }),
  );
  return rows;
}
