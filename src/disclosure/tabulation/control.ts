import type { DisclosureRules } from '../../agreement/disclosure-rules.ts';
import { audit } from '../audit/audit.ts';
import { Contradiction } from '../audit/contradiction.ts';
import type { Interval } from '../audit/publication.ts';
import type { InstanceCell } from '../instance/instance.ts';
import { protect } from '../protect.ts';
import type { Solver } from '../solver.ts';
import { Unprotectable } from '../suppress/arrange.ts';
import { Neighbourhoods } from '../suppress/neighbourhood.ts';
import type { RelationSystem } from '../tables/relation-system.ts';
import { at, rowCount } from '../tables/sparse-rows.ts';
import { controlSums, type SumKey } from './control-sums.ts';
import type { CountedCell, CountedTables } from './counted-tables.ts';
import { addCells, type CubeTable, countBetween, countKinds } from './cube.ts';
import { differencesOf, type KnownPopulation } from './differences.ts';
import { Disclosive } from './disclosive.ts';
import { Cells, linkCells, type Meaning } from './linked-cells.ts';
import { type Printed, printed, withheld } from './printed.ts';
import { layCells, meaningsOf, nearTo, type PublishedCells, publishedCells } from './published-cells.ts';
import type { Scope } from './scope.ts';
import type { TabulationSpec } from './tabulation-spec.ts';

/** A tabulation that was counted, with the rules that it goes out under. */
export interface CountedProduct {
  readonly product: string;
  readonly spec: TabulationSpec;
  readonly rules: DisclosureRules;
  readonly counted: CountedTables;
  readonly scope: Scope;
}

/** What each product prints, by the columns of the system; and what an auditor said of it. */
export interface Controlled {
  readonly tables: readonly (readonly CubeTable[])[];
  /** By product: what is printed of a column. */
  readonly print: readonly ReadonlyMap<number, Printed>[];
  /** Columns that are too small to be shown. */
  readonly small: ReadonlySet<number>;
  /** Columns that are withheld so that others can't be derived. */
  readonly secondary: ReadonlySet<number>;
  /** What can be derived of each column that is small, or may be as far as its symbol tells. */
  readonly intervals: readonly Interval[];
  /** Sums that are withheld. */
  readonly withheldSums: ReadonlySet<SumKey>;
  readonly published: PublishedCells;
  readonly audited: { readonly columns: number; readonly relations: number; readonly earlier: number };
}

/** How many ways to repair a cell are tried. */
const TRIES = 60;
const MOST_REPAIRS = 500;
/** Systems up to this size are searched for the cheapest pattern; larger ones get a good one. */
const SEARCHED = 1_500;

/**
 * Makes the tables of a release fit to leave. Each count is printed by its rule set; under `suppress`, small counts and
 * what would give them away are hidden together, over all tables. Then the auditor looks at what would be published,
 * together with what was published earlier of the same rows: where a small count follows, the cheapest neighbour that
 * helps is withheld, and where none helps the release is refused (`Disclosive`).
 */
export function control(
  products: readonly CountedProduct[],
  earlier: readonly PublishedCells[],
  solver: Solver,
): Controlled {
  const meanings = meaningsOfProducts(products);
  const cells = new Cells(meanings);
  const tables = products.map(({ product, spec, counted }) =>
    addCells(cells, product, spec, counted, (shown) => countKinds(spec, shown)),
  );
  const linked = linkCells(cells);
  const state = new Publishing(products, tables, cells);
  suppress(state, linked.builder.build(true), valuesOf(state, cells, linked), solver);

  const known = knownPopulations(products);
  const near = nearTo(earlier, known);
  const { joint, intervals } = auditedWith(near, state, cells, meaningsOf(meanings, near), known, solver);
  return {
    tables,
    print: state.prints(),
    small: state.small,
    secondary: state.secondary,
    intervals,
    withheldSums: controlSums(products, meanings, solver),
    published: publishedCells(cells, meanings, known, (column) => state.published(column)),
    audited: { columns: joint.system.columns, relations: rowCount(joint.system.relations), earlier: joint.earlier },
  };
}

function meaningsOfProducts(products: readonly CountedProduct[]): Map<string, Map<string, Meaning>> {
  const meanings = new Map<string, Map<string, Meaning>>();
  for (const { spec, counted } of products) {
    const own = meanings.get(counted.population) ?? new Map<string, Meaning>();
    for (const [index, { meaning }] of spec.dimensions.entries()) {
      const found = counted.dimensions[index];
      if (found !== undefined) own.set(meaning, { categories: found.categories.length, exclusive: found.exclusive });
    }
    meanings.set(counted.population, own);
  }
  return meanings;
}

/** The populations of a release, with their terms; products over the same rows know all its dimensions together. */
function knownPopulations(products: readonly CountedProduct[]): Map<string, KnownPopulation> {
  const known = new Map<string, KnownPopulation>();
  for (const { spec, counted, scope } of products) {
    const codes = Object.fromEntries(
      spec.dimensions.map(({ meaning }, index) => [
        meaning,
        (counted.dimensions[index]?.categories ?? []).map(([finest]) => finest ?? ''),
      ]),
    );
    known.set(counted.population, { scope, codes: { ...known.get(counted.population)?.codes, ...codes } });
  }
  return known;
}

/** The true value of every column: of what tables show, of what lies between, and of slack. */
function valuesOf(state: Publishing, cells: Cells, { slack }: ReturnType<typeof linkCells>): Float64Array {
  const values = new Float64Array(cells.list.length + slack.length);
  for (const [column, cell] of cells.list.entries()) {
    if (state.shownBy.has(column)) {
      values[column] = state.value(column);
      continue;
    }
    const count = (each: CountedCell): number => (cell.kind === 'people' ? each.people : each.rows);
    for (const { spec, counted } of state.products) {
      if (counted.population !== cell.population) continue;
      const value = countBetween(cell, spec, counted, count);
      if (value === undefined) continue;
      values[column] = value;
      break;
    }
  }
  for (const { column, terms } of slack) {
    values[column] = terms.reduce((sum, [each, coefficient]) => sum + coefficient * at(values, each), 0);
    if (at(values, column) < 0) throw new Error('counts contradict each other');
  }
  return values;
}

/** What is printed of each column, as far as it was decided. */
class Publishing {
  readonly products: readonly CountedProduct[];
  readonly columns: number;
  /** Which products show a column. */
  readonly shownBy: ReadonlyMap<number, readonly number[]>;
  readonly small = new Set<number>();
  readonly secondary = new Set<number>();
  readonly #counts = new Map<number, { value: number; name: string }>();
  /** By product, the columns of which every line is a national figure that it may show as it is. */
  readonly #exempt: readonly ReadonlySet<number>[];

  constructor(products: readonly CountedProduct[], tables: readonly (readonly CubeTable[])[], cells: Cells) {
    this.products = products;
    this.columns = cells.list.length;
    const shownBy = new Map<number, number[]>();
    this.#exempt = products.map((_, product) => {
      const [shown, local] = [new Set<number>(), new Set<number>()];
      for (const { cells: lines } of tables[product] ?? []) {
        for (const line of lines) {
          for (const [kind, column] of line.columns) {
            shown.add(column);
            if (!line.national) local.add(column);
            const value = kind === 'people' ? line.counted.people : line.counted.rows;
            const known = this.#counts.get(column) ?? { value, name: `${kind} of ${line.name}` };
            if (known.value !== value) throw new Error('two tables count the same differently');
            this.#counts.set(column, known);
          }
        }
      }
      for (const column of shown) shownBy.set(column, [...(shownBy.get(column) ?? []), product]);
      return new Set([...shown].filter((column) => !local.has(column)));
    });
    this.shownBy = shownBy;
    for (const column of shownBy.keys()) if (this.isSmall(column, this.value(column))) this.small.add(column);
  }

  value(column: number): number {
    return this.#counts.get(column)?.value ?? 0;
  }

  nameOf(column: number): string {
    return this.#counts.get(column)?.name ?? 'a count that lies between others, of this release or an earlier one';
  }

  isSmall(column: number, value: number): boolean {
    return value >= 1 && value <= this.protection(column).limit;
  }

  isExempt(column: number): boolean {
    return (this.shownBy.get(column) ?? []).some((product) => this.#exempt[product]?.has(column) === true);
  }

  /** The strictest that a column is held to; unpublished counts are held to what all of the release is. */
  protection(column: number): { limit: number; width: number } {
    if (this.isExempt(column)) return { limit: 0, width: 0 };
    const rules = [...(this.shownBy.get(column) ?? this.products.keys())].flatMap(
      (product) => this.products[product]?.rules ?? [],
    );
    return {
      limit: Math.max(...rules.map(({ threshold }) => threshold)),
      width: Math.max(...rules.map(({ width }) => width)),
    };
  }

  print(product: number, column: number): Printed {
    const { rules } = this.products[product] ?? {};
    if (rules === undefined) throw new Error('a column of no product');
    // Where one product exempts a count it is small to none, so each may withhold a small one.
    if (this.secondary.has(column)) return withheld(rules, this.isExempt(column));
    return printed(this.value(column), rules, this.#exempt[product]?.has(column) === true);
  }

  prints(): ReadonlyMap<number, Printed>[] {
    return this.products.map(
      (_, product) =>
        new Map(
          [...this.shownBy]
            .filter(([, by]) => by.includes(product))
            .map(([column]) => [column, this.print(product, column)]),
        ),
    );
  }

  /** What a reader of everything that is printed knows of a column by itself. */
  ends(column: number): { lower: number; upper: number } {
    const prints = (this.shownBy.get(column) ?? []).map((product) => this.print(product, column));
    return {
      lower: Math.max(0, ...prints.map(({ lower }) => lower)),
      upper: Math.min(Number.POSITIVE_INFINITY, ...prints.map(({ upper }) => upper)),
    };
  }

  published(column: number) {
    if (!this.shownBy.has(column)) return undefined;
    const { lower, upper } = this.ends(column);
    return { lower, upper: Number.isFinite(upper) ? upper : null, ...this.protection(column) };
  }

  /** Whether withholding a column could help: it is printed, and says more than that it is withheld. */
  isOpen(column: number): boolean {
    return this.shownBy.has(column) && !this.secondary.has(column) && !this.small.has(column) && this.value(column) > 0;
  }
}

/** Under `suppress`, small counts are hidden with what would give them away, at the least cost over all tables. */
function suppress(state: Publishing, system: RelationSystem, values: Float64Array, solver: Solver): void {
  const isSuppressed = (column: number): boolean =>
    (state.shownBy.get(column) ?? []).some((product) => state.products[product]?.rules.method === 'suppress');
  const cells: InstanceCell[] = [];
  const lower = system.lower.slice();
  for (let column = 0; column < state.columns; column += 1) {
    const shown = state.shownBy.has(column);
    const value = at(values, column);
    const isSmall = state.isSmall(column, value);
    if (shown ? !isSuppressed(column) : !isSmall) continue;
    // Nothing is hidden that is nothing: that a count is withheld says that there is somebody.
    if (shown && value > 0) lower[column] = 1;
    cells.push({
      name: state.nameOf(column),
      column,
      value,
      weight: undefined,
      status: isSmall ? 'primary' : value === 0 ? 'fixed' : 'open',
      protection: { below: 0, above: 0, width: state.protection(column).width },
      hidden: false,
    });
  }
  if (!cells.some(({ status, column }) => status === 'primary' && state.shownBy.has(column))) return;
  const instance = { form: 'grid', cells, system: { ...system, lower }, values, notes: [] } as const;
  const effort = system.columns <= SEARCHED ? 1 : 0;
  try {
    const { pattern } = protect(instance, { weight: 'value', hideZeros: false, effort }, solver, () => {});
    for (const { column, status } of cells)
      if (status === 'open' && at(pattern, column) === 1) state.secondary.add(column);
  } catch (error) {
    if (!(error instanceof Unprotectable)) throw error;
    throw new Disclosive(error.demands.map(({ column }) => state.nameOf(column)));
  }
}

/** A release beside earlier ones of the same rows. Its own columns come first, as they are numbered there. */
interface Joint {
  /** With what earlier releases print; what this one prints is still open. */
  readonly system: RelationSystem;
  readonly limits: Float64Array;
  readonly widths: Float64Array;
  /** Columns that earlier releases show. */
  readonly shownBefore: ReadonlySet<number>;
  /** How many earlier releases this one is held against: they show the same rows, or counts that could be compared. */
  readonly earlier: number;
}

/**
 * A later version of data that has less than an earlier one contradicts what is assumed of versions, and data that
 * changed may contradict what is assumed of parts. Counts that contradict it by themselves are not compared, all others
 * are; where these contradict each other still, versions and then parts are no longer comparable, neither to an attacker.
 */
function auditedWith(
  near: readonly PublishedCells[],
  state: Publishing,
  cells: Cells,
  meanings: ReadonlyMap<string, ReadonlyMap<string, Meaning>>,
  known: ReadonlyMap<string, KnownPopulation>,
  solver: Solver,
): { joint: Joint; intervals: Interval[] } {
  for (const compared of ['versions', 'parts', 'nothing'] as const) {
    const joint = jointWith(state, cells, meanings, near, known, compared);
    try {
      return { joint, intervals: repaired(state, joint, solver) };
    } catch (error) {
      if (!(error instanceof Contradiction) || compared === 'nothing') throw error;
    }
  }
  throw new Error('an audit without an end');
}

function jointWith(
  state: Publishing,
  own: Cells,
  meanings: ReadonlyMap<string, ReadonlyMap<string, Meaning>>,
  earlier: readonly PublishedCells[],
  ownPopulations: ReadonlyMap<string, KnownPopulation>,
  compared: 'versions' | 'parts' | 'nothing',
): Joint {
  const cells = new Cells(meanings);
  for (const cell of own.list) cells.column(cell);
  const old = earlier.flatMap((each) => layCells(cells, each));
  const populations = new Map(ownPopulations);
  for (const { known } of earlier) {
    for (const [id, each] of Object.entries(known)) {
      populations.set(id, { scope: each.scope, codes: { ...populations.get(id)?.codes, ...each.codes } });
    }
  }
  const shownBefore = new Set(old.map(({ column }) => column));
  const isShown = (column: number): boolean => state.shownBy.has(column) || shownBefore.has(column);
  const isOwn = (population: string): boolean => ownPopulations.has(population);
  const oldEnds = new Map<number, { lower: number; upper: number }>();
  for (const { column, lower, upper } of old) {
    const known = oldEnds.get(column);
    oldEnds.set(column, {
      lower: Math.max(known?.lower ?? 0, lower),
      upper: Math.min(known?.upper ?? Number.POSITIVE_INFINITY, upper ?? Number.POSITIVE_INFINITY),
    });
  }
  const knownEnds = (column: number): { lower: number; upper: number } => {
    const [own, before] = [state.ends(column), oldEnds.get(column)];
    return { lower: Math.max(own.lower, before?.lower ?? 0), upper: Math.min(own.upper, before?.upper ?? own.upper) };
  };
  const pairs =
    compared === 'nothing'
      ? []
      : differencesOf(cells, populations, isOwn, compared === 'versions').filter(
          ({ inner, outer }) => isShown(inner) && isShown(outer) && knownEnds(inner).lower <= knownEnds(outer).upper,
        );
  const { builder } = linkCells(cells);
  const differences = pairs.map(({ inner, outer }) => {
    const column = builder.column(`difference ${outer} ${inner}`);
    builder.sum(outer, [inner, column]);
    return column;
  });
  const system = builder.build(true);
  const limits = new Float64Array(system.columns);
  const widths = new Float64Array(system.columns);
  const strictest = { limit: 0, width: 0 };
  for (const { limit, width } of [...own.list.keys()].map((column) => state.protection(column)).concat(old)) {
    strictest.limit = Math.max(strictest.limit, limit);
    strictest.width = Math.max(strictest.width, width);
  }
  const hold = (column: number, { limit, width }: { limit: number; width: number }): void => {
    limits[column] = limit;
    widths[column] = width;
  };
  for (let column = 0; column < cells.list.length; column += 1) {
    if (state.shownBy.has(column)) hold(column, state.protection(column));
    else if (!shownBefore.has(column)) hold(column, strictest);
  }
  for (const column of differences) hold(column, strictest);
  for (const { column, lower, upper, limit, width } of old) {
    system.lower[column] = Math.max(at(system.lower, column), lower);
    if (upper !== null) system.upper[column] = Math.min(at(system.upper, column), upper);
    limits[column] = state.isExempt(column) ? 0 : Math.max(at(limits, column), limit);
    widths[column] = Math.max(at(widths, column), width);
  }
  const comparable = new Set(
    pairs.flatMap(({ inner, outer }) => [inner, outer].map((column) => cells.list[column]?.population ?? '')),
  );
  const held = earlier.filter(({ known: of }) => Object.keys(of).some((id) => isOwn(id) || comparable.has(id)));
  return { system, limits, widths, shownBefore, earlier: held.length };
}

/** Withholds what it takes until no small count follows that did not follow before; gives what follows then. */
function repaired(state: Publishing, { system, limits, widths, shownBefore }: Joint, solver: Solver): Interval[] {
  const look = (targets: readonly number[]): Interval[] => {
    const lower = system.lower.slice();
    const upper = system.upper.slice();
    for (const column of state.shownBy.keys()) {
      const ends = state.ends(column);
      lower[column] = Math.max(at(lower, column), ends.lower);
      upper[column] = Math.min(at(upper, column), ends.upper);
    }
    return audit({ system, lower, upper }, targets, solver);
  };
  // Of what this release shows only the small can be found out; of all else the attacker has to be asked.
  const isTarget = (column: number): boolean => {
    const value = state.value(column);
    return at(limits, column) > 0 && (!state.shownBy.has(column) || (value > 0 && value <= at(limits, column)));
  };
  const targets = Array.from({ length: system.columns }, (_, column) => column).filter(isTarget);
  // Only values that a table is known to have count as possible: what the auditor could not settle is not free.
  const isDisclosed = ({ column, possibleLower, possibleUpper }: Interval): boolean =>
    possibleLower >= 1 &&
    possibleUpper <= at(limits, column) &&
    possibleUpper - possibleLower < at(widths, column) - 1e-6;
  // With these, what is audited depends on nothing but what is printed: how many they are is published.
  const alike = (): number[] =>
    [...state.shownBy.keys()].filter((column) => {
      const { lower, upper } = state.ends(column);
      const limit = at(limits, column);
      return limit > 0 && upper >= 1 && lower <= limit && !isTarget(column);
    });
  // What followed from earlier releases alone is not for this one to mend, as long as it says no more. What is shown for
  // the first time is: categories in which nobody is were not known to be empty before.
  const excusable = targets.filter((column) => shownBefore.has(column) || !state.shownBy.has(column));
  const before = new Map(
    (shownBefore.size === 0 ? [] : audit({ system, lower: system.lower, upper: system.upper }, excusable, solver))
      // Of which nothing was found out, nothing is excused.
      .filter(({ possibleLower, possibleUpper }) => possibleLower <= possibleUpper)
      .map(({ column, possibleLower, possibleUpper }) => [column, possibleUpper - possibleLower]),
  );
  const isWorse = (interval: Interval): boolean =>
    isDisclosed(interval) &&
    interval.possibleUpper - interval.possibleLower < (before.get(interval.column) ?? Number.POSITIVE_INFINITY) - 1e-6;
  const neighbourhoods = new Neighbourhoods(system);
  let unmended: string[] = [];
  for (let repair = 0; repair < MOST_REPAIRS; repair += 1) {
    const intervals = look(targets);
    const open = intervals.filter(isWorse).map(({ column }) => column);
    unmended = open.map((column) => state.nameOf(column));
    const [worst] = open;
    if (worst === undefined) {
      const others = alike();
      return others.length === 0 ? intervals : [...intervals, ...look(others)];
    }
    const candidates = [...neighbourhoods.around([worst], 4 * TRIES)]
      .filter((column) => state.isOpen(column))
      .sort((a, b) => state.value(a) - state.value(b) || a - b)
      .slice(0, TRIES);
    const helps = candidates.find((candidate) => {
      state.secondary.add(candidate);
      const settled = !look([worst]).some(isWorse);
      if (!settled) state.secondary.delete(candidate);
      return settled;
    });
    if (helps !== undefined) continue;
    const [cheapest] = candidates;
    if (cheapest === undefined) throw new Disclosive(unmended);
    state.secondary.add(cheapest);
  }
  throw new Disclosive(unmended);
}
