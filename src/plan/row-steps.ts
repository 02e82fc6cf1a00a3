import type { Grant } from '../agreement/agreement-schema.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Dataset } from '../catalogue/dataset.ts';
import type { Selection } from '../pipeline/pipeline-schema.ts';
import { type Condition, toCondition } from '../relation/condition.ts';
import { columnName } from './checked.ts';
import type { Clauses } from './clauses.ts';
import type { OutputColumn, Step } from './plan.ts';

/** Period and rows: the agreement's always apply on top of the pipeline's. */
export function selectionSteps(
  selection: Selection,
  path: readonly PropertyKey[],
  dataset: Dataset,
  grant: Grant,
  clauses: Clauses,
): Step[] {
  const steps: Step[] = [];
  if (dataset.date !== undefined) {
    const column = columnName(dataset, dataset.date);
    if (grant.period !== undefined) {
      steps.push({
        kind: 'select-period',
        column,
        ...grant.period,
        reason: clauses.grant(grant, 'period', 'the years that the agreement grants'),
      });
    }
    if (selection.period !== undefined) {
      const { from, to } = selection.period;
      steps.push({
        kind: 'select-period',
        column,
        from,
        to,
        reason: clauses.pipeline([...path, 'period'], 'the period asked for'),
      });
    }
  }
  const granted = toCondition(grant.where);
  const asked = toCondition(selection.where);
  if (granted !== undefined) {
    steps.push({
      kind: 'select-rows',
      condition: canonical(granted, dataset),
      reason: clauses.grant(grant, 'where', 'the rows that the agreement grants'),
    });
  }
  if (asked !== undefined) {
    steps.push({
      kind: 'select-rows',
      condition: canonical(asked, dataset),
      reason: clauses.pipeline([...path, 'where'], 'the rows asked for'),
    });
  }
  return steps;
}

/** The condition with every column spelt as the catalogue spells it. */
function canonical(condition: Condition, dataset: Dataset): Condition {
  switch (condition.kind) {
    case 'all_of':
    case 'any_of':
      return { kind: condition.kind, of: condition.of.map((inner) => canonical(inner, dataset)) };
    case 'not':
      return { kind: 'not', of: canonical(condition.of, dataset) };
    default:
      return { ...condition, column: columnName(dataset, condition.column) };
  }
}

/** Rows with a legally restricted code, in whichever position, stay where they are, unless granted. */
export function restrictedSteps(
  dataset: Dataset,
  grant: Grant,
  { restrictedCodes: list }: Catalogue,
  clauses: Clauses,
): Step[] {
  if (list === undefined || !grant.restricted_codes.withhold) return [];
  const columns = dataset.columns.flatMap(({ name, concept }) =>
    (concept === 'icd10' || concept === 'opcs4') && list.codes[concept].length > 0 ? [{ name, system: concept }] : [],
  );
  if (columns.length === 0) return [];
  return [
    {
      kind: 'withhold-restricted',
      columns,
      list,
      reason: clauses.grant(
        grant,
        'restricted_codes',
        'rows with a code that the law restricts are withheld whole, so that no other column gives it away',
      ),
    },
  ];
}

/** Codes of few people go out in a coarser form, or not at all, as the agreement says. */
export function rareCodeSteps(
  dataset: Dataset,
  grant: Grant,
  columns: readonly OutputColumn[],
  clauses: Clauses,
): Step[] {
  const { rare_codes: rare } = grant;
  const coded = columns.filter(({ of, concept }) => of === 'own' && (concept === 'icd10' || concept === 'opcs4'));
  if (rare === undefined || coded.length === 0) return [];
  return [
    {
      kind: 'coarsen-rare-codes',
      ...rare,
      positions: dataset.columns.flatMap(({ name, concept }) =>
        coded.some((each) => each.concept === concept) && (concept === 'icd10' || concept === 'opcs4')
          ? [{ name, system: concept }]
          : [],
      ),
      columns: coded.map(({ name }) => name),
      reason: clauses.grant(
        grant,
        'rare_codes',
        `codes of fewer than ${rare.below} people in the full source are ${rare.instead === 'blank' ? 'left blank' : 'given out in a form that as many stand behind, or left blank'}`,
      ),
    },
  ];
}
