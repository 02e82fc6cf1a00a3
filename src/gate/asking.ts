import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';

/** What asks and what grants, and the catalogue that says what either means: refusals are made of these. */
export interface Asking {
  readonly pipeline: LoadedPipeline;
  readonly agreement: LoadedAgreement;
  readonly catalogue: Catalogue;
}
