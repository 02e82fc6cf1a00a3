import type { DisclosureRules } from '../../agreement/disclosure-rules.ts';
import { audit } from '../audit/audit.ts';
import type { Interval } from '../audit/publication.ts';
import type { InstanceCell } from '../instance/instance.ts';
import { protect } from '../protect.ts';
import type { Solver } from '../solver.ts';
import { Unprotectable } from '../suppress/arrange.ts';
import { Neighbourhoods } from '../suppress/neighbourhood.ts';
import type { RelationSystem } from '../tables/relation-system.ts';
import { at } from '../tables/sparse-rows.ts';
import { type KeyedSystem, SystemBuilder } from '../tables/system-builder.ts';
import type { CountedTables } from './counted-tables.ts';
import { addToSystem, type CubeColumn, type CubeTable } from './cube.ts';
import { type Printed, printed, withheld } from './printed.ts';
import type { TabulationSpec } from './tabulation-spec.ts';

/** A tabulation that was counted, with the rules that it goes out under. */
export interface CountedProduct {
  readonly product: string;
  readonly spec: TabulationSpec;
  readonly rules: DisclosureRules;
  readonly counted: CountedTables;
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
  /** What can be derived of each column that is small or may be. */
  readonly intervals: readonly Interval[];
  /** Everything that an attacker has of this release: kept, so that later ones are audited together with it. */
  readonly published: KeyedSystem;
  readonly audited: { readonly columns: number; readonly relations: number; readonly earlier: number };
}

/** Cells whose true small count could be derived whatever is withheld; by their names. */
export class Disclosive extends Error {
  readonly cells: readonly string[];

  constructor(cells: readonly string[]) {
    super('small counts could be derived');
    this.cells = cells;
  }
}

/** How many ways to repair a cell are tried. */
const TRIES = 60;
const MOST_REPAIRS = 500;
/** Systems up to this size are searched for the cheapest pattern; larger ones get a good one. */
const SEARCHED = 1_500;

/**
 * Makes the tables of a release fit to leave. Each count is printed by its rule set; under `suppress`, small counts and
 * what would give them away are hidden together, over all tables. Then the auditor looks at what would be published,
 * together with what was published earlier: where a small count follows, the cheapest neighbour that helps is withheld,
 * and where none helps the release is refused (`Disclosive`).
 */
export function control(
  products: readonly CountedProduct[],
  earlier: readonly KeyedSystem[],
  solver: Solver,
): Controlled {
  const builder = new SystemBuilder();
  const columns: CubeColumn[] = [];
  const tables = products.map(({ product, spec, counted }) => addToSystem(builder, columns, product, spec, counted));
  const exempt = exemptions(products, tables);
  const own = builder.build(true);
  const state = new Publishing(products, tables, columns, exempt);
  suppress(state, own, solver);
  const ownKeyed = (): KeyedSystem => builder.keyed(...state.ends(own.columns));
  const ownColumns = own.columns;
  // Earlier releases come last: their columns that are not of this one get no part in it but to be audited.
  const joint = new SystemBuilder();
  joint.lay(builder.keyed(own.lower, own.upper));
  for (const each of earlier) joint.lay(each);
  const system = joint.build(true);
  const intervals = repaired(state, system, ownColumns, solver);
  return {
    tables,
    print: state.prints(),
    small: state.small,
    secondary: state.secondary,
    intervals: intervals.filter(({ column }) => columns[column]?.isCount === true),
    published: ownKeyed(),
    audited: { columns: system.columns, relations: system.relations.starts.length - 1, earlier: earlier.length },
  };
}

/** By product, the columns that it may show as they are: every line of them is a national figure. */
function exemptions(
  products: readonly CountedProduct[],
  tables: readonly (readonly CubeTable[])[],
): ReadonlySet<number>[] {
  return products.map((_, index) => {
    const lines = (tables[index] ?? []).flatMap(({ kinds, cells }) =>
      cells.flatMap((cell) => kinds.map((kind) => ({ column: cell.columns[kind], national: cell.national }))),
    );
    const local = new Set(lines.filter(({ national }) => !national).map(({ column }) => column));
    return new Set(lines.flatMap(({ column }) => (local.has(column) ? [] : [column])));
  });
}

/** What is printed of each column, as far as it was decided. */
class Publishing {
  readonly products: readonly CountedProduct[];
  readonly columns: readonly CubeColumn[];
  /** Which products show a column. */
  readonly shownBy: ReadonlyMap<number, readonly number[]>;
  readonly small = new Set<number>();
  readonly secondary = new Set<number>();
  readonly #exempt: readonly ReadonlySet<number>[];

  constructor(
    products: readonly CountedProduct[],
    tables: readonly (readonly CubeTable[])[],
    columns: readonly CubeColumn[],
    exempt: readonly ReadonlySet<number>[],
  ) {
    this.products = products;
    this.columns = columns;
    this.#exempt = exempt;
    const shownBy = new Map<number, number[]>();
    tables.forEach((list, product) => {
      const own = new Set<number>();
      for (const { kinds, cells } of list)
        for (const cell of cells) for (const kind of kinds) own.add(cell.columns[kind]);
      for (const column of own) {
        if (column < 0) continue;
        shownBy.set(column, [...(shownBy.get(column) ?? []), product]);
        const rules = products[product]?.rules;
        const value = columns[column]?.value ?? 0;
        if (rules !== undefined && value >= 1 && value <= rules.threshold && exempt[product]?.has(column) !== true)
          this.small.add(column);
      }
    });
    this.shownBy = shownBy;
  }

  /** The largest threshold that a column is held to. */
  threshold(column: number): number {
    const of = this.shownBy.get(column) ?? this.products.keys();
    return Math.max(...[...of].map((product) => this.products[product]?.rules.threshold ?? 0));
  }

  width(column: number): number {
    const of = this.shownBy.get(column) ?? this.products.keys();
    return Math.max(...[...of].map((product) => this.products[product]?.rules.width ?? 1));
  }

  isExempt(column: number): boolean {
    return (this.shownBy.get(column) ?? []).some((product) => this.#exempt[product]?.has(column) === true);
  }

  print(product: number, column: number): Printed {
    const { rules } = this.products[product] ?? {};
    if (rules === undefined) throw new Error('a column of no product');
    const exempt = this.#exempt[product]?.has(column) === true;
    if (this.secondary.has(column)) return withheld(rules, exempt);
    return printed(this.columns[column]?.value ?? 0, rules, exempt);
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

  /** What a reader of everything that is printed knows of each column by itself. */
  ends(columns: number): [Float64Array, Float64Array] {
    const lower = new Float64Array(columns);
    const upper = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    for (const [column, by] of this.shownBy) {
      for (const product of by) {
        const { lower: low, upper: high } = this.print(product, column);
        lower[column] = Math.max(at(lower, column), low);
        upper[column] = Math.min(at(upper, column), high);
      }
    }
    return [lower, upper];
  }

  /** Whether withholding a column could help: it is printed, and says more than that it is withheld. */
  isOpen(column: number): boolean {
    return (
      this.shownBy.has(column) &&
      !this.secondary.has(column) &&
      !this.small.has(column) &&
      (this.columns[column]?.value ?? 0) > 0
    );
  }
}

/** Under `suppress`, small counts are hidden with what would give them away, at the least cost over all tables. */
function suppress(state: Publishing, system: RelationSystem, solver: Solver): void {
  const isSuppressed = (column: number): boolean =>
    (state.shownBy.get(column) ?? []).some((product) => state.products[product]?.rules.method === 'suppress');
  const cells: InstanceCell[] = [];
  const lower = system.lower.slice();
  state.columns.forEach(({ value, name, isCount }, column) => {
    const shown = state.shownBy.has(column);
    const width = state.width(column);
    const isSmall = isCount && value >= 1 && value <= state.threshold(column) && !state.isExempt(column);
    if (shown ? !isSuppressed(column) : !isSmall) return;
    // Nothing is hidden that is nothing: that a count is withheld says that there is somebody.
    if (shown && value > 0) lower[column] = 1;
    cells.push({
      name,
      column,
      value,
      weight: undefined,
      status: isSmall ? 'primary' : value === 0 || !shown ? 'fixed' : 'open',
      protection: { below: 0, above: 0, width },
      hidden: false,
    });
  });
  if (!cells.some(({ status, column }) => status === 'primary' && state.shownBy.has(column))) return;
  const values = Float64Array.from(state.columns, ({ value }) => value);
  const instance = { form: 'grid', cells, system: { ...system, lower }, values, notes: [] } as const;
  const effort = system.columns <= SEARCHED ? 1 : 0;
  try {
    const { pattern } = protect(instance, { weight: 'value', hideZeros: false, effort }, solver, () => {});
    for (const { column, status } of cells)
      if (status === 'open' && at(pattern, column) === 1) state.secondary.add(column);
  } catch (error) {
    if (!(error instanceof Unprotectable)) throw error;
    throw new Disclosive(error.demands.map(({ column }) => state.columns[column]?.name ?? ''));
  }
}

/** Withholds what it takes until no small count follows; gives what follows then. */
function repaired(state: Publishing, system: RelationSystem, own: number, solver: Solver): Interval[] {
  const look = (targets: readonly number[]): Interval[] => {
    const [shownLower, shownUpper] = state.ends(own);
    const lower = system.lower.slice();
    const upper = system.upper.slice();
    for (let column = 0; column < own; column += 1) {
      lower[column] = Math.max(at(lower, column), at(shownLower, column));
      upper[column] = Math.min(at(upper, column), at(shownUpper, column));
    }
    return audit({ system, lower, upper }, targets, solver);
  };
  const targets = [...state.columns.keys()].filter((column) => {
    const { isCount } = state.columns[column] ?? {};
    return isCount === true && !state.isExempt(column) && (state.small.has(column) || !state.shownBy.has(column));
  });
  const isDisclosed = ({ column, lower, possibleLower, possibleUpper }: Interval): boolean =>
    lower >= 1 &&
    possibleUpper <= state.threshold(column) &&
    possibleUpper - possibleLower < state.width(column) - 1e-6;
  const neighbourhoods = new Neighbourhoods(system);
  for (let repair = 0; repair < MOST_REPAIRS; repair += 1) {
    const intervals = look(targets);
    const open = intervals.filter(isDisclosed).map(({ column }) => column);
    const [worst] = open;
    if (worst === undefined) return intervals;
    const candidates = [...neighbourhoods.around([worst], 4 * TRIES)]
      .filter((column) => column < own && state.isOpen(column))
      .sort((a, b) => (state.columns[a]?.value ?? 0) - (state.columns[b]?.value ?? 0) || a - b)
      .slice(0, TRIES);
    const helps = candidates.find((candidate) => {
      state.secondary.add(candidate);
      const settled = !look([worst]).some(isDisclosed);
      if (!settled) state.secondary.delete(candidate);
      return settled;
    });
    if (helps !== undefined) continue;
    const [cheapest] = candidates;
    if (cheapest === undefined) throw new Disclosive(open.map((column) => state.columns[column]?.name ?? ''));
    state.secondary.add(cheapest);
  }
  throw new Disclosive([]);
}
