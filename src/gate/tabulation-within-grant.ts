import type { Grant } from '../agreement/agreement-schema.ts';
import { askedRules, grantedRules, IMPOSSIBLE, isImpossible, weakerThan } from '../agreement/disclosure-rules.ts';
import { resolveColumn } from '../catalogue/catalogue.ts';
import { problemAt } from '../kernel/document.ts';
import { fieldPath, type Selection } from '../pipeline/pipeline-schema.ts';
import type { Tabulation } from '../pipeline/tabulation-schema.ts';
import type { Asking } from './asking.ts';
import { clauseOf } from './clause.ts';
import type { Refusal } from './refusal.ts';

/** Rules no weaker than the agreement's, and nothing counted by what names a person. */
export function tabulationRefusals(
  product: Tabulation,
  selection: Selection,
  grant: Grant,
  path: readonly PropertyKey[],
  { pipeline, agreement, catalogue }: Asking,
): Refusal[] {
  const granted = grantedRules(grant.disclosure);
  const clause = clauseOf(agreement, grant);
  const asked = askedRules(granted, product.disclosure);
  const impossible = isImpossible(asked)
    ? [
        problemAt(
          pipeline.document,
          [...path, 'disclosure', 'width'],
          'rules-impossible',
          IMPOSSIBLE,
          'ask for a lower width',
        ),
      ]
    : [];
  const weak = weakerThan(asked, granted).map((parameter) =>
    problemAt(
      pipeline.document,
      [...path, 'disclosure', parameter],
      'rules-not-granted',
      `${parameter} is weaker than the agreement’s rules for tabulations allow`,
      `${clause} disclosure: ${granted.rules}; a pipeline may only be stricter`,
    ),
  );
  const dataset = catalogue.get(grant.dataset);
  const named = selection.fields.flatMap((field, index) => {
    const column = dataset === undefined ? undefined : resolveColumn(catalogue, dataset, field.from)?.column;
    if (column?.class !== 'identifier' || field.as !== undefined) return [];
    return [
      problemAt(
        pipeline.document,
        fieldPath(selection, path, index),
        'counted-by-identifier',
        `${column.name} names a person, and nothing is counted by it`,
        'count by a coarser form of it: as: …',
      ),
    ];
  });
  return [...weak, ...impossible, ...named];
}
