import { sparseRows } from '../tables/sparse-rows.ts';
import { brokenInstance } from './broken-instance.ts';
import { decompose } from './decompose.ts';
import type { CellStatus, Instance, InstanceCell } from './instance.ts';

type Row = Readonly<Record<string, unknown>>;

/** What a row of a grid may say of itself; all its other members are labels of the cell. */
const COUNTS = ['freq', 'n', 'count', 'value', 'val', 'Freq', 'Value'] as const;
const FLAGS = ['primary', 'suppressed', 'weight', 'fixed', 'lpl', 'upl', 'spl', 'lower', 'upper'] as const;

/**
 * Reads tables over a base grid: `inner` rows with their counts, `publish` rows with theirs, and for each of these in
 * `members` the inner rows (from 0) that it sums. Rows that sum the same are one cell, shown or hidden together.
 * `primary` says which are too small; where it is missing, those of 1 to `maxN` (from 0 with `protectZeros`).
 */
export function parseGrid(document: Row): Instance {
  const inner = rowsOf(document['inner'], 'inner');
  const publish = rowsOf(document['publish'], 'publish');
  const members = document['members'];
  if (!Array.isArray(members)) throw brokenInstance('members', 'it is missing, or no list');
  if (members.length !== publish.length) {
    throw brokenInstance('members', `it has ${members.length} entries for ${publish.length} rows of publish`);
  }
  const counts = inner.map((row, index) => countOf(row, `inner[${index}]`));
  const sets = members.map((entry: unknown, index) => memberSet(entry, inner.length, `members[${index}]`));
  const isPrimary = primaryRule(document);
  const { columns, columnOfSet, unpublished, relations } = decompose(sets, inner.length);
  const values = new Float64Array(columns);
  for (const [member, column] of unpublished) values[column] = counts[member] ?? 0;
  const lower = new Float64Array(columns);
  const upper = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const cells = publish.map((row, index): InstanceCell => {
    const place = `publish[${index}]`;
    const value = countOf(row, place);
    const set = sets[index] ?? [];
    const sum = set.reduce((total, member) => total + (counts[member] ?? 0), 0);
    if (sum !== value) throw brokenInstance(place, 'its count is not the sum of its members');
    const column = columnOfSet[index] ?? 0;
    values[column] = value;
    lower[column] = Math.max(lower[column] ?? 0, figure(row, 'lower', place) ?? 0);
    upper[column] = Math.min(upper[column] ?? 0, figure(row, 'upper', place) ?? Number.POSITIVE_INFINITY);
    if (set.length === 0) upper[column] = 0;
    const primary = flag(row, 'primary', place) ?? isPrimary(value);
    const status: CellStatus = primary ? 'primary' : flag(row, 'fixed', place) === true ? 'fixed' : 'open';
    return {
      name: nameOf(row, index),
      column,
      value,
      weight: figure(row, 'weight', place),
      status,
      protection: {
        below: Math.min(figure(row, 'lpl', place) ?? 1, value),
        above: figure(row, 'upl', place) ?? 1,
        width: figure(row, 'spl', place) ?? 0,
      },
      hidden: flag(row, 'suppressed', place) ?? primary,
    };
  });
  return {
    form: 'grid',
    cells,
    system: {
      columns,
      lower,
      upper,
      relations: sparseRows(relations),
      totals: new Float64Array(relations.length),
      integral: counts.every(Number.isInteger),
    },
    values,
    notes: [],
  };
}

function rowsOf(value: unknown, name: string): readonly Row[] {
  if (!Array.isArray(value)) throw brokenInstance(name, 'it is missing, or no list of rows');
  for (const [index, row] of value.entries()) {
    if (typeof row !== 'object' || row === null) throw brokenInstance(`${name}[${index}]`, 'it is no row');
  }
  return value as readonly Row[];
}

function countOf(row: Row, place: string): number {
  for (const name of COUNTS) {
    const value = row[name];
    if (value === undefined) continue;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw brokenInstance(place, `${name} is no number`);
    if (value < 0) throw brokenInstance(place, `${name} is below zero`);
    return value;
  }
  throw brokenInstance(place, 'it has no count', 'a member freq');
}

/** A single member may stand without its brackets. */
function memberSet(entry: unknown, size: number, place: string): readonly number[] {
  const list: unknown[] = Array.isArray(entry) ? entry : [entry];
  const set = new Set<number>();
  for (const member of list) {
    if (typeof member !== 'number' || !Number.isInteger(member) || member < 0 || member >= size) {
      throw brokenInstance(place, `it names a row that inner does not have`, `inner rows are 0 to ${size - 1}`);
    }
    if (set.has(member)) throw brokenInstance(place, `it names inner[${member}] twice`);
    set.add(member);
  }
  return [...set].sort((a, b) => a - b);
}

function primaryRule(document: Row): (value: number) => boolean {
  const { maxN } = document;
  if (maxN === undefined) return () => false;
  if (typeof maxN !== 'number' || !Number.isFinite(maxN)) throw brokenInstance('maxN', 'it is no number');
  const least = document['protectZeros'] === true ? 0 : 1;
  return (value) => value >= least && value <= maxN;
}

function flag(row: Row, name: (typeof FLAGS)[number], place: string): boolean | undefined {
  const value = row[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  throw brokenInstance(place, `${name} is neither true nor false`);
}

function figure(row: Row, name: (typeof FLAGS)[number], place: string): number | undefined {
  const value = row[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw brokenInstance(place, `${name} is no number`);
  if (value < 0) throw brokenInstance(place, `${name} is below zero`);
  return value;
}

function nameOf(row: Row, index: number): string {
  const known: readonly string[] = [...COUNTS, ...FLAGS];
  const labels = Object.entries(row).filter(([key]) => !known.includes(key));
  return labels.length === 0 ? `cell ${index}` : labels.map(([key, value]) => `${key}=${String(value)}`).join(', ');
}
