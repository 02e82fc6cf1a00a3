import { sparseRows, type Term } from '../tables/sparse-rows.ts';
import { brokenInstance } from './broken-instance.ts';
import type { CellStatus, Instance, InstanceCell, Protection } from './instance.ts';

interface Line {
  readonly number: number;
  readonly words: readonly string[];
}

interface Status {
  readonly status: CellStatus;
  readonly hidden: boolean;
}

/** `m` is a cell that somebody marked unsafe by hand; `x` one that an earlier run hid so that others stay hidden. */
const STATUS: ReadonlyMap<string, Status> = new Map([
  ['s', { status: 'open', hidden: false }],
  ['u', { status: 'primary', hidden: true }],
  ['m', { status: 'primary', hidden: true }],
  ['x', { status: 'open', hidden: true }],
  ['z', { status: 'fixed', hidden: false }],
]);

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const TERMS = new RegExp(String.raw`(\d+)\s*\(\s*(${NUMBER})\s*\)`, 'g');
const RELATION = new RegExp(String.raw`(${NUMBER})\s+(\d+)\s*:\s*((?:\d+\s*\(\s*${NUMBER}\s*\)\s*)*)`, 'gy');

/**
 * Reads the JJ format, in which the field exchanges tables: a version line, the number of cells, a line each (number,
 * value, weight, status, lowest and highest possible value, lower, upper and sliding protection level), the number of
 * relations, and those (`total terms : cell (coefficient) …`). Cells are numbered by their place, from 0.
 */
export function parseJj(text: string): Instance {
  const lines = linesOf(text);
  const start = headerLength(lines);
  const count = wholeNumber(lines[start], 'the number of cells');
  const listed = lines.slice(start + 1, start + 1 + count);
  if (listed.length < count)
    throw brokenInstance('JJ file', `${count} cells are announced and ${listed.length} follow`);
  const notes: string[] = [];
  const unit = smallestUnit(listed);
  const columnOf = new Map<string, number>();
  const read = listed.map((line, column) => {
    const cell = readCell(line, column, unit, notes);
    if (columnOf.has(cell.name)) throw brokenInstance(`line ${line.number}`, `cell ${cell.name} is listed twice`);
    columnOf.set(cell.name, column);
    return cell;
  });
  const cells = read.map(({ cell }) => cell);
  const after = lines.slice(start + 1 + count);
  const relationCount = after.length === 0 ? 0 : wholeNumber(after[0], 'the number of relations');
  const relations = readRelations(after.slice(1), relationCount, columnOf);
  const totals = relations.map((terms, index) => checkedTotal(terms, cells, unit, index));
  return {
    form: 'jj',
    cells,
    system: {
      columns: count,
      lower: Float64Array.from(read, ({ lower }) => lower),
      upper: Float64Array.from(read, ({ upper }) => upper),
      relations: sparseRows(relations.map(({ terms }) => terms)),
      totals: Float64Array.from(totals),
      // Magnitudes as a rule, and where they are counts the field's attackers treat them so all the same.
      integral: false,
    },
    values: Float64Array.from(cells, ({ value }) => value),
    notes,
  };
}

function linesOf(text: string): Line[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ number: index + 1, words: line.trim().split(/\s+/) }))
    .filter(({ words }) => words[0] !== '' && words[0]?.startsWith('#') !== true);
}

/** A version line stands before the number of cells; some writers leave it out. */
function headerLength(lines: readonly Line[]): number {
  return (lines[1]?.words.length ?? 0) === 1 ? 1 : 0;
}

function wholeNumber(line: Line | undefined, what: string): number {
  const [word] = line?.words ?? [];
  if (line === undefined || line.words.length !== 1 || word === undefined || !/^\d+$/.test(word)) {
    throw brokenInstance(line === undefined ? 'end of file' : `line ${line.number}`, `${what} is missing`);
  }
  return Number(word);
}

/** 1 where values are whole numbers, else the last decimal place that one of them uses. */
function smallestUnit(lines: readonly Line[]): number {
  const places = lines.map(({ words }) => words[1]?.match(/\.(\d*?)0*$/)?.[1]?.length ?? 0);
  return (
    10 **
    -Math.min(
      9,
      places.reduce((most, each) => Math.max(most, each), 0),
    )
  );
}

function readCell({ number, words }: Line, column: number, unit: number, notes: string[]) {
  const place = `line ${number}`;
  if (words.length < 8 || words.length > 9) {
    throw brokenInstance(
      place,
      `a cell has 9 entries, here are ${words.length}`,
      'number, value, weight, status, lower and upper bound, lower, upper and sliding protection level',
    );
  }
  const [name = '', , , letter = ''] = words;
  const known = STATUS.get(letter.toLowerCase());
  if (known === undefined) {
    throw brokenInstance(place, `the status ${letter} is none that is known`, 's, u, m, x or z');
  }
  const figure = (index: number, what: string): number => {
    const value = Number(words[index] ?? '0');
    if (!Number.isFinite(value)) throw brokenInstance(place, `${what} is no number`);
    return value;
  };
  const value = figure(1, 'the value');
  const lower = figure(4, 'the lower bound');
  const upper = figure(5, 'the upper bound');
  if (value < lower || value > upper) throw brokenInstance(place, 'the value lies outside its bounds');
  const asked = {
    below: figure(6, 'the lower protection level'),
    above: figure(7, 'the upper protection level'),
    width: figure(8, 'the sliding protection level'),
  };
  if (asked.below < 0 || asked.above < 0 || asked.width < 0) {
    throw brokenInstance(place, 'a protection level is below zero');
  }
  const protection = possible(asked, { value, lower, upper, unit, primary: known.status === 'primary' });
  if (known.status === 'primary' && (protection.below < asked.below || protection.above < asked.above)) {
    notes.push(`cell ${name} can't be protected as far as it asks, its bounds are nearer: protected up to those`);
  }
  const weight = figure(2, 'the weight');
  const cell: InstanceCell = { name, column, value, weight, protection, ...known };
  return { cell, name, lower, upper };
}

/** What is asked, as far as the bounds that everybody knows allow; where nothing is asked, not to be derived exactly. */
function possible(
  asked: Protection,
  cell: { value: number; lower: number; upper: number; unit: number; primary: boolean },
): Protection {
  const { value, lower, upper, unit, primary } = cell;
  const nothing = asked.below === 0 && asked.above === 0 && asked.width === 0;
  const width = primary && nothing ? unit : asked.width;
  return {
    below: Math.min(asked.below, value - lower),
    above: Math.min(asked.above, upper - value),
    width: Math.min(width, upper - lower),
  };
}

interface Relation {
  readonly total: number;
  readonly terms: readonly Term[];
}

/** Relations may run over several lines. */
function readRelations(lines: readonly Line[], count: number, columnOf: ReadonlyMap<string, number>): Relation[] {
  const text = lines.map(({ words }) => words.join(' ')).join('\n');
  const relations: Relation[] = [];
  RELATION.lastIndex = 0;
  for (let index = 0; index < count; index += 1) {
    const place = `relation ${index}`;
    const match = RELATION.exec(text);
    if (match === null)
      throw brokenInstance(place, 'it is missing or not of the form total terms : cell (coefficient) …');
    const [, total, size, body = ''] = match;
    const sums = new Map<number, number>();
    let listed = 0;
    for (const [, name = '', value] of body.matchAll(TERMS)) {
      const column = columnOf.get(name);
      if (column === undefined) throw brokenInstance(place, `there is no cell ${name}`);
      sums.set(column, (sums.get(column) ?? 0) + Number(value));
      listed += 1;
    }
    if (listed !== Number(size)) throw brokenInstance(place, `${size} cells are announced and ${listed} follow`);
    const terms = [...sums].map(([column, value]) => ({ column, value })).filter(({ value }) => value !== 0);
    relations.push({ total: Number(total), terms });
  }
  if (text.slice(RELATION.lastIndex).trim() !== '') {
    throw brokenInstance('end of file', `more follows after the ${count} relations that are announced`);
  }
  return relations;
}

/**
 * The total that the values really give. Published tables are rounded, so a relation may miss its total by half a unit
 * a cell; by more, the file contradicts itself.
 */
function checkedTotal({ total, terms }: Relation, cells: readonly InstanceCell[], unit: number, index: number): number {
  let sum = 0;
  let size = Math.abs(total);
  for (const { column, value } of terms) {
    const term = value * (cells[column]?.value ?? 0);
    sum += term;
    size = Math.max(size, Math.abs(term));
  }
  const rounding = unit < 1 ? unit * 0.5001 * terms.length : 0;
  if (Math.abs(sum - total) > Math.max(rounding, 1e-7 * size)) {
    throw brokenInstance(`relation ${index}`, 'its cells do not add up to its total');
  }
  return Math.abs(sum - total) <= 1e-9 * size ? total : sum;
}
