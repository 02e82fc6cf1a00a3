import { isWithin } from '../kernel/date-range.ts';
import type { Register } from './register.ts';
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

/** Everything that was changed within the range, in the order in which it was recorded. */
export function changesOfRange(register: Register): Change[] {
  return allChanges(register).filter(({ on }) => isWithin(on, register.range));
}

/** Everything that was changed up to the end of the range. */
export function allChanges({ rows, agreements, renames }: Register): Change[] {
  const changes: Change[] = [];
  for (const row of rows) {
    const { id: about, values } = row;
    const { agreement, organisation } = values;
    const base = { about, agreement, organisation, ofSubstance: true };
    for (const { seq, on, field, from, to, reason, ofSubstance } of row.amendments) {
      changes.push({ ...base, seq, on, kind: 'amended', what: fieldName(field), from, to, reason, ofSubstance });
    }
    if (row.withdrawn !== undefined) {
      const { on, seq, reason } = row.withdrawn;
      changes.push({
        ...base,
        seq,
        on,
        kind: 'withdrawn',
        what: 'The whole row',
        from: values.dataset,
        to: '',
        reason,
      });
    }
    if (row.late !== undefined) {
      const { seq, known: on, late: reason } = row;
      changes.push({
        ...base,
        seq,
        on,
        kind: 'added late',
        what: 'The whole row',
        from: '',
        to: values.dataset,
        reason,
      });
    }
    if (row.replaces !== undefined) {
      const { seq, known: on, replaces } = row;
      const { id: old, because: reason } = replaces;
      changes.push({ ...base, about: old, seq, on, kind: 'replaced', what: 'The file', from: old, to: about, reason });
    }
  }
  for (const { reference, facts, changes: said } of agreements.values()) {
    for (const { seq, on, what, from, to, reason = '', ofSubstance } of said) {
      const { organisation } = facts;
      const about = { about: reference, agreement: reference, organisation };
      changes.push({ ...about, seq, on, kind: 'agreement changed', what, from, to, reason, ofSubstance });
    }
  }
  for (const { seq, recorded: on, what, from, to, reason } of renames) {
    const organisation = what === 'organisation' ? to : '';
    const about = { about: '', agreement: '', organisation, ofSubstance: false };
    changes.push({ ...about, seq, on, kind: 'renamed', what: fieldName(what), from, to, reason });
  }
  return changes.sort((a, b) => a.seq - b.seq);
}
