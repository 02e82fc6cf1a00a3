import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { type Catalogue, resolveColumn } from '../catalogue/catalogue.ts';
import { problemAt } from '../kernel/document.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { selectionsOf } from '../pipeline/pipeline-schema.ts';
import type { Refusal } from './refusal.ts';

/**
 * A tracking report has no way yet to leave out rows with restricted codes, or to coarsen rare ones: where it would
 * have to, it may not run.
 */
export function withheldCodeRefusals(
  { pipeline, document }: LoadedPipeline,
  { agreement }: LoadedAgreement,
  catalogue: Catalogue,
): Refusal[] {
  return pipeline.products.flatMap((product, index) =>
    product.product !== 'tracking'
      ? []
      : selectionsOf(product, ['products', index]).flatMap(({ selection, path }) => {
          const dataset = catalogue.get(selection.dataset);
          const grant = agreement.datasets.find((each) => each.dataset === selection.dataset);
          if (dataset === undefined || grant === undefined) return [];
          const holdsCodes = selection.fields.some((field) => {
            const concept = resolveColumn(catalogue, dataset, field.from)?.column.concept;
            return concept === 'icd10' || concept === 'opcs4';
          });
          const mustWithhold =
            (catalogue.restrictedCodes !== undefined && grant.restricted_codes.withhold) ||
            grant.rare_codes !== undefined;
          return holdsCodes && mustWithhold
            ? [
                problemAt(
                  document,
                  [...path],
                  'withheld-codes',
                  `a tracking report can't withhold legally restricted or rare codes of ${selection.dataset}`,
                  'leave its code columns out, or ask for an extract',
                ),
              ]
            : [];
        }),
  );
}
