import type { Grant, Identifiability } from '../agreement/agreement-schema.ts';
import type { Dataset } from '../catalogue/dataset.ts';
import type { Derivation } from '../catalogue/derivation.ts';

/** A column as the release declares it: what it says it is. */
export interface DeclaredColumn {
  readonly name: string;
  readonly of: 'own' | 'pds' | 'match';
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
  /** Set where the applicant's study id says whose a row is, and nothing else may that is not granted. */
  readonly key?: 'STUDY_ID';
  /** What the agreement lets be told of how a participant was found. */
  readonly matchGrant?: readonly string[];
  readonly declared: readonly DeclaredColumn[];
  /** What a tracking report has before these: the applicant’s own study id, and what it says of an event. */
  readonly leading?: readonly string[];
}
