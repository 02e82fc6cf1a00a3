import { fittingCell } from '../../spreadsheet/cell-text.ts';
import type { Sheet } from '../../spreadsheet/write-workbook.ts';
import { rowInWords } from './row-in-words.ts';

/** Holds the rows of a sheet, as they come, against those that it should have; sheets for people to read have none. */
export class SheetComparison {
  readonly #expected: Iterator<readonly string[]> | undefined;
  #next: IteratorResult<readonly string[]> | undefined;
  /** Where the next expected row has to stand. */
  #place = 1;
  #message: string | undefined;

  constructor(content: Sheet['content'] | undefined) {
    if (content === undefined || !('header' in content)) return;
    this.#expected = rowsOf(content.header, content.rows);
    this.#next = this.#expected.next();
  }

  take(row: number, cells: ReadonlyMap<number, string>): void {
    this.#passBlank(row);
    if (this.#next === undefined || this.#message !== undefined) return;
    // A row that stands twice, or behind later ones, is none of the ledger's: a reader may see the one or the other.
    if (row < this.#place || this.#next.done === true) this.#message = `row ${row} is not in the ledger`;
    else this.#compare(cells);
  }

  /** What is wrong with the sheet, once all its rows were taken. */
  end(): string | undefined {
    this.#passBlank(Number.POSITIVE_INFINITY);
    return this.#message;
  }

  /** Rows that the sheet leaves out before one that it has. */
  #passBlank(row: number): void {
    while (this.#next?.done === false && this.#message === undefined && this.#place < row) this.#compare(undefined);
  }

  #compare(cells: ReadonlyMap<number, string> | undefined): void {
    const row: readonly string[] = this.#next?.value ?? [];
    const filled = row.filter((text) => text !== '').length;
    if (filled !== (cells?.size ?? 0) || !row.every((text, column) => (cells?.get(column) ?? '') === fittingCell(text)))
      this.#message = `row ${this.#place} (${rowInWords(row)}) is not as the ledger says it, or is missing`;
    this.#place += 1;
    this.#next = this.#expected?.next();
  }
}

function* rowsOf(header: readonly string[], rows: Iterable<readonly string[]>): Generator<readonly string[]> {
  yield header;
  yield* rows;
}
