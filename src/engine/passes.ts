import { PDS } from '../catalogue/catalogue.ts';
import { bytesOf } from '../kernel/byte-size.ts';
import { type FilePlan, stepOf } from '../plan/plan.ts';
import { SLICES, type SliceRange } from '../relation/slices.ts';
import type { SessionState } from './duckdb-engine.ts';

/**
 * Bytes that DuckDB holds for a value of a temporary table and for a row of each table besides its values, as measured
 * on ten million people. A guess that is too low costs time and nothing else: a pass that does not fit is cut in half.
 */
const VALUE = 10;
const STAGED_ROW = 32;
const RELEASED_ROW = 64;
const PERSON = 32;

/** For proving: a number and its counts in a grouping, a number in the table of a join. */
const GROUPED_NUMBER = 48;
const JOINED_NUMBER = 40;

/** Of the rows read, what is guessed to be released. */
const RELEASED = 0.5;

/** The share of the limit that one pass may be planned to take; the rest is for scans, joins and what estimates miss. */
const SHARE = 0.8;

/** The slices of each pass, so that one pass is thought to fit into memory. */
export function passesFor(state: SessionState, file: FilePlan): SliceRange[] {
  const columns =
    (stepOf(file.steps, 'minimise')?.columns.length ?? 0) +
    ((stepOf(file.steps, 'order') ?? stepOf(file.steps, 'tabulate'))?.key.length ?? 0);
  const demographics = stepOf(file.steps, 'resolve')?.demographics.length ?? 0;
  const row = STAGED_ROW + VALUE * columns + RELEASED * (RELEASED_ROW + VALUE * columns);
  // People are held as a table and once more as the table of the join.
  const person = 2 * (PERSON + VALUE * demographics);
  const passes = partsOf(rowsOf(state, file.dataset) * row + rowsOf(state, PDS) * person, state);
  return Array.from({ length: passes }, (_, index) => ({
    from: Math.floor((index * SLICES) / passes),
    to: Math.floor(((index + 1) * SLICES) / passes),
  }));
}

/** In how many parts the numbers of a file are counted again. */
export function provingPartsFor(state: SessionState, file: FilePlan): number {
  return partsOf(rowsOf(state, file.dataset) * GROUPED_NUMBER + rowsOf(state, PDS) * JOINED_NUMBER, state);
}

function partsOf(bytes: number, { inputs }: SessionState): number {
  return Math.max(1, Math.min(SLICES, Math.ceil(bytes / (bytesOf(inputs.limits.memory) * SHARE))));
}

function rowsOf({ sources }: SessionState, dataset: string): number {
  const source = sources.get(dataset);
  if (source === undefined) return 0;
  // A row of CSV is rarely shorter than this many bytes a column.
  return source.rows ?? source.bytes / (4 * Math.max(8, source.dataset.columns.length / 4));
}

/** Two halves of a range. */
export function split({ from, to }: SliceRange): [SliceRange, SliceRange] {
  const middle = Math.floor((from + to) / 2);
  return [
    { from, to: middle },
    { from: middle, to },
  ];
}
