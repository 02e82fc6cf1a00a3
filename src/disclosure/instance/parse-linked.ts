import { brokenInstance } from './broken-instance.ts';
import type { Instance } from './instance.ts';
import { parseGrid } from './parse-grid.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * Reads linked tables: `cells` with their labels and count, `tables` that each name a way down from the total
 * (`Total > county > region`), and a `rule` (`primary if 1..3`). Each becomes rows of one grid, so that what one table
 * says of another is part of the system.
 */
export function parseLinked(document: Row): Instance {
  const { cells, tables, rule } = document;
  if (!Array.isArray(cells)) throw brokenInstance('cells', 'it is missing, or no list of rows');
  if (typeof tables !== 'object' || tables === null) throw brokenInstance('tables', 'it is missing');
  const inner = cells as Row[];
  const publish: Record<string, unknown>[] = [];
  const members: number[][] = [];
  for (const [table, way] of Object.entries(tables as Row)) {
    if (typeof way !== 'string')
      throw brokenInstance(`tables.${table}`, 'it names no levels', 'Total > county > region');
    for (const level of way.split('>').map((word) => word.trim())) {
      for (const [label, set] of groups(inner, level, `tables.${table}`)) {
        publish.push({ table, [level]: label, freq: set.reduce((sum, index) => sum + countOf(inner[index]), 0) });
        members.push(set);
      }
    }
  }
  return { ...parseGrid({ inner, publish, members, ...thresholds(rule) }), form: 'linked' };
}

function groups(inner: readonly Row[], level: string, place: string): Map<string, number[]> {
  const sets = new Map<string, number[]>();
  const isTotal = inner.every((row) => row[level] === undefined);
  if (isTotal && level.toLowerCase() !== 'total') throw brokenInstance(place, `no cell has a label ${level}`);
  for (const [index, row] of inner.entries()) {
    const label = isTotal ? 'Total' : String(row[level]);
    sets.set(label, [...(sets.get(label) ?? []), index]);
  }
  return sets;
}

function countOf(row: Row | undefined): number {
  const value = row?.['n'] ?? row?.['freq'];
  return typeof value === 'number' ? value : Number.NaN;
}

function thresholds(rule: unknown): Row {
  const match = typeof rule === 'string' ? /(\d+)\s*\.\.\s*(\d+)/.exec(rule) : null;
  if (match === null) throw brokenInstance('rule', 'it is missing or says no range', 'primary if 1..3');
  return { protectZeros: match[1] === '0', maxN: Number(match[2]) };
}
