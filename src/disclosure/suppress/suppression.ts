import type { Instance } from '../instance/instance.ts';
import type { RelationSystem } from '../tables/relation-system.ts';
import { at } from '../tables/sparse-rows.ts';

/** What must stay possible of a hidden column: a value this far below its own, one this far above, both this far apart. */
export interface Need {
  readonly column: number;
  readonly below: number;
  readonly above: number;
  readonly width: number;
}

/**
 * What to hide so that every need holds, at the least cost. A column may move away from its value by as much as `down`
 * and `up`, if it is hidden; the attacker sees all others and knows the relations.
 */
export interface Suppression {
  readonly system: RelationSystem;
  readonly values: Float64Array;
  readonly down: Float64Array;
  readonly up: Float64Array;
  readonly cost: Float64Array;
  /** Hidden from the start: what is primary, and what is not published at all. */
  readonly given: Uint8Array;
  /** May be hidden. */
  readonly candidate: Uint8Array;
  readonly needs: readonly Need[];
}

/** Which columns are hidden: 1, the others 0. */
export type Pattern = Uint8Array;

/** What hiding a cell costs: its value, one, the logarithm of its value, or what the file says. */
export type Weight = 'value' | 'count' | 'log' | 'file';

export const WEIGHTS: readonly Weight[] = ['value', 'count', 'log', 'file'];

export interface SuppressionTerms {
  readonly weight: Weight;
  /** Whether cells of zero may be hidden so that others can't be derived. */
  readonly hideZeros: boolean;
}

export function suppressionOf(
  { cells, system, values }: Instance,
  { weight, hideZeros }: SuppressionTerms,
): Suppression {
  const { columns, lower, upper } = system;
  const cost = new Float64Array(columns);
  // Columns that no cell shows are unpublished.
  const given = new Uint8Array(columns).fill(1);
  for (const { column } of cells) given[column] = 0;
  const candidate = given.map((hidden) => 1 - hidden);
  const needs = new Map<number, Need>();
  for (const cell of cells) {
    const { column, value, status, protection } = cell;
    cost[column] = at(cost, column) + costOf(weight, value, cell.weight);
    if (status === 'fixed' || (status === 'open' && value === 0 && !hideZeros)) candidate[column] = 0;
    if (status !== 'primary') continue;
    given[column] = 1;
    const other = needs.get(column) ?? { column, below: 0, above: 0, width: 0 };
    needs.set(column, {
      column,
      below: Math.max(other.below, protection.below),
      above: Math.max(other.above, protection.above),
      width: Math.max(other.width, protection.width),
    });
  }
  for (let column = 0; column < columns; column += 1) if (given[column] === 1) candidate[column] = 0;
  return {
    system,
    values,
    down: values.map((value, column) => value - at(lower, column)),
    up: values.map((value, column) => at(upper, column) - value),
    cost,
    given,
    candidate,
    needs: [...needs.values()].sort((a, b) => a.column - b.column),
  };
}

function costOf(weight: Weight, value: number, ofFile: number | undefined): number {
  switch (weight) {
    case 'value':
      return Math.abs(value);
    case 'count':
      return 1;
    case 'log':
      return Math.log1p(Math.abs(value));
    case 'file':
      return ofFile ?? Math.abs(value);
  }
}

/** What a pattern costs, hidden cells of the start included. */
export function costOfPattern({ cost }: Suppression, pattern: Pattern): number {
  return pattern.reduce((sum, hidden, column) => sum + hidden * at(cost, column), 0);
}
