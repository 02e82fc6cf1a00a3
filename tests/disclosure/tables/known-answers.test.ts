import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { audit, isExact } from '../../../src/disclosure/audit/audit.ts';
import type { Instance } from '../../../src/disclosure/instance/instance.ts';
import { parseGrid } from '../../../src/disclosure/instance/parse-grid.ts';
import { parseInstance } from '../../../src/disclosure/instance/parse-instance.ts';
import { protect } from '../../../src/disclosure/protect.ts';
import { ownPattern, publicationOf } from '../../../src/disclosure/published-pattern.ts';
import type { Solver } from '../../../src/disclosure/solver.ts';
import { theSolver } from './support/solver.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/disclosure');
const SHARED = join(process.env['DARS_SHARED_DATA'] ?? '', 'disclosure');
const TERMS = { weight: 'value', hideZeros: true, effort: 1 } as const;

let solver: Solver;
beforeAll(async () => {
  solver = await theSolver();
});

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

function protectedCells(instance: Instance) {
  const found = protect(instance, TERMS, solver, () => {});
  return {
    ...found,
    suppressed: instance.cells.flatMap(({ column }, index) => (found.pattern[column] === 1 ? [index] : [])),
    intervalOf: (cell: number) => {
      const column = instance.cells[cell]?.column;
      const interval = found.intervals.find((each) => each.column === column);
      return interval === undefined ? undefined : [interval.lower, interval.upper];
    },
  };
}

function auditOf(instance: Instance, hidden?: readonly number[]) {
  const pattern = ownPattern(instance);
  if (hidden !== undefined) {
    for (const [index, { column }] of instance.cells.entries()) pattern[column] = hidden.includes(index) ? 1 : 0;
  }
  const columns = [...pattern.keys()].filter((column) => pattern[column] === 1);
  const intervals = audit(publicationOf(instance, pattern), columns, solver);
  return (cell: number) => intervals.find(({ column }) => column === instance.cells[cell]?.column);
}

interface KnownOptimum {
  readonly exact: { readonly cost: number; readonly publish_rows_0based: readonly number[] };
  readonly gauss: { readonly cost: number };
}

describe('tables of Statistics Norway', () => {
  test.each(['z1_max3', 'z1_max7', 'z2_hier_max3', 'z2_hier_max7', 'my_km2_max3'])(
    'the optimum of %s is the one that another program proved',
    (name) => {
      const known = JSON.parse(read(FIXTURES, `${name}.opt-value.json`)) as KnownOptimum;
      const found = protectedCells(parseInstance(read(FIXTURES, `${name}.json`)));
      expect(found.proven).toBe(true);
      expect(found.cost).toBe(known.exact.cost);
      expect(found.lowerBound).toBe(known.exact.cost);
      expect(found.cost).toBeLessThanOrEqual(known.gauss.cost);
      expect(found.suppressed).toEqual(known.exact.publish_rows_0based);
      expect(found.intervals.filter(isExact)).toEqual([]);
    },
  );

  test('without the search for an optimum, patterns are within 5 % of it', () => {
    for (const name of ['z1_max3', 'z1_max7', 'z2_hier_max3', 'z2_hier_max7', 'my_km2_max3']) {
      const known = JSON.parse(read(FIXTURES, `${name}.opt-value.json`)) as KnownOptimum;
      const instance = parseInstance(read(FIXTURES, `${name}.json`));
      const found = protect(instance, { ...TERMS, effort: 0 }, solver, () => {});
      expect(found.proven && found.cost > known.exact.cost, name).toBe(false);
      expect(found.cost, name).toBeLessThanOrEqual(1.05 * known.exact.cost);
    }
  });

  test('the patterns that come with them give nothing away', () => {
    for (const name of ['z1_max3', 'z1_max7', 'z2_hier_max3', 'z2_hier_max7', 'my_km2_max3']) {
      const instance = parseInstance(read(FIXTURES, `${name}.json`));
      const interval = auditOf(instance);
      const exact = instance.cells.flatMap(({ hidden }, cell) => {
        const found = interval(cell);
        return hidden && found !== undefined && isExact(found) ? [cell] : [];
      });
      expect(exact, name).toEqual([]);
    }
  });
});

describe('the example of Fischetti and Salazar', () => {
  test('the optimum costs 59, and each interval is that of the paper', () => {
    const found = protectedCells(parseInstance(read(FIXTURES, 'fs2001-3x3.jj')));
    expect(found).toMatchObject({ cost: 59, proven: true, suppressed: [4, 6, 8, 10] });
    expect(found.intervalOf(6)).toEqual([5, 30]);
  });

  test('the file’s own pattern hides one cell, which everybody can compute', () => {
    const found = auditOf(parseInstance(read(FIXTURES, 'fs2001-3x3.jj')))(6);
    expect([found?.lower, found?.upper]).toEqual([22, 22]);
  });
});

/** Under the GPL, and so not in this repository: see fixtures/disclosure/README.md. */
describe.skipIf(!existsSync(join(SHARED, 'linked_counties.json')))('instances of sdcTable (DARS_SHARED_DATA)', () => {
  test('two tables that are safe alone give K away together, and hiding N in both repairs it', () => {
    const instance = parseInstance(read(SHARED, 'linked_counties.json'));
    const named = (name: string) => instance.cells.flatMap((cell, index) => (cell.name.endsWith(name) ? [index] : []));
    const [k = 0] = named('region=K');
    const joint = auditOf(instance)(k);
    expect([joint?.lower, joint?.upper]).toEqual([3, 3]);
    const found = protectedCells(instance);
    expect(found.suppressed).toEqual([...found.suppressed].sort((a, b) => a - b));
    const secondary = found.suppressed.filter((cell) => instance.cells[cell]?.status === 'open');
    expect(secondary).toEqual(named('region=N'));
  });

  test('every row and column hides two, and yet a cell can be derived: found, and repaired with one more', () => {
    const { rows, instance } = readCsv('simpleheuristic_4x4.csv', 'Freq', ['v1', 'v2'], 'tot');
    const hidden = (status: string) =>
      rows.flatMap((row, index) => (row[status] === 'u' || row[status] === 'x' ? [index] : []));
    const old = hidden('status_SIMPLEHEURISTIC_OLD');
    const at = rows.findIndex((row) => row['v1'] === 'w' && row['v2'] === 'b');
    expect(auditOf(instance, old)(at)).toMatchObject({ lower: 47, upper: 47 });
    for (const [status, attack] of ['OPT', 'HITAS', 'HYPERCUBE', 'GAUSS', 'SIMPLEHEURISTIC', 'SIMPLEHEURISTIC_OLD'].map(
      (name) => [`status_${name}`, csv(read(SHARED, `simpleheuristic_4x4.attack.${name}.csv`))] as const,
    )) {
      const interval = auditOf(instance, hidden(status));
      const primary = rows.flatMap((row, index) => (row[status] === 'u' ? [index] : []));
      expect(
        primary.map((cell) => [interval(cell)?.lower, interval(cell)?.upper]),
        status,
      ).toEqual(attack.map(({ low, up }) => [Number(low), Number(up)]));
    }
    const primary = rows.map((row) => ({ ...row, primary: row['status_OPT'] === 'u' }));
    const found = protectedCells(parseRows(primary, 'Freq', ['v1', 'v2'], 'tot'));
    expect(found.suppressed).toEqual(hidden('status_OPT'));
    expect(found.intervalOf(at)).toEqual([0, 78]);
  });

  test('fifteen cells of a magnitude, one of them unsafe: the secondary cells cost 40 people', () => {
    const rows = csv(read(SHARED, 'microdata1_region_gender.csv')).map((row) => ({
      ...row,
      primary: row['status_OPT'] === 'u',
    }));
    const instance = parseRows(rows, 'Freq', ['region', 'gender'], 'total');
    const found = protectedCells(instance);
    const secondary = found.suppressed.filter((cell) => instance.cells[cell]?.status === 'open');
    expect(found.proven).toBe(true);
    expect(secondary.reduce((sum, cell) => sum + (instance.cells[cell]?.value ?? 0), 0)).toBe(40);
  });
});

type Row = Readonly<Record<string, string | boolean>>;

function csv(text: string): Record<string, string>[] {
  const [header = [], ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(',').map((cell) => cell.replaceAll('"', '')));
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}

function readCsv(name: string, count: string, dimensions: readonly string[], total: string) {
  const rows = csv(read(SHARED, name));
  return { rows, instance: parseRows(rows, count, dimensions, total) };
}

/** A table of two dimensions with its totals, in the grid form. */
function parseRows(rows: readonly Row[], count: string, dimensions: readonly string[], total: string): Instance {
  const inner = rows.filter((row) => dimensions.every((name) => row[name] !== total));
  return parseGrid({
    inner: inner.map((row) => ({ freq: Number(row[count]) })),
    publish: rows.map((row) => ({ freq: Number(row[count]), primary: row['primary'] === true })),
    members: rows.map((row) =>
      inner.flatMap((each, index) =>
        dimensions.every((name) => row[name] === total || row[name] === each[name]) ? [index] : [],
      ),
    ),
  });
}
