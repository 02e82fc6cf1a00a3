import type { DisclosureRules } from '../../agreement/disclosure-rules.ts';
import type { Controlled, CountedProduct } from './control.ts';
import { sumKey, summedColumns } from './control-sums.ts';
import type { CountedCell, Place } from './counted-tables.ts';
import { type CubeCell, type CubeTable, placeKey } from './cube.ts';
import { inOrder } from './lattice.ts';
import type { Kind } from './linked-cells.ts';
import { CONFIDENTIAL, type Printed, SMALL } from './printed.ts';
import type { MeasureSpec, TabulationSpec } from './tabulation-spec.ts';

/** A line of a table: where it stands, and what is printed of each measure. */
export interface ReleasedLine {
  /** The number of the level (null: the total) and the label, by the table's dimensions. */
  readonly at: readonly {
    readonly level: number | null;
    readonly levelName: string;
    readonly label: string;
    readonly code: string;
  }[];
  readonly values: readonly string[];
  /** Whether it is a national figure, which the agreement lets be shown as it is. */
  readonly national: boolean;
}

export interface ReleasedTable {
  readonly name: string;
  readonly title: string;
  readonly dimensions: readonly { readonly name: string; readonly title: string }[];
  readonly measures: readonly { readonly name: string; readonly title: string; readonly kind: MeasureSpec['kind'] }[];
  readonly lines: readonly ReleasedLine[];
}

/** Tables after disclosure control: what may leave, as text, with no true count in it. */
export interface ReleasedTables {
  readonly disclosure: 'aggregated';
  readonly product: string;
  readonly title: string;
  readonly source: string;
  readonly rules: DisclosureRules;
  readonly tables: readonly ReleasedTable[];
}

/** The one way from counted to aggregated: every number is one that `control` printed, or is made of such. */
export function releasedTables(
  controlled: Controlled,
  products: readonly CountedProduct[],
  index: number,
): ReleasedTables {
  const { product, spec, rules } = products[index] as CountedProduct;
  const print = controlled.print[index] ?? new Map<number, Printed>();
  const summed = summedColumns(products);
  const tables = spec.tables.map((table, number): ReleasedTable => {
    const cube = controlled.tables[index]?.[number] as CubeTable;
    const measures = table.measures.map((each) => spec.measures[each] as MeasureSpec);
    const cells = new Map(cube.cells.map((cell) => [placeKey(cell.at), cell]));
    const lines = cube.cells.map((cell) => ({
      cell,
      line: {
        at: cell.at.map((place, dimension) => named(place, spec, table.by[dimension]?.dimension ?? 0)),
        national: cell.national,
        values: measures.map((measure) =>
          printedValue(measure, cell, cells, table.by, spec, rules, print, summed, (column) =>
            controlled.withheldSums.has(sumKey(product, number, cell.place, column)),
          ),
        ),
      },
    }));
    return {
      name: table.name,
      title: table.title,
      dimensions: table.by.map(({ dimension }) => {
        const { name, title } = spec.dimensions[dimension] ?? { name: '', title: '' };
        return { name, title };
      }),
      measures: measures.map((measure) => ({ name: measure.name, title: measure.title, kind: measure.kind })),
      lines: lines.sort((a, b) => compared(a.cell.at, b.cell.at)).map(({ line }) => line),
    };
  });
  return { disclosure: 'aggregated', product, title: spec.title, source: spec.source, rules, tables };
}

function named(place: Place, { dimensions }: TabulationSpec, dimension: number) {
  if (place === null) return { level: null, levelName: 'total', label: 'Total', code: 'Total' };
  const { levels = [], labels } = dimensions[dimension] ?? {};
  const label = labels?.[place.label] ?? place.label;
  return { level: place.level, levelName: levels[place.level]?.name ?? '', label, code: place.label };
}

function printedValue(
  measure: MeasureSpec,
  cell: CubeCell,
  cells: ReadonlyMap<string, CubeCell>,
  by: TabulationSpec['tables'][number]['by'],
  spec: TabulationSpec,
  rules: DisclosureRules,
  print: ReadonlyMap<number, Printed>,
  summed: ReadonlySet<string>,
  isWithheld: (column: string) => boolean,
): string {
  const printOf = (of: CubeCell | undefined, kind: Kind): Printed | undefined =>
    of === undefined ? undefined : print.get(of.columns.get(kind) ?? -1);
  switch (measure.kind) {
    case 'count':
      return printOf(cell, measure.of)?.text ?? CONFIDENTIAL;
    case 'percentage': {
      const whole = cell.at.map((place, index) => {
        const name = spec.dimensions[by[index]?.dimension ?? -1]?.name ?? '';
        return measure.within.length === 0 || measure.within.includes(name) ? null : place;
      });
      return percentage(printOf(cell, measure.of), printOf(cells.get(placeKey(whole)), measure.of), rules);
    }
    case 'rate':
      return rate(printOf(cell, measure.of), printOf(cell, measure.over), measure.per, rules);
    case 'sum':
    case 'mean':
    case 'median':
      return statistic(measure, cell, rules, print, summed, isWithheld(measure.column));
  }
}

/** Made of printed numbers alone, so that it tells no more than they do. One decimal only from a whole of 4,000 on. */
function percentage(
  part: Printed | undefined,
  whole: Printed | undefined,
  { method, ratesFrom }: DisclosureRules,
): string {
  const [n, of] = [numeral(part), numeral(whole)];
  if (n === undefined || of === undefined) return part?.text === SMALL || whole?.text === SMALL ? SMALL : CONFIDENTIAL;
  if (of === 0) return '';
  if (of < ratesFrom) return CONFIDENTIAL;
  const percent = Math.min(100, (100 * n) / of);
  return method === 'round' && of < 4_000 ? String(Math.round(percent)) : percent.toFixed(1);
}

function rate(
  part: Printed | undefined,
  whole: Printed | undefined,
  per: number,
  { ratesFrom }: DisclosureRules,
): string {
  const [n, of] = [numeral(part), numeral(whole)];
  if (n === undefined || of === undefined) return part?.text === SMALL || whole?.text === SMALL ? SMALL : CONFIDENTIAL;
  if (of === 0) return '';
  return n > 0 && n < ratesFrom ? CONFIDENTIAL : ((per * n) / of).toFixed(1);
}

function numeral(value: Printed | undefined): number | undefined {
  const number = Number(value?.text);
  return value === undefined || !Number.isFinite(number) ? undefined : number;
}

/**
 * Means and medians stand where they are of more people than are small, and where the counts beside them are shown. Where
 * the release has sums as well a mean stands only where its sum does, and tells no more of the count than is printed.
 */
function statistic(
  { kind, column, from }: Extract<MeasureSpec, { column: string }>,
  { counted, columns }: CubeCell,
  rules: DisclosureRules,
  print: ReadonlyMap<number, Printed>,
  summed: ReadonlySet<string>,
  isWithheld: boolean,
): string {
  const value: CountedCell['values'][string] | undefined = counted.values[column];
  if (value === undefined || value.rows === 0) return '';
  if (kind === 'sum') return isWithheld ? CONFIDENTIAL : String(Number(value.sum.toFixed(2)));
  if (value.people <= rules.threshold || value.rows <= rules.threshold) return SMALL;
  const beside = [...columns.values()].map((each) => print.get(each));
  if (beside.some((each) => each?.text === CONFIDENTIAL)) return CONFIDENTIAL;
  if (beside.some((each) => each?.text === SMALL)) return SMALL;
  if (kind === 'median') return String(Number((value.median ?? 0).toFixed(1)));
  const mean = (value.sum / value.rows).toFixed(1);
  if (!summed.has(from.toUpperCase())) return mean;
  const shown = print.get(columns.get('rows') ?? -1);
  return isWithheld || shown === undefined || !isSilent(mean, value.sum, shown) ? CONFIDENTIAL : mean;
}

/** Whether a mean and its sum leave every count possible that is possible as printed. */
function isSilent(mean: string, sum: number, { lower, upper }: Printed): boolean {
  return lower === upper || [lower, upper].every((rows) => (sum / rows).toFixed(1) === mean);
}

/** Totals first, then coarse levels before fine ones, in the order of their labels. */
function compared(a: readonly Place[], b: readonly Place[]): number {
  for (const [index, one] of a.entries()) {
    const other = b[index] ?? null;
    const [x, y] = [
      one === null ? Number.POSITIVE_INFINITY : one.level,
      other === null ? Number.POSITIVE_INFINITY : other.level,
    ];
    if (x !== y) return y - x;
    const order = inOrder(one?.label ?? '', other?.label ?? '');
    if (order !== 0) return order;
  }
  return 0;
}
