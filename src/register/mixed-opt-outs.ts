import { monthLabel } from '../kernel/date-range.ts';
import { type IndexedRegister, Is } from './indexed-register.ts';
import { NameList } from './store/name-list.ts';

/** One recipient got the same dataset in the same month with opt-outs applied and without. */
export interface MixedOptOuts {
  readonly organisation: string;
  readonly dataset: string;
  readonly month: string;
  readonly applied: readonly AnswerCount[];
  readonly notApplied: readonly AnswerCount[];
}

/** An answer of the register, how many rows give it, and under which agreements. */
export interface AnswerCount {
  readonly answer: string;
  readonly rows: number;
  readonly agreements: readonly string[];
}

export const MIXED_HEADER = [
  'Organisation',
  'Dataset',
  'Month',
  'Rows with Opt-Outs Applied',
  'Rows without',
  'Reasons with',
  'Reasons without',
  'Reference Numbers with',
  'Reference Numbers without',
] as const;

/**
 * The flag that critics of the register asked for: shown openly, with the reasons of both sides. Each is put together
 * when it is read; memory holds the numbers of the rows of the days.
 */
export class MixedOptOutList {
  readonly #indexed: IndexedRegister;
  /** The rows of the days, those of one organisation, dataset and month side by side. */
  readonly #rows: Int32Array;
  /** Where such rows begin that have both answers. */
  readonly #starts: readonly number[];
  readonly #months = new NameList();
  readonly #monthOfPeriod: readonly number[];

  constructor(indexed: IndexedRegister) {
    this.#indexed = indexed;
    this.#monthOfPeriod = indexed.periods.map((period) => this.#months.numberOf(monthOf(period)));
    this.#rows = Int32Array.from(indexed.numbers(Is.ofRange)).sort((a, b) => this.#between(a, b) || a - b);
    const starts: number[] = [];
    for (let [start, end] = [0, 0]; start < this.#rows.length; start = end) {
      end = this.#endOf(start);
      const applied = this.#rows.subarray(start, end).filter((row) => indexed.has(row, Is.applied)).length;
      if (applied > 0 && applied < end - start) starts.push(start);
    }
    this.#starts = starts.sort((a, b) => {
      const [x, y] = [this.#names(a), this.#names(b)];
      return compare(x.organisation, y.organisation) || compare(x.dataset, y.dataset) || compare(x.month, y.month);
    });
  }

  get size(): number {
    return this.#starts.length;
  }

  *[Symbol.iterator](): Generator<MixedOptOuts> {
    for (const start of this.#starts) {
      const rows = this.#rows.subarray(start, this.#endOf(start));
      const [applied, notApplied] = [this.#answerCounts(rows, true), this.#answerCounts(rows, false)];
      yield { ...this.#names(start), applied, notApplied };
    }
  }

  /** Which organisation and dataset each is about. */
  *names(): Generator<Pick<MixedOptOuts, 'organisation' | 'dataset' | 'month'>> {
    for (const start of this.#starts) yield this.#names(start);
  }

  #names(start: number): Pick<MixedOptOuts, 'organisation' | 'dataset' | 'month'> {
    const { organisations, organisationOf, datasets, datasetOf } = this.#indexed;
    const row = this.#rows[start] ?? -1;
    return {
      organisation: organisations.name(organisationOf[row] ?? -1),
      dataset: datasets.name(datasetOf[row] ?? -1),
      month: this.#months.name(this.#month(row)),
    };
  }

  #month(row: number): number {
    return this.#monthOfPeriod[this.#indexed.periodOf[row] ?? -1] ?? -1;
  }

  /** 0 where two rows are of one organisation, dataset and month. */
  #between(a: number, b: number): number {
    const { organisationOf, datasetOf } = this.#indexed;
    return (
      (organisationOf[a] ?? 0) - (organisationOf[b] ?? 0) ||
      (datasetOf[a] ?? 0) - (datasetOf[b] ?? 0) ||
      this.#month(a) - this.#month(b)
    );
  }

  #endOf(start: number): number {
    const first = this.#rows[start] ?? -1;
    let end = start + 1;
    while (end < this.#rows.length && this.#between(first, this.#rows[end] ?? -1) === 0) end += 1;
    return end;
  }

  #answerCounts(rows: Int32Array, applied: boolean): AnswerCount[] {
    const counts = new Map<string, { rows: number; agreements: Set<string> }>();
    for (const row of rows) {
      if (this.#indexed.has(row, Is.applied) !== applied) continue;
      const { values } = this.#indexed.register.row(row);
      const count = counts.get(values.opt_outs) ?? { rows: 0, agreements: new Set<string>() };
      count.rows += 1;
      count.agreements.add(values.agreement);
      counts.set(values.opt_outs, count);
    }
    return [...counts]
      .map(([answer, { rows: n, agreements }]) => ({ answer, rows: n, agreements: [...agreements].sort() }))
      .sort((a, b) => b.rows - a.rows || compare(a.answer, b.answer));
  }
}

export function mixedCells({ organisation, dataset, month, applied, notApplied }: MixedOptOuts): string[] {
  const [a, b] = [applied, notApplied].map((answers) => ({
    rows: String(answers.reduce((sum, { rows }) => sum + rows, 0)),
    reasons: answers.map(({ answer }) => answer).join('; '),
    agreements: [...new Set(answers.flatMap(({ agreements }) => agreements))].sort().join('; '),
  }));
  return [
    ...[organisation, dataset, month, a?.rows ?? '', b?.rows ?? '', a?.reasons ?? '', b?.reasons ?? ''],
    ...[a?.agreements ?? '', b?.agreements ?? ''],
  ];
}

function monthOf({ from, to }: IndexedRegister['periods'][number]): string {
  const [first, last] = [monthLabel(from), monthLabel(to)];
  return first === last ? last : `${first} to ${last}`;
}

/** By code units, the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
