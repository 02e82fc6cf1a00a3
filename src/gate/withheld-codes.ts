import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { type Catalogue, resolveColumn } from '../catalogue/catalogue.ts';
import { problemAt } from '../kernel/document.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { selectionsOf } from '../pipeline/pipeline-schema.ts';
import type { Refusal } from './refusal.ts';

/**
 * A tracking report has no way yet to leave out rows with restricted codes, or to coarsen rare ones: where it would
 * have to, it may not run. A row goes whole, whether its codes are asked for or not, so a dataset that has columns of
 * codes is one of which rows would have to be left out.
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
          const isCode = (name: string): boolean => {
            const concept = resolveColumn(catalogue, dataset, name)?.column.concept;
            return concept === 'icd10' || concept === 'opcs4';
          };
          const holdsCodes = selection.fields.some(({ from }) => isCode(from));
          const hasCodes = dataset.columns.some(({ name }) => isCode(name));
          const withholds = catalogue.restrictedCodes !== undefined && grant.restricted_codes.withhold;
          const coarsens = grant.rare_codes !== undefined;
          return (withholds && hasCodes) || (coarsens && holdsCodes)
            ? [
                problemAt(
                  document,
                  [...path],
                  'withheld-codes',
                  `a tracking report can't withhold legally restricted or rare codes of ${selection.dataset}`,
                  withholds && hasCodes
                    ? 'ask for an extract or a bespoke linkage, which can'
                    : 'leave its code columns out, or ask for an extract',
                ),
              ]
            : [];
        }),
  );
}
