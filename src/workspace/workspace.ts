import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Document } from '../kernel/document.ts';
import type { Problem } from '../kernel/problem.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import type { WorkspaceFile } from './workspace-schema.ts';

/** A folder with `dars.yaml`, read whole. */
export interface Workspace {
  /** Absolute. */
  readonly root: string;
  /** `dars.yaml`, for messages. */
  readonly name: string;
  /** The same as it was read, for the places of what is wrong with it. */
  readonly document: Document;
  readonly file: WorkspaceFile;
  readonly catalogue: Catalogue;
  readonly agreements: readonly LoadedAgreement[];
  readonly pipelines: readonly LoadedPipeline[];
  /** What is wrong with pipelines; anything else wrong with the workspace keeps it from being read at all. */
  readonly pipelineProblems: readonly Problem[];
}
