import type { Grant, Identifiability } from '../agreement/agreement-schema.ts';
import type { Dataset } from '../catalogue/dataset.ts';
import type { Derivation } from '../catalogue/derivation.ts';

/** A column as the release declares it: what it says it is. */
export interface DeclaredColumn {
  readonly name: string;
  readonly of: 'own' | 'pds';
  readonly from: string;
  readonly as: Derivation | undefined;
}

/** All that the airlock may know: the grant and what the file declares to be; never the plan that made it. */
export interface AirlockBrief {
  readonly dataset: Dataset;
  readonly pds: Dataset;
  readonly grant: Grant;
  readonly pdsGrant: Grant | undefined;
  readonly identifiability: Identifiability;
  readonly declared: readonly DeclaredColumn[];
  /** Columns that the product itself brings: the applicant’s own study id, and what it says of an event. */
  readonly leading?: readonly string[];
}
