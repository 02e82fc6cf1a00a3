import { type IndexedRegister, Is } from './indexed-register.ts';

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

/** `mixed` is how often both answers were given to one organisation, dataset and month. */
export function figuresOf(indexed: IndexedRegister, mixed: number): Figures {
  const { organisationOf, datasetOf } = indexed;
  const counts = {
    prefix: new TextCounts(),
    identifiability: new TextCounts(),
    sensitive: new TextCounts(),
    frequency: new TextCounts(),
    opt_outs: new TextCounts(),
    common_law_duty: new TextCounts(),
    legal_basis: new TextCounts(),
    dataset: new TextCounts(),
  };
  for (const { id, values } of indexed.rows(Is.ofRange)) {
    counts.prefix.add(id.replace(/\d+$/, ''));
    counts.identifiability.add(values.identifiability);
    counts.sensitive.add(values.sensitive);
    counts.frequency.add(values.frequency);
    counts.opt_outs.add(values.opt_outs);
    counts.common_law_duty.add(values.common_law_duty);
    counts.legal_basis.add(values.legal_basis.trim());
    counts.dataset.add(values.dataset);
  }
  const types = new TextCounts();
  let [agreements, pairs] = [0, 0];
  const datasetSeen = new Int32Array(indexed.datasets.size).fill(-1);
  for (let reference = 0; reference < indexed.references.size; reference += 1) {
    let rows = 0;
    for (const row of indexed.rowsUnder(reference)) {
      if (!indexed.has(row, Is.ofRange)) continue;
      rows += 1;
      const dataset = datasetOf[row] ?? -1;
      if (datasetSeen[dataset] !== reference) pairs += 1;
      datasetSeen[dataset] = reference;
    }
    if (rows === 0) continue;
    agreements += 1;
    types.add(indexed.isVersion(reference) ? indexed.versions.type(reference) : '', rows);
  }
  return {
    rows: indexed.count(Is.ofRange),
    organisations: distinct(indexed, organisationOf),
    agreements,
    datasets: distinct(indexed, datasetOf),
    agreement_dataset_pairs: pairs,
    by_row_id_prefix: counts.prefix.inOrder(),
    by_identifiability: counts.identifiability.inOrder(),
    by_sensitivity: counts.sensitive.inOrder(),
    by_frequency: counts.frequency.inOrder(),
    by_opt_outs: counts.opt_outs.inOrder(),
    by_common_law_duty: counts.common_law_duty.inOrder(),
    by_legal_basis: counts.legal_basis.inOrder(),
    by_dataset: counts.dataset.inOrder(),
    by_organisation_type: types.inOrder(),
    mixed_opt_outs: mixed,
  };
}

function distinct(indexed: IndexedRegister, column: Int32Array): number {
  const seen = new Set<number>();
  for (const row of indexed.numbers(Is.ofRange)) seen.add(column[row] ?? -1);
  return seen.size;
}

class TextCounts {
  readonly #counts = new Map<string, number>();

  add(text: string, count = 1): void {
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + count);
  }

  inOrder(): Counts {
    return Object.fromEntries([...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
  }
}
