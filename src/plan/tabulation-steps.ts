import type { Grant } from '../agreement/agreement-schema.ts';
import { askedRules, grantedRules } from '../agreement/disclosure-rules.ts';
import type { Dataset } from '../catalogue/dataset.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import type { Tabulation } from '../pipeline/tabulation-schema.ts';
import { conditionColumns } from '../relation/condition.ts';
import type { Clauses } from './clauses.ts';
import type { Step } from './plan.ts';
import { tabulationSpec } from './tabulation-spec.ts';

/** Counting, and what makes the counts fit to leave. */
export function tabulationSteps(
  product: Tabulation,
  path: readonly PropertyKey[],
  grant: Grant,
  key: readonly string[],
  dataset: Dataset,
  clauses: Clauses,
  mayBeNational: boolean,
): Step[] {
  const rules = askedRules(grantedRules(grant.disclosure), product.disclosure);
  return [
    {
      kind: 'tabulate',
      tabulation: tabulationSpec(product, dataset, mayBeNational ? rules.national : []),
      key,
      reason: clauses.pipeline([...path, 'tables'], 'people and rows are counted, a person once a cell'),
    },
    {
      kind: 'control',
      rules,
      reason: clauses.grant(
        grant,
        'disclosure',
        `disclosure control by the rule set ${rules.rules}; then an audit of what would be published`,
      ),
    },
  ];
}

/**
 * Whether the rows are those of the whole nation: no cohort, and no choice but by the dataset's own date and by columns
 * that the agreement lets national figures be shown by.
 */
export function isOfAll(
  select: readonly Step[],
  grant: Grant,
  { pipeline }: LoadedPipeline,
  dataset: Dataset,
): boolean {
  const harmless = [...grantedRules(grant.disclosure).national, dataset.date ?? ''].map((name) => name.toUpperCase());
  return (
    pipeline.cohort === undefined &&
    select
      .flatMap((step) => (step.kind === 'select-rows' ? conditionColumns(step.condition) : []))
      .every((name) => harmless.includes(name.toUpperCase()))
  );
}
