import { PDS } from '../catalogue/catalogue.ts';
import { type Pipeline, selectionsOf } from '../pipeline/pipeline-schema.ts';

/** The datasets whose rows a pipeline reads, cohort included, each once; PDS only where it is asked for itself. */
export function usedDatasets(pipeline: Pipeline): string[] {
  const asked = pipeline.products.flatMap((product) =>
    selectionsOf(product, []).map(({ selection }) => selection.dataset),
  );
  const cohort = pipeline.cohort !== undefined && 'dataset' in pipeline.cohort ? [pipeline.cohort.dataset] : [];
  return [...new Set([...asked, ...cohort])];
}

/** The same, with PDS where its columns are joined on. */
export function flowingDatasets(pipeline: Pipeline): string[] {
  const joins = pipeline.products
    .flatMap((product) => selectionsOf(product, []))
    .some(({ selection }) => selection.fields.some(({ from }) => /^pds\./i.test(from)));
  return [...new Set([...usedDatasets(pipeline), ...(joins ? [PDS] : [])])];
}
