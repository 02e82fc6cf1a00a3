import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

type Row = Readonly<Record<string, string>>;

/** What one dataset of the world must come to, counted by loops over arrays: no SQL, nothing of dars. */
export interface Count {
  readonly in: number;
  readonly unresolved: number;
  readonly 'opted out': number;
  readonly 'outside the period': number;
  readonly released: number;
  readonly people: number;
  /** Row keys of what must be released. */
  readonly keys: ReadonlySet<string>;
}

export interface Question {
  readonly rows: string;
  readonly pds: string;
  readonly optOuts: string;
  readonly key: string;
  readonly date: string;
  readonly from: string;
  readonly to: string;
}

export function independentCount(question: Question): Count {
  const records = new Map(read(question.pds).map((row) => [row['nhs_number'] ?? '', row]));
  const listed = new Set(readFileSync(question.optOuts, 'utf8').match(/\d{10}/g) ?? []);
  const neighbours = new Map<string, string[]>();
  for (const [number, { replaced_by: next = '' }] of records) {
    if (next === '') continue;
    neighbours.set(number, [...(neighbours.get(number) ?? []), next]);
    neighbours.set(next, [...(neighbours.get(next) ?? []), number]);
  }
  const treeOf = (number: string): Set<string> => {
    const tree = new Set([number]);
    for (const member of tree) for (const other of neighbours.get(member) ?? []) tree.add(other);
    return tree;
  };
  const personOf = (number: string): string | undefined => {
    const seen = new Set<string>();
    for (let at = number; ; ) {
      const record = records.get(at);
      if (record === undefined || seen.has(at) || record['confidentiality'] === 'I') return undefined;
      if ((record['replaced_by'] ?? '') === '') return at;
      seen.add(at);
      at = record['replaced_by'] ?? '';
    }
  };
  const counts = { in: 0, unresolved: 0, 'opted out': 0, 'outside the period': 0, released: 0 };
  const people = new Set<string>();
  const keys = new Set<string>();
  for (const row of read(question.rows)) {
    counts.in += 1;
    const number = (row['NEWNHSNO'] ?? '').replaceAll(/[ -]/g, '');
    const person = /^\d{10}$/.test(number) ? personOf(number) : undefined;
    const day = row[question.date] ?? '';
    if (person === undefined) counts.unresolved += 1;
    else if ([...treeOf(number)].some((member) => listed.has(member))) counts['opted out'] += 1;
    else if (day < question.from || day > question.to) counts['outside the period'] += 1;
    else {
      counts.released += 1;
      people.add(person);
      keys.add(row[question.key] ?? '');
    }
  }
  return { ...counts, people: people.size, keys };
}

function read(path: string): Row[] {
  return parse(readFileSync(path), { columns: true, bom: true }) as Row[];
}
