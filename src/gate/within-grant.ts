import type { Grant, Identifiability } from '../agreement/agreement-schema.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { type Catalogue, PDS, resolveColumn } from '../catalogue/catalogue.ts';
import { conditionValues } from '../catalogue/check-condition.ts';
import { type Dataset, findColumn } from '../catalogue/dataset.ts';
import { type Derivation, grants } from '../catalogue/derivation.ts';
import { problemAt, quoted } from '../kernel/document.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { type Product, type Selection, selectionsOf } from '../pipeline/pipeline-schema.ts';
import { type Condition, conditionColumns, toCondition } from '../relation/condition.ts';
import type { Refusal } from './gate.ts';
import { permits } from './permits.ts';

const DETAIL: Readonly<Record<Identifiability, number>> = { aggregated: 0, pseudonymised: 1, identifiable: 2 };

/** Everything asked is granted: product, dataset, identifiability, year, row, field. Never a silent intersection. */
export function grantRefusals(pipeline: LoadedPipeline, agreement: LoadedAgreement, catalogue: Catalogue): Refusal[] {
  const { cohort, products } = pipeline.pipeline;
  const refusals = products.flatMap((product, index) =>
    selectionsOf(product, ['products', index]).flatMap(({ selection, path }) =>
      selectionRefusals(selection, path, product, pipeline, agreement, catalogue),
    ),
  );
  if (cohort !== undefined && 'dataset' in cohort) {
    refusals.push(...rowRefusals({ ...cohort, fields: [] }, ['cohort'], undefined, pipeline, agreement, catalogue));
  }
  return refusals;
}

function selectionRefusals(
  selection: Selection,
  path: readonly PropertyKey[],
  product: Product,
  pipeline: LoadedPipeline,
  agreement: LoadedAgreement,
  catalogue: Catalogue,
): Refusal[] {
  const at = (place: readonly PropertyKey[], code: string, message: string, hint: string): Refusal =>
    problemAt(pipeline.document, [...path, ...place], code, message, hint);
  const grant = agreement.agreement.datasets.find((each) => each.dataset === selection.dataset);
  if (grant === undefined) return rowRefusals(selection, path, undefined, pipeline, agreement, catalogue);
  const refusals: Refusal[] = [];
  const clause = clauseOf(agreement, grant);
  if (!grant.products.includes(product.product)) {
    refusals.push(
      at(
        ['product'],
        'product-not-granted',
        `${selection.dataset} is not granted as ${product.product}`,
        `${clause} products grants ${grant.products.join(', ') || 'none'}`,
      ),
    );
  }
  const granted = grant.identifiability ?? 'aggregated';
  const asked = product.identifiability ?? granted;
  if (DETAIL[asked] > DETAIL[granted] || asked === 'aggregated') {
    refusals.push(
      at(
        ['identifiability'],
        'identifiability-not-granted',
        `${product.product} of ${selection.dataset} can't go out ${asked} under a grant of ${granted} data`,
        `${clause} identifiability: ${granted}`,
      ),
    );
  }
  refusals.push(...rowRefusals(selection, path, asked, pipeline, agreement, catalogue));
  refusals.push(...fieldRefusals(selection, path, asked, pipeline, agreement, catalogue));
  return refusals;
}

function rowRefusals(
  selection: Selection,
  path: readonly PropertyKey[],
  identifiability: Identifiability | undefined,
  pipeline: LoadedPipeline,
  agreement: LoadedAgreement,
  catalogue: Catalogue,
): Refusal[] {
  const at = (place: readonly PropertyKey[], code: string, message: string, hint: string): Refusal =>
    problemAt(pipeline.document, [...path, ...place], code, message, hint);
  const grant = agreement.agreement.datasets.find((each) => each.dataset === selection.dataset);
  const dataset = catalogue.get(selection.dataset);
  if (grant === undefined || dataset === undefined) {
    return [
      at(
        ['dataset'],
        'dataset-not-granted',
        `the agreement does not grant ${selection.dataset}`,
        `${agreement.document.file} datasets grants ${agreement.agreement.datasets.map((each) => each.dataset).join(', ')}`,
      ),
    ];
  }
  const refusals: Refusal[] = [];
  const clause = clauseOf(agreement, grant);
  if (dataset.date !== undefined && grant.period === undefined) {
    refusals.push(
      at(
        ['period'],
        'period-not-granted',
        `the agreement grants no period of ${selection.dataset}`,
        `add period: to ${clause}`,
      ),
    );
  }
  if (selection.period !== undefined && grant.period !== undefined) {
    const { from, to } = grant.period;
    if (selection.period.from < from || selection.period.to > to) {
      refusals.push(
        at(
          ['period'],
          'period-not-granted',
          `${selection.period.from} to ${selection.period.to} is not within the period granted`,
          `${clause} period is ${from} to ${to}`,
        ),
      );
    }
  }
  const asked = toCondition(selection.where);
  if (asked === undefined) return refusals;
  const limit = toCondition(grant.where);
  const limited = new Set(limit === undefined ? [] : conditionColumns(limit).map((name) => name.toUpperCase()));
  for (const name of new Set(conditionColumns(asked))) {
    const column = findColumn(dataset, name);
    const known =
      limited.has(name.toUpperCase()) ||
      name.toUpperCase() === dataset.date?.toUpperCase() ||
      grant.fields.some((field) => field.as === undefined && field.from.toUpperCase() === name.toUpperCase());
    if (!known) {
      refusals.push(
        at(
          ['where', name],
          'condition-not-granted',
          `rows can't be chosen by ${column?.name ?? name}, which is not granted: the choice would give its value away`,
          `${clause} fields, or its where, must name the column`,
        ),
      );
    } else if (column?.class === 'identifier' && identifiability !== 'identifiable') {
      refusals.push(
        at(
          ['where', name],
          'condition-on-identifier',
          `rows can't be chosen by ${column.name}, an identifier`,
          'give a cohort instead',
        ),
      );
    }
  }
  if (limit !== undefined) refusals.push(...namedValueRefusals(asked, limit, dataset, path, pipeline, clause));
  return refusals;
}

/** Every value that the pipeline names must itself be one that the agreement's `where` permits. */
function namedValueRefusals(
  asked: Condition,
  limit: Condition,
  dataset: Dataset,
  path: readonly PropertyKey[],
  pipeline: LoadedPipeline,
  clause: string,
): Refusal[] {
  switch (asked.kind) {
    case 'all_of':
    case 'any_of':
      return asked.of.flatMap((inner) => namedValueRefusals(inner, limit, dataset, path, pipeline, clause));
    case 'not':
    case 'not_in':
    case 'is_null':
      return [];
    default: {
      const column = findColumn(dataset, asked.column);
      if (column === undefined) return [];
      return conditionValues(asked)
        .filter((value) => permits(limit, column, value) === false)
        .map((value) =>
          problemAt(
            pipeline.document,
            [...path, 'where', asked.column],
            'rows-not-granted',
            `rows with ${column.name} ${quoted(value)} are not granted`,
            `${clause} where says which are`,
          ),
        );
    }
  }
}

function fieldRefusals(
  selection: Selection,
  path: readonly PropertyKey[],
  identifiability: Identifiability,
  pipeline: LoadedPipeline,
  agreement: LoadedAgreement,
  catalogue: Catalogue,
): Refusal[] {
  const dataset = catalogue.get(selection.dataset);
  if (dataset === undefined) return [];
  const refusals: Refusal[] = [];
  const columns = selection.fields.map((field) => resolveColumn(catalogue, dataset, field.from));
  selection.fields.forEach((field, index) => {
    const found = columns[index];
    if (found === undefined) return;
    const place = [...path, 'fields', index];
    const owner = agreement.agreement.datasets.find(
      (each) => each.dataset === (found.joined ? PDS : selection.dataset),
    );
    if (owner === undefined || !isGranted(owner, found.column.name, found.column.concept, field.as)) {
      const what = field.as === undefined ? found.column.name : `${found.column.name} as ${field.as}`;
      refusals.push(
        problemAt(
          pipeline.document,
          place,
          'field-not-granted',
          `${found.dataset.dataset} ${what} is not granted`,
          owner === undefined
            ? `the agreement grants no fields of ${found.dataset.dataset}`
            : `${clauseOf(agreement, owner)} fields lists what is`,
        ),
      );
    }
  });
  const restricted = columns.findIndex((found) => found?.column.class === 'restricted');
  if (restricted >= 0 && identifiability === 'identifiable') {
    refusals.push(
      problemAt(
        pipeline.document,
        [...path, 'fields', restricted],
        'restricted-with-identifier',
        `${columns[restricted]?.column.name} is legally restricted and can't go out in identifiable data`,
        'ask for pseudonymised data, or leave it out',
      ),
    );
  }
  return refusals;
}

function isGranted(
  grant: Grant,
  column: string,
  concept: Parameters<typeof grants>[0],
  as: Derivation | undefined,
): boolean {
  return grant.fields.some(
    (field) => field.from.toUpperCase() === column.toUpperCase() && grants(concept, field.as, as),
  );
}

function clauseOf(agreement: LoadedAgreement, grant: Grant): string {
  const index = agreement.agreement.datasets.indexOf(grant);
  return `${agreement.document.file}:${agreement.document.lineOf(['datasets', index])} datasets[${index}]`;
}
