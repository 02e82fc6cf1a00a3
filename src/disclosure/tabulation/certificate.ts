import { isExact } from '../audit/audit.ts';
import type { Solver } from '../solver.ts';
import type { Controlled, CountedProduct } from './control.ts';
import { CONFIDENTIAL } from './printed.ts';

/**
 * What was made sure of before tables left. The recipient has it, so it counts by what is printed: how many of the cells
 * that are withheld alike are small would say more of each than the tables do.
 */
export interface Certificate {
  readonly rules: readonly string[];
  readonly threshold: number;
  readonly required_width: number;
  /** Counts that are printed, and of these: those whose symbol says that they are small, and those that are withheld. */
  readonly cells: number;
  readonly small: number;
  readonly withheld: number;
  /** The system that the auditor looked at, and how many earlier releases were in it. */
  readonly audited: number;
  readonly columns: number;
  readonly relations: number;
  readonly earlier_releases: number;
  /** How many of the audited counts an attacker can narrow down to an interval of which width; `more` is all wider ones. */
  readonly widths: Readonly<Record<string, number>>;
  readonly derivable: number;
  readonly solver: string;
}

const WIDE = 10;

export function certificateOf(
  controlled: Controlled,
  products: readonly CountedProduct[],
  solver: Solver,
): Certificate {
  const { intervals, audited, print } = controlled;
  const widths = new Map<string, number>();
  for (const { lower, upper } of intervals) {
    const width = upper - lower > WIDE ? 'more' : String(upper - lower);
    widths.set(width, (widths.get(width) ?? 0) + 1);
  }
  const [printed, small, withheld] = [new Set<number>(), new Set<number>(), new Set<number>()];
  for (const [index, columns] of print.entries()) {
    const threshold = products[index]?.rules.threshold ?? 0;
    for (const [column, { text, lower, upper }] of columns) {
      printed.add(column);
      if (text === CONFIDENTIAL) withheld.add(column);
      else if (lower >= 1 && lower < upper && upper <= threshold) small.add(column);
    }
  }
  return {
    rules: [...new Set(products.map(({ rules }) => rules.rules))],
    threshold: Math.max(...products.map(({ rules }) => rules.threshold)),
    required_width: Math.max(...products.map(({ rules }) => rules.width)),
    cells: printed.size,
    small: small.size,
    withheld: withheld.size,
    audited: intervals.length,
    columns: audited.columns,
    relations: audited.relations,
    earlier_releases: audited.earlier,
    widths: Object.fromEntries([...widths].sort(([a], [b]) => Number(a) - Number(b) || (a < b ? -1 : 1))),
    derivable: intervals.filter((each) => isExact(each) && controlled.small.has(each.column)).length,
    solver: solver.name,
  };
}
