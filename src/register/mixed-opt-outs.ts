import { monthLabel } from '../kernel/date-range.ts';
import { saysApplied } from '../kernel/opt-out-answer.ts';
import type { RegisterRow } from './register-row.ts';

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

/** The flag that critics of the register asked for: shown openly, with the reasons of both sides. */
export function mixedOptOuts(rows: readonly RegisterRow[]): MixedOptOuts[] {
  const groups = new Map<string, RegisterRow[]>();
  for (const row of rows) {
    const { organisation, dataset } = row.values;
    const key = [organisation, dataset, monthOf(row)].join('\u0000');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      const [applied, notApplied] = [true, false].map((wanted) =>
        answerCounts(group.filter(({ values }) => saysApplied(values.opt_outs) === wanted)),
      );
      if (first === undefined || !applied?.length || !notApplied?.length) return [];
      const { organisation, dataset } = first.values;
      return [{ organisation, dataset, month: monthOf(first), applied, notApplied }];
    })
    .sort(
      (a, b) => compare(a.organisation, b.organisation) || compare(a.dataset, b.dataset) || compare(a.month, b.month),
    );
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

function answerCounts(rows: readonly RegisterRow[]): AnswerCount[] {
  const counts = new Map<string, { rows: number; agreements: Set<string> }>();
  for (const { values } of rows) {
    const count = counts.get(values.opt_outs) ?? { rows: 0, agreements: new Set<string>() };
    count.rows += 1;
    count.agreements.add(values.agreement);
    counts.set(values.opt_outs, count);
  }
  return [...counts]
    .map(([answer, { rows: n, agreements }]) => ({ answer, rows: n, agreements: [...agreements].sort() }))
    .sort((a, b) => b.rows - a.rows || compare(a.answer, b.answer));
}

function monthOf({ released }: RegisterRow): string {
  const [from, to] = [monthLabel(released.from), monthLabel(released.to)];
  return from === to ? to : `${from} to ${to}`;
}

/** By code units, the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
