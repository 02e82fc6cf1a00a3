import { isWithin } from '../kernel/date-range.ts';
import type { Register } from './register.ts';
import type { RegisterRow } from './register-row.ts';

/** Rows given out within the range and not withdrawn: what a register of these days lists. */
export function rowsOfRange({ rows, range }: Register): RegisterRow[] {
  return rows.filter((row) => !row.asAmendment && row.withdrawn === undefined && isWithin(row.released.to, range));
}

/** Rows that stand in the register at the end of the range: everything ever given out that was not withdrawn. */
export function standingRows({ rows }: Register): RegisterRow[] {
  return rows.filter((row) => !row.asAmendment && row.withdrawn === undefined);
}

/**
 * Rows of earlier registers that this one corrects or adds: amended within the range, added late, or listed as
 * amendments in an imported edition. In the order in which that was recorded.
 */
export function amendedRows({ rows, range }: Register): RegisterRow[] {
  return rows
    .flatMap((row) => {
      if (row.withdrawn !== undefined) return [];
      if (row.asAmendment) return isWithin(row.released.to, range) ? [{ row, seq: row.seq }] : [];
      if (row.released.to >= range.from) return [];
      const amended = row.amendments.findLast(({ on }) => isWithin(on, range));
      if (amended !== undefined) return [{ row, seq: amended.seq }];
      return row.late !== undefined && isWithin(row.known, range) ? [{ row, seq: row.seq }] : [];
    })
    .sort((a, b) => a.seq - b.seq)
    .map(({ row }) => row);
}
