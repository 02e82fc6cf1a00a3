import { expect } from 'vitest';
import type { FilePlan } from '../../src/plan/plan.ts';
import { stepOf } from '../../src/plan/plan.ts';
import type { OracleFile } from '../oracle/interpret-plan.ts';
import { comparePlaces } from '../oracle/order.ts';
import type { Value } from '../oracle/values.ts';
import type { MadeFile } from './make-files.ts';
import { type ReadOutput, readOutput } from './read-output.ts';

/** Expects a file to be what the oracle says: the same rows in the same order, and the same waterfall. */
export async function expectAgreement(made: MadeFile | undefined, oracle: OracleFile): Promise<ReadOutput> {
  if (made === undefined) throw new Error('a file is missing');
  const output = await readOutput(made.file, made.bytes);
  expect(output.columns).toEqual(oracle.columns);
  const expected = oracle.rows.map(({ values }) => JSON.stringify(asFormatted(values, made.file)));
  const actual = output.rows.map((row) => JSON.stringify(row));
  expect(actual.length).toBe(expected.length);
  // Rows of one place may come in any order: there they are compared sorted.
  for (let from = 0; from < expected.length; ) {
    const place = oracle.rows[from]?.place;
    let to = from + 1;
    while (to < expected.length && place !== undefined && sameAs(place, oracle, to)) to += 1;
    expect(actual.slice(from, to).sort(), `rows ${from} to ${to - 1}`).toEqual(expected.slice(from, to).sort());
    from = to;
  }
  expect(made.produced.waterfall).toEqual(oracle.waterfall);
  expect(made.produced.rows).toBe(oracle.rows.length);
  return output;
}

function sameAs(place: OracleFile['rows'][number]['place'], oracle: OracleFile, at: number): boolean {
  const other = oracle.rows[at]?.place;
  return other !== undefined && comparePlaces(place, other) === 0;
}

/** CSV has what the source wrote; in the other formats numbers are numbers, and `5.0` is 5. */
function asFormatted(values: readonly Value[], file: FilePlan): (string | null)[] {
  const columns = stepOf(file.steps, 'minimise')?.columns ?? [];
  const offset = values.length - columns.length;
  return values.map((value, at) => {
    if (value === undefined) return null;
    const type = columns[at - offset]?.type;
    if (file.format === 'csv' || type === undefined) return value;
    if (type === 'integer') return String(BigInt(value.replace(/\.0+$/, '')));
    return type === 'decimal' ? String(Number(value)) : value;
  });
}
