import type { ColumnType } from '../../src/catalogue/dataset.ts';
import type { ReadColumn } from '../../src/plan/plan.ts';
import type { SourceRecord } from './oracle-inputs.ts';

/** A value of a record: text or number as it is written, a date as `YYYY-MM-DD`; undefined is missing. */
export type Value = string | undefined;

/** The value that a record has in a column: empty is missing, dates come in one spelling, all else stays as it is. */
export function readValue(record: SourceRecord, column: { readonly name: string; readonly type: ColumnType }): Value {
  const written = record[column.name];
  if (written === null || written === undefined || written === '') return undefined;
  if (column.type !== 'date') return written;
  return written.includes('-') ? written.slice(0, 10) : written.replace(/^(....)(..)(..)$/, '$1-$2-$3');
}

/** The same, where a date that stands for none is missing. */
export function presentValue(record: SourceRecord, column: ReadColumn): Value {
  const value = readValue(record, column);
  return value !== undefined && column.missing?.includes(value) ? undefined : value;
}

/** Texts by the bytes of their UTF-8, as every engine can; what is missing comes first. */
export function compareTexts(a: Value, b: Value): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** `S` of ` s `: a code without the blanks around it, in upper case. */
export function codeOf(value: Value): Value {
  return value?.replace(/^ +| +$/g, '').toUpperCase();
}
