import type { DateRange } from '../kernel/date-range.ts';

/** The fields of a row, in the order of the register's columns; the names are those that amendments use. */
export const ROW_FIELDS = [
  'organisation',
  'dataset',
  'identifiability',
  'sensitive',
  'legal_basis',
  'purpose',
  'frequency',
  'agreement',
  'mr_number',
  'opt_outs',
  'common_law_duty',
] as const;

export type RowField = (typeof ROW_FIELDS)[number];

/** A row of the register as it stood at the end of the publication's days: what was given out, to whom, and why. */
export interface RegisterRow {
  /** The entry that says it. */
  readonly seq: number;
  /** `FILE0000001`, `SystemAccess0001`, or what an imported edition calls it. */
  readonly id: string;
  readonly source: 'file' | 'access' | 'imported';
  /** In the register's words, amendments and renames applied; '' where a cell is empty. */
  readonly values: Readonly<Record<RowField, string>>;
  /** Its names before renames, where they differ. */
  readonly formerly: { readonly organisation?: string; readonly dataset?: string };
  /** The days on one of which it was given out: one day for a file, the period of an edition or of system access. */
  readonly released: DateRange;
  /** The day from which the register says so. */
  readonly known: string;
  /** Why an earlier register lacked it. */
  readonly late: string | undefined;
  /** Stands in the sheet of amendments of an imported edition. */
  readonly asAmendment: boolean;
  readonly amendments: readonly RowAmendment[];
  readonly withdrawn: { readonly on: string; readonly seq: number; readonly reason: string } | undefined;
  /** The file that this one stands in for, and the one that stands in for it. */
  readonly replaces: { readonly id: string; readonly because: string } | undefined;
  readonly replacedBy: string | undefined;
}

/** One field of a row that was said wrongly. */
export interface RowAmendment {
  readonly seq: number;
  readonly on: string;
  readonly field: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  /** False where old and new differ in typography alone. */
  readonly ofSubstance: boolean;
}

/** The row as the twelve cells of the Data Release Register. */
export function cellsOf({ id, values }: RegisterRow): string[] {
  return [id, ...ROW_FIELDS.map((field) => values[field])];
}
