import type { DisclosureRules } from '../../agreement/disclosure-rules.ts';
import type { InstanceCell } from '../instance/instance.ts';
import { protect } from '../protect.ts';
import type { Solver } from '../solver.ts';
import { Unprotectable } from '../suppress/arrange.ts';
import { at, rowCount, type SparseRows } from '../tables/sparse-rows.ts';
import type { CountedProduct } from './control.ts';
import type { ValueCounts } from './counted-tables.ts';
import { addCells, countBetween } from './cube.ts';
import { Disclosive } from './disclosive.ts';
import { Cells, linkCells, type Meaning } from './linked-cells.ts';

/** A sum that is withheld: of a product's table, by the place of its line and its column. */
export type SumKey = string;

export function sumKey(product: string, table: number, place: string, column: string): SumKey {
  return JSON.stringify([product, table, place, column]);
}

/** How far from the truth an attacker's estimate of an unsafe sum must stay, in percent, where no rule says. */
const PERCENT = 10;
const MOST_FORCED = 200;

/**
 * The sums that have to be withheld: those of few people, those in which a few have most of it (dominance) or in which
 * the second largest could work out the largest (p%), and what would give them away, over all tables of the release. A
 * sum of one person's is known to that person, so it never hides another alone. A mean of a column that is summed is
 * its sum, for whoever knows the count.
 */
export function controlSums(
  products: readonly CountedProduct[],
  meanings: ReadonlyMap<string, ReadonlyMap<string, Meaning>>,
  solver: Solver,
): ReadonlySet<SumKey> {
  const hidden = new Set<SumKey>();
  for (const from of [...summedColumns(products)].sort()) {
    for (const key of withheldSums(from, products, meanings, solver)) hidden.add(key);
  }
  return hidden;
}

/** The columns of which a release shows sums, in upper case. */
export function summedColumns(products: readonly CountedProduct[]): ReadonlySet<string> {
  return new Set(
    products.flatMap(({ spec }) =>
      spec.measures.flatMap((measure) => (measure.kind === 'sum' ? [measure.from.toUpperCase()] : [])),
    ),
  );
}

function withheldSums(
  from: string,
  products: readonly CountedProduct[],
  meanings: ReadonlyMap<string, ReadonlyMap<string, Meaning>>,
  solver: Solver,
): SumKey[] {
  const kind = `sum ${from}`;
  const cells = new Cells(meanings);
  const found = new Map<
    number,
    { value: ValueCounts; rules: DisclosureRules; isLocal: boolean; name: string; keys: SumKey[] }
  >();
  for (const { product, spec, rules, counted } of products) {
    const columnsOf = (shown: readonly number[]): string[] =>
      shown.flatMap((index) => {
        const measure = spec.measures[index];
        const isSum = measure?.kind === 'sum' || measure?.kind === 'mean';
        return isSum && measure.from.toUpperCase() === from ? [measure.column] : [];
      });
    const tables = addCells(cells, product, spec, counted, (shown) => (columnsOf(shown).length === 0 ? [] : [kind]));
    for (const [table, { cells: lines }] of tables.entries()) {
      const columns = columnsOf(spec.tables[table]?.measures ?? []);
      for (const line of lines) {
        const place = line.columns.get(kind);
        if (place === undefined) continue;
        const value = line.counted.values[columns[0] ?? ''] ?? {
          rows: 0,
          people: 0,
          nonZero: { rows: 0, people: 0 },
          sum: 0,
          largest: [],
          median: undefined,
        };
        const known = found.get(place) ?? { value, rules, isLocal: false, name: `sum of ${line.name}`, keys: [] };
        known.isLocal ||= !line.national;
        for (const column of columns) known.keys.push(sumKey(product, table, line.place, column));
        found.set(place, known);
      }
    }
  }
  const { builder } = linkCells(cells);
  const system = builder.build(false);
  const values = new Float64Array(system.columns);
  for (const [column, cell] of cells.list.entries())
    values[column] = found.get(column)?.value.sum ?? between(cell, from, products);
  if (values.some((value) => value < 0)) system.lower.fill(Number.NEGATIVE_INFINITY);
  const forced = new Set<number>();
  for (;;) {
    const instanceCells = [...found].map(([column, { value, rules, isLocal, name }]): InstanceCell => {
      const isPrimary = isLocal && isUnsafe(value, rules);
      const amount = Math.max((Math.abs(value.sum) * (rules.pPercent ?? PERCENT)) / 100, 1);
      const below = Math.min(amount, Math.max(0, value.sum - at(system.lower, column)));
      return {
        name,
        column,
        value: at(values, column),
        weight: undefined,
        status: isPrimary || forced.has(column) ? 'primary' : value.rows === 0 || !isLocal ? 'fixed' : 'open',
        protection: isPrimary ? { below, above: amount, width: 0 } : { below: 0, above: 0, width: 0 },
        hidden: false,
      };
    });
    const instance = { form: 'grid', cells: instanceCells, system, values, notes: [] } as const;
    let pattern: Uint8Array;
    try {
      ({ pattern } = protect(instance, { weight: 'value', hideZeros: false, effort: 0 }, solver, () => {}));
    } catch (error) {
      if (!(error instanceof Unprotectable)) throw error;
      throw new Disclosive(error.demands.map(({ column }) => found.get(column)?.name ?? ''));
    }
    const more = besideSingletons(
      system.relations,
      pattern,
      (column) => found.get(column)?.value.nonZero.people,
      values,
      (column) => {
        const cell = instanceCells.find((each) => each.column === column);
        return cell?.status === 'open';
      },
    );
    if (more === undefined) return [...found].flatMap(([column, { keys }]) => (at(pattern, column) === 1 ? keys : []));
    if (forced.size >= MOST_FORCED)
      throw new Disclosive(instanceCells.filter(({ status }) => status === 'primary').map(({ name }) => name));
    forced.add(more);
  }
}

function between(cell: Cells['list'][number], from: string, products: readonly CountedProduct[]): number {
  for (const { spec, counted } of products) {
    const column = spec.measures.find((measure) => measure.kind === 'sum' && measure.from.toUpperCase() === from);
    if (counted.population !== cell.population || column === undefined || !('column' in column)) continue;
    const value = countBetween(cell, spec, counted, (each) => each.values[column.column]?.sum ?? 0);
    if (value !== undefined) return value;
  }
  return 0;
}

function isUnsafe(
  { rows, people, nonZero, sum, largest }: ValueCounts,
  { threshold, dominance, pPercent }: DisclosureRules,
): boolean {
  if (rows === 0) return false;
  if (people <= threshold || rows <= threshold) return true;
  // A sum of noughts and ones is a count of the ones.
  if (nonZero.rows > 0 && (nonZero.people <= threshold || nonZero.rows <= threshold)) return true;
  const [first = 0, second = 0] = largest;
  const top = largest.slice(0, dominance?.of ?? 0).reduce((total, each) => total + each, 0);
  if (dominance !== undefined && top * 100 > dominance.percent * sum) return true;
  return pPercent !== undefined && sum - first - second < (pPercent / 100) * first;
}

/**
 * A sum to withhold besides, where a relation hides two sums of which one is a single person's: that person knows theirs
 * and could compute the other. Undefined where there is none.
 */
function besideSingletons(
  relations: SparseRows,
  pattern: Uint8Array,
  peopleOf: (column: number) => number | undefined,
  values: Float64Array,
  isOpen: (column: number) => boolean,
): number | undefined {
  for (let row = 0; row < rowCount(relations); row += 1) {
    const [from, to] = [at(relations.starts, row), at(relations.starts, row + 1)];
    const columns = [...relations.columns.slice(from, to)];
    const hidden = columns.filter((column) => at(pattern, column) === 1);
    if (hidden.length !== 2 || !hidden.some((column) => peopleOf(column) === 1)) continue;
    // A whole and a part of one and the same person tell that person nothing.
    const isWholeAndPart = columns.some(
      (column, index) => hidden.includes(column) && at(relations.values, from + index) < 0,
    );
    if (isWholeAndPart && hidden.every((column) => peopleOf(column) === 1)) continue;
    const [cheapest] = columns
      .filter((column) => at(pattern, column) === 0 && isOpen(column))
      .sort((a, b) => Math.abs(at(values, a)) - Math.abs(at(values, b)) || a - b);
    if (cheapest === undefined) throw new Disclosive(['sums of a table in which one person’s stands beside one other']);
    return cheapest;
  }
  return undefined;
}
