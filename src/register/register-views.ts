import { type IndexedRegister, Is } from './indexed-register.ts';
import type { RegisterRow } from './register-row.ts';

/** Rows given out within the range and not withdrawn: what a register of these days lists. */
export function rowsOfRange(indexed: IndexedRegister): Iterable<RegisterRow> {
  return indexed.rows(Is.ofRange);
}

/** Rows that stand in the register at the end of the range: everything ever given out that was not withdrawn. */
export function standingRows(indexed: IndexedRegister): Iterable<RegisterRow> {
  return indexed.rows(Is.standing);
}

/**
 * Rows of earlier registers that this one corrects or adds: amended within the range, added late, or listed as
 * amendments in an imported edition. In the order in which that was recorded.
 */
export function* amendedRows({ register, amended }: IndexedRegister): Generator<RegisterRow> {
  for (const number of amended) yield register.row(number);
}
