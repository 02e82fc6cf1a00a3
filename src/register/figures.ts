import { mixedOptOuts } from './mixed-opt-outs.ts';
import type { Register } from './register.ts';
import type { RegisterRow, RowField } from './register-row.ts';
import { rowsOfRange } from './register-views.ts';

/** How often each text occurs, the most frequent first. */
export type Counts = Readonly<Record<string, number>>;

/** What the rows of the publication's days add up to: the numbers behind every chart. */
export interface Figures {
  readonly rows: number;
  readonly organisations: number;
  readonly agreements: number;
  readonly datasets: number;
  readonly agreement_dataset_pairs: number;
  readonly by_row_id_prefix: Counts;
  readonly by_identifiability: Counts;
  readonly by_sensitivity: Counts;
  readonly by_frequency: Counts;
  readonly by_opt_outs: Counts;
  readonly by_common_law_duty: Counts;
  readonly by_legal_basis: Counts;
  readonly by_dataset: Counts;
  readonly by_organisation_type: Counts;
  /** Organisation and dataset pairs given out both with and without opt-outs applied in one month. */
  readonly mixed_opt_outs: number;
}

export function figuresOf(register: Register): Figures {
  const rows = rowsOfRange(register);
  const by = (field: RowField): Counts => countsOf(rows.map(({ values }) => values[field]));
  const distinct = (of: (row: RegisterRow) => string): number => new Set(rows.map(of)).size;
  return {
    rows: rows.length,
    organisations: distinct(({ values }) => values.organisation),
    agreements: distinct(({ values }) => values.agreement),
    datasets: distinct(({ values }) => values.dataset),
    agreement_dataset_pairs: distinct(({ values }) => `${values.agreement}\u0000${values.dataset}`),
    by_row_id_prefix: countsOf(rows.map(({ id }) => id.replace(/\d+$/, ''))),
    by_identifiability: by('identifiability'),
    by_sensitivity: by('sensitive'),
    by_frequency: by('frequency'),
    by_opt_outs: by('opt_outs'),
    by_common_law_duty: by('common_law_duty'),
    by_legal_basis: countsOf(rows.map(({ values }) => values.legal_basis.trim())),
    by_dataset: by('dataset'),
    by_organisation_type: countsOf(
      rows.map(({ values }) => register.agreements.get(values.agreement)?.facts.organisation_type ?? ''),
    ),
    mixed_opt_outs: mixedOptOuts(rows).length,
  };
}

export function countsOf(texts: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
