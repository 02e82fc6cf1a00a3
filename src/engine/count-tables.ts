import type {
  CountedCell,
  CountedDimension,
  CountedTables,
  Place,
  ValueCounts,
} from '../disclosure/tabulation/counted-tables.ts';
import { placeKey } from '../disclosure/tabulation/cube.ts';
import { type LevelSpec, NOT_KNOWN, type TabulationSpec } from '../disclosure/tabulation/tabulation-spec.ts';
import { compileFile, RELEASED, Tables } from '../plan/compile.ts';
import { type FilePlan, stepOf } from '../plan/plan.ts';
import { quoteName, quoteText } from '../relation/print-sql.ts';
import { SLICES, type SliceRange } from '../relation/slices.ts';
import type { SessionState } from './duckdb-engine.ts';
import type { EngineProgress, Produced } from './engine.ts';
import { passesFor, split } from './passes.ts';
import { execute, MemoryExhausted, rows } from './sql.ts';
import { dropTables, stageRows } from './stage-rows.ts';
import { Tally } from './tally.ts';

/** What was counted, and what a file of rows would have come to. */
export interface Counted {
  readonly counted: CountedTables;
  readonly produced: Produced;
}

/** See `EngineSession.count`. Slices share no people, so what they count adds up, people as well. */
export async function countTables(
  state: SessionState,
  file: FilePlan,
  progress: EngineProgress,
  located: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<Counted> {
  const spec = stepOf(file.steps, 'tabulate')?.tabulation;
  if (spec === undefined) throw new Error('only a tabulation is counted');
  const { connection } = state;
  await execute(connection, 'CREATE OR REPLACE TEMP TABLE "#released" (person BIGINT)');
  const tally = new Tally();
  const sums = new Sums(spec);
  const waiting: SliceRange[] = passesFor(state, file);
  for (let range = waiting.shift(); range !== undefined; range = waiting.shift()) {
    const slices = range;
    try {
      await located(async () => {
        tally.add(await stageRows(state, compileFile(file, slices, state.facts)));
        await makeBase(state, file, spec);
        await countPass(state, spec, sums);
        await execute(
          connection,
          'INSERT INTO "#released" SELECT DISTINCT person FROM "#base" WHERE person IS NOT NULL',
        );
      });
      progress({ step: 'count', done: slices.to, of: SLICES, rows: tally.rowsOf('in') });
    } catch (error) {
      if (!(error instanceof MemoryExhausted) || slices.to - slices.from < 2 || sums.isBegun) throw error;
      waiting.unshift(...split(slices));
    } finally {
      sums.isBegun = false;
      await dropTables(connection);
      await execute(connection, 'DROP TABLE IF EXISTS "#base"');
    }
  }
  return { counted: sums.counted(), produced: { ...tally.produced(file), columns: [] } };
}

/** `#base`: a row that is counted, with a category at each level, the values that are summed, and a digest of which row it is. */
async function makeBase({ connection, facts }: SessionState, file: FilePlan, spec: TabulationSpec): Promise<void> {
  const lacking = facts.lacks(file.dataset);
  const key = (stepOf(file.steps, 'tabulate')?.key ?? []).filter((name) => !lacking.includes(name));
  const outputs = stepOf(file.steps, 'minimise')?.columns ?? [];
  const columns = spec.dimensions.flatMap(({ levels }, dimension) =>
    levels.map((level, index) => `${categorySql(level, levels[0])} AS ${quoteName(levelName(dimension, index))}`),
  );
  const values = valueColumns(spec).map((name) => `CAST(${quoteName(name)} AS DOUBLE) AS ${quoteName(name)}`);
  const digest = key.map((name) =>
    quoteName(
      outputs.find(
        (each) =>
          each.from === name &&
          each.as === undefined &&
          each.of === 'own' &&
          !each.withheld &&
          each.token === undefined,
      )?.name ?? `#key ${name}`,
    ),
  );
  const select = ['"#person" AS person', `hash(${['"#who"', ...digest].join(', ')}) AS "#row"`, ...columns, ...values];
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE "#base" AS SELECT ${select.join(', ')} FROM ${quoteName(Tables.staged)} WHERE "#step" = ${RELEASED}`,
  );
}

async function countPass({ connection }: SessionState, spec: TabulationSpec, sums: Sums): Promise<void> {
  const [digest] = await rows(
    connection,
    `SELECT CAST(coalesce(sum(CAST("#row" AS HUGEINT)), 0) AS VARCHAR) AS sum FROM "#base"`,
  );
  sums.isBegun = true;
  sums.addDigest(BigInt(String(digest?.['sum'] ?? '0')));
  for (const [index, { levels }] of spec.dimensions.entries()) {
    const names = levels.map((_, level) => quoteName(levelName(index, level)));
    sums.addCategories(index, await rows(connection, `SELECT DISTINCT ${names.join(', ')} FROM "#base"`));
    const [twice] = await rows(
      connection,
      `SELECT count(*) AS n FROM (SELECT person FROM "#base" WHERE person IS NOT NULL GROUP BY person HAVING count(DISTINCT ${names[0]}) > 1)`,
    );
    if (Number(twice?.['n']) > 0) sums.notExclusive(index);
  }
  for (const [index, table] of spec.tables.entries()) {
    const columns = table.by.flatMap(({ dimension }) =>
      (spec.dimensions[dimension]?.levels ?? []).map((_, level) => quoteName(levelName(dimension, level))),
    );
    const sets = (also: string): string =>
      crossed(
        table.by.map(({ dimension }) =>
          (spec.dimensions[dimension]?.levels ?? []).map((_, level) => quoteName(levelName(dimension, level))),
        ),
      )
        .map((set) => `(${[...set, ...(also === '' ? [] : [also])].join(', ')})`)
        .join(', ');
    const keys = columns.flatMap((name) => [`${name}`, `GROUPING(${name}) AS ${`${name.slice(0, -1)} left out"`}`]);
    const select = `SELECT ${[...keys, 'count(*) AS "#n"', 'count(DISTINCT person) AS "#p"'].join(', ')} FROM "#base" GROUP BY GROUPING SETS (${sets('')})`;
    sums.addCounts(index, await rows(connection, select));
    for (const name of valuesOf(spec, index)) {
      const value = quoteName(name);
      const each = `SELECT ${[...keys, 'person', 'count(*) AS n', `count(*) FILTER (${value} <> 0) AS m`, `sum(${value}) AS s`].join(', ')} FROM "#base" WHERE ${value} IS NOT NULL GROUP BY GROUPING SETS (${sets('person')})`;
      const names = columns.flatMap((column) => [column, `${column.slice(0, -1)} left out"`]);
      const cells = await rows(
        connection,
        `SELECT ${names.join(', ')}, sum(n) AS "#n", count(*) AS "#p", sum(m) AS "#n not 0", count(*) FILTER (m > 0) AS "#p not 0", sum(s) AS "#s", max(s, 10) AS "#largest" FROM (${each}) GROUP BY ${names.join(', ')}`,
      );
      sums.addValues(index, name, cells);
      if (!spec.measures.some((measure) => measure.kind === 'median' && measure.column === name)) continue;
      const histogram = `SELECT ${[...keys, `${value} AS "#v"`, 'count(*) AS "#n"'].join(', ')} FROM "#base" WHERE ${value} IS NOT NULL GROUP BY GROUPING SETS (${sets(value)})`;
      sums.addHistogram(index, name, await rows(connection, histogram));
    }
  }
}

/** The category of a row at a level: what its column says, or the group that has its finest category. */
function categorySql(level: LevelSpec, finest: LevelSpec | undefined): string {
  const text = (column: string): string => `coalesce(CAST(${quoteName(column)} AS VARCHAR), ${quoteText(NOT_KNOWN)})`;
  if (level.column !== undefined) return text(level.column);
  const base = text(finest?.column ?? '');
  const groups = level.groups.map(
    ({ label, members }) => `WHEN ${base} IN (${members.map(quoteText).join(', ')}) THEN ${quoteText(label)}`,
  );
  return groups.length === 0 ? 'CAST(NULL AS VARCHAR)' : `CASE ${groups.join(' ')} END`;
}

function levelName(dimension: number, level: number): string {
  return `${dimension}.${level}`;
}

function valueColumns({ measures }: TabulationSpec): string[] {
  return [...new Set(measures.flatMap((measure) => ('column' in measure ? [measure.column] : [])))];
}

/** The columns that a table's measures are of. */
function valuesOf({ measures, tables }: TabulationSpec, table: number): string[] {
  return [
    ...new Set(
      (tables[table]?.measures ?? []).flatMap((index) => {
        const measure = measures[index];
        return measure !== undefined && 'column' in measure ? [measure.column] : [];
      }),
    ),
  ];
}

/** Every choice of one of each list, or none of it. */
function crossed(lists: readonly (readonly string[])[]): string[][] {
  return lists.reduce<string[][]>(
    (all, list) => all.flatMap((chosen) => [chosen, ...list.map((each) => [...chosen, each])]),
    [[]],
  );
}

type Row = Readonly<Record<string, unknown>>;

const NOTHING: ValueCounts = {
  rows: 0,
  people: 0,
  nonZero: { rows: 0, people: 0 },
  sum: 0,
  largest: [],
  median: undefined,
};

/** Adds passes up. Cells are few, whatever the number of people. */
class Sums {
  /** Whether something of the present pass was added: then it can't be tried again in halves. */
  isBegun = false;
  readonly #spec: TabulationSpec;
  #digest = 0n;
  readonly #categories: Map<string, (string | undefined)[]>[];
  readonly #exclusive: boolean[];
  readonly #cells: Map<string, { at: Place[]; rows: number; people: number; values: Record<string, ValueCounts> }>[];
  readonly #histograms = new Map<string, Map<number, number>>();

  constructor(spec: TabulationSpec) {
    this.#spec = spec;
    this.#categories = spec.dimensions.map(() => new Map());
    this.#exclusive = spec.dimensions.map(() => true);
    this.#cells = spec.tables.map(() => new Map());
  }

  addDigest(sum: bigint): void {
    this.#digest = (this.#digest + sum) % 2n ** 64n;
  }

  addCategories(dimension: number, found: readonly Row[]): void {
    for (const row of found) {
      const labels = (this.#spec.dimensions[dimension]?.levels ?? []).map((_, level) => {
        const label = row[levelName(dimension, level)];
        return label === null || label === undefined ? undefined : String(label);
      });
      const finest = labels[0] ?? NOT_KNOWN;
      const known = this.#categories[dimension]?.get(finest);
      if (known?.some((label, level) => label !== labels[level]) === true) {
        throw new Error('a category lies in two of a coarser level');
      }
      this.#categories[dimension]?.set(finest, labels);
    }
  }

  notExclusive(dimension: number): void {
    this.#exclusive[dimension] = false;
  }

  addCounts(table: number, found: readonly Row[]): void {
    for (const row of found) {
      const cell = this.#cell(table, row);
      if (cell === undefined) continue;
      cell.rows += Number(row['#n']);
      cell.people += Number(row['#p']);
    }
  }

  addValues(table: number, name: string, found: readonly Row[]): void {
    for (const row of found) {
      const cell = this.#cell(table, row);
      if (cell === undefined) continue;
      const old = cell.values[name] ?? NOTHING;
      const largest = (row['#largest'] as unknown[]).map(Number);
      cell.values[name] = {
        rows: old.rows + Number(row['#n']),
        people: old.people + Number(row['#p']),
        nonZero: {
          rows: old.nonZero.rows + Number(row['#n not 0']),
          people: old.nonZero.people + Number(row['#p not 0']),
        },
        sum: old.sum + Number(row['#s']),
        largest: [...old.largest, ...largest].sort((a, b) => b - a).slice(0, 10),
        median: undefined,
      };
    }
  }

  addHistogram(table: number, name: string, found: readonly Row[]): void {
    for (const row of found) {
      const at = this.#place(table, row);
      if (at === undefined) continue;
      const key = `${table} ${name} ${placeKey(at)}`;
      const histogram = this.#histograms.get(key) ?? new Map<number, number>();
      const value = Number(row['#v']);
      histogram.set(value, (histogram.get(value) ?? 0) + Number(row['#n']));
      this.#histograms.set(key, histogram);
    }
  }

  counted(): CountedTables {
    const dimensions = this.#categories.map(
      (categories, index): CountedDimension => ({
        categories: [...categories.values()].sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1)),
        exclusive: this.#exclusive[index] ?? false,
      }),
    );
    const tables = this.#cells.map((cells, table) =>
      [...cells]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(
          ([key, { at, rows: n, people, values }]): CountedCell => ({
            at,
            rows: n,
            people,
            values: Object.fromEntries(
              Object.entries(values).map(([name, value]) => [
                name,
                { ...value, median: medianOf(this.#histograms.get(`${table} ${name} ${key}`)) },
              ]),
            ),
          }),
        ),
    );
    const population = this.#digest.toString(16).padStart(16, '0');
    return { disclosure: 'counted', population, dimensions, tables };
  }

  #cell(table: number, row: Row) {
    const at = this.#place(table, row);
    if (at === undefined) return undefined;
    const key = placeKey(at);
    const cells = this.#cells[table];
    const cell = cells?.get(key) ?? { at, rows: 0, people: 0, values: {} };
    cells?.set(key, cell);
    return cell;
  }

  /** Where a row of a result belongs; undefined for what is in no group of a grouping. */
  #place(table: number, row: Row): Place[] | undefined {
    const at: Place[] = [];
    for (const { dimension } of this.#spec.tables[table]?.by ?? []) {
      let place: Place = null;
      for (const level of (this.#spec.dimensions[dimension]?.levels ?? []).keys()) {
        const name = levelName(dimension, level);
        if (Number(row[`${name} left out`]) === 1) continue;
        const label = row[name];
        if (label === null || label === undefined) return undefined;
        place = { level, label: String(label) };
      }
      at.push(place);
    }
    return at;
  }
}

function medianOf(histogram: Map<number, number> | undefined): number | undefined {
  if (histogram === undefined) return undefined;
  const sorted = [...histogram].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, n]) => sum + n, 0);
  const at = (rank: number): number => {
    let seen = 0;
    for (const [value, n] of sorted) {
      seen += n;
      if (seen > rank) return value;
    }
    return Number.NaN;
  };
  return (at(Math.floor((total - 1) / 2)) + at(Math.floor(total / 2))) / 2;
}
