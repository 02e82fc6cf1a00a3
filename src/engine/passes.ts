import { type FilePlan, stepOf } from '../plan/plan.ts';
import { SLICES, type SliceRange } from '../relation/slices.ts';
import type { SessionState } from './duckdb-engine.ts';

/** Bytes that DuckDB holds for a value of a temporary table and again while it sorts; measured, and on the safe side. */
const BYTES_A_VALUE = 48;
const BYTES_A_ROW = 96;

/** The share of the limit that one pass may be planned to take; the rest is for scans, joins and what estimates miss. */
const SHARE = 0.5;

/** The slices of each pass, so that one pass is thought to fit into memory. */
export function passesFor(state: SessionState, file: FilePlan): SliceRange[] {
  const read = stepOf(file.steps, 'read');
  const demographics = stepOf(file.steps, 'resolve')?.demographics.length ?? 0;
  const rowsOf = (dataset: string): number => {
    const source = state.sources.get(dataset);
    // A row of CSV is rarely shorter than this many bytes a column.
    return source === undefined
      ? 0
      : (source.rows ?? source.bytes / (4 * Math.max(8, source.dataset.columns.length / 4)));
  };
  const staged = rowsOf(file.dataset) * (BYTES_A_ROW + BYTES_A_VALUE * (read?.columns.length ?? 0));
  const people = rowsOf('pds') * (BYTES_A_ROW + BYTES_A_VALUE * demographics);
  const wanted = Math.ceil((staged + people) / (bytesOf(state.inputs.limits.memory) * SHARE));
  const passes = Math.max(1, Math.min(SLICES, wanted));
  return Array.from({ length: passes }, (_, index) => ({
    from: Math.floor((index * SLICES) / passes),
    to: Math.floor(((index + 1) * SLICES) / passes),
  })).filter(({ from, to }) => from < to);
}

/** Two halves of a range. */
export function split({ from, to }: SliceRange): [SliceRange, SliceRange] {
  const middle = Math.floor((from + to) / 2);
  return [
    { from, to: middle },
    { from: middle, to },
  ];
}

/** `4GB` -> 4e9; units as DuckDB reads them. */
export function bytesOf(size: string): number {
  const [, digits = '0', unit = ''] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(size.trim()) ?? [];
  const power = 'KMGT'.indexOf(unit.charAt(0).toUpperCase()) + 1;
  return Number(digits) * (/i/i.test(unit.slice(1)) ? 1024 : 1000) ** power;
}
