import type { RegisterRow } from './register-row.ts';
import { fieldName } from './words.ts';

/** What was said in earlier registers, or earlier in this one, and is said differently now. */
export interface Change {
  readonly seq: number;
  readonly on: string;
  readonly kind: 'amended' | 'withdrawn' | 'renamed' | 'added late' | 'agreement changed' | 'replaced';
  /** The row or the reference that it is about; '' for a rename. */
  readonly about: string;
  readonly agreement: string;
  readonly organisation: string;
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  /** False for renames and for corrections of typography alone. */
  readonly ofSubstance: boolean;
}

export const CHANGES_HEADER = [
  'Date',
  'Kind',
  'Row or Reference',
  'Reference Number',
  'Organisation',
  'What',
  'From',
  'To',
  'Reason',
  'Of Substance',
] as const;

export function changeCells(change: Change): string[] {
  const { on, kind, about, agreement, organisation, what, from, to, reason, ofSubstance } = change;
  return [on, kind, about, agreement, organisation, what, from, to, reason, ofSubstance ? 'Yes' : 'No'];
}

/** What was changed of one row. */
export function changesOfRow(row: RegisterRow): Change[] {
  const changes: Change[] = [];
  const { id: about, values } = row;
  const { agreement, organisation } = values;
  const base = { about, agreement, organisation, ofSubstance: true };
  for (const { seq, on, field, from, to, reason, ofSubstance } of row.amendments) {
    changes.push({ ...base, seq, on, kind: 'amended', what: fieldName(field), from, to, reason, ofSubstance });
  }
  const whole = { ...base, what: 'The whole row' };
  if (row.withdrawn !== undefined) {
    changes.push({ ...whole, ...row.withdrawn, kind: 'withdrawn', from: values.dataset, to: '' });
  }
  if (row.late !== undefined) {
    const { seq, known: on, late: reason } = row;
    changes.push({ ...whole, seq, on, kind: 'added late', from: '', to: values.dataset, reason });
  }
  if (row.replaces !== undefined) {
    const { seq, known: on, replaces } = row;
    const { id: old, because: reason } = replaces;
    changes.push({ ...base, about: old, seq, on, kind: 'replaced', what: 'The file', from: old, to: about, reason });
  }
  return changes;
}
