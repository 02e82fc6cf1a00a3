import type { ByteSource } from '../kernel/byte-source.ts';
import { cellHandlers } from './cell-handlers.ts';
import { IS_PART, MOST_HELD, workbookParts } from './workbook-parts.ts';
import { XmlEvents } from './xml-events.ts';
import { unzipped, type ZipEntry, zipEntries } from './zip-directory.ts';

/** Of sheets no memory is at stake, but whoever unpacks more waits for nothing: a register of millions of files is less. */
const LARGEST = 2 ** 32;

/** A row of a sheet as it stands in the file: its place (1-based), and the texts of its cells by column (0-based). */
export interface SheetRow {
  readonly row: number;
  readonly cells: ReadonlyMap<number, string>;
}

/** A sheet whose rows have to be read to their end before the next sheet. */
export interface StreamedSheet {
  readonly name: string;
  /** Rows that hold a text, in the order of the file, some at a time. */
  readonly rows: AsyncIterable<readonly SheetRow[]>;
}

/**
 * Reads a workbook as `readWorkbook` does, and holds no more of it than a window, and the shared strings where it has
 * such; those that we write have none. Throws where the bytes are no workbook.
 */
export async function* streamWorkbook(source: ByteSource): AsyncGenerator<StreamedSheet> {
  const entries = (await zipEntries(source)).filter(({ name }) => IS_PART.test(name));
  if (entries.reduce((sum, { size }) => sum + size, 0) > LARGEST) throw new Error('too large');
  const entryAt = (path: string): ZipEntry | undefined =>
    entries.findLast(({ name }) => name === `xl/${path}`) ?? entries.findLast(({ name }) => name === `/xl/${path}`);
  const small = new Map<string, Uint8Array>();
  let held = 0;
  for (const path of ['workbook.xml', 'sharedStrings.xml', '_rels/workbook.xml.rels']) {
    const entry = entryAt(path);
    if (entry === undefined) continue;
    held += entry.size;
    if (held > MOST_HELD) throw new Error('too large');
    const pieces: Uint8Array[] = [];
    for await (const piece of unzipped(source, entry)) pieces.push(piece);
    small.set(path, Buffer.concat(pieces));
  }
  const { strings, sheets } = workbookParts((path) => small.get(path));
  for (const { name, path } of sheets) {
    const entry = entryAt(path);
    if (entry === undefined) throw new Error('no such sheet');
    yield { name, rows: sheetRows(source, entry, strings) };
  }
}

async function* sheetRows(
  source: ByteSource,
  entry: ZipEntry,
  strings: readonly string[],
): AsyncGenerator<readonly SheetRow[]> {
  let finished: SheetRow[] = [];
  let [current, cells] = [0, new Map<number, string>()];
  const events = new XmlEvents(
    cellHandlers(strings, (row, column, text) => {
      // A cell that is said twice makes a second row of the place: readers see the one or the other.
      if ((row !== current && cells.size > 0) || cells.has(column)) {
        finished.push({ row: current, cells });
        cells = new Map();
      }
      current = row;
      cells.set(column, text);
    }),
  );
  for await (const piece of unzipped(source, entry)) {
    events.write(piece);
    if (finished.length > 0) yield finished;
    finished = [];
  }
  events.end();
  if (cells.size > 0) finished.push({ row: current, cells });
  if (finished.length > 0) yield finished;
}
