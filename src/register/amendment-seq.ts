import { type DateRange, isWithin } from '../kernel/date-range.ts';
import type { RegisterRow } from './register-row.ts';

/**
 * The entry that makes a register of these days correct or add a row of earlier ones: it was amended within them, added
 * late, or listed as an amendment in an imported edition. Undefined for other rows.
 */
export function amendmentSeq(row: RegisterRow, range: DateRange): number | undefined {
  if (row.withdrawn !== undefined) return undefined;
  if (row.asAmendment) return isWithin(row.released.to, range) ? row.seq : undefined;
  if (row.released.to >= range.from) return undefined;
  const amended = row.amendments.findLast(({ on }) => isWithin(on, range));
  if (amended !== undefined) return amended.seq;
  return row.late !== undefined && isWithin(row.known, range) ? row.seq : undefined;
}
