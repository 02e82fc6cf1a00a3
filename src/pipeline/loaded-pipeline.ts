import type { Document } from '../kernel/document.ts';
import type { Pipeline } from './pipeline-schema.ts';

/** A pipeline together with the file that it was read from. */
export interface LoadedPipeline {
  readonly pipeline: Pipeline;
  readonly document: Document;
}
