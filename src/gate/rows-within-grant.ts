import type { Grant, Identifiability } from '../agreement/agreement-schema.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { type CatalogueColumn, type Dataset, findColumn } from '../catalogue/dataset.ts';
import { problemAt, quoted } from '../kernel/document.ts';
import {
  type Comparison,
  type Condition,
  comparisonValues,
  type PlacedComparison,
  placedComparisons,
  toCondition,
} from '../relation/condition.ts';
import type { Asking } from './asking.ts';
import { clauseOf } from './clause.ts';
import { permits } from './permits.ts';
import type { Refusal } from './refusal.ts';

/** What is asked of one dataset's rows, by a product or by a cohort. */
interface Rows {
  readonly period?: { readonly from: string; readonly to: string } | undefined;
  readonly where?: Parameters<typeof toCondition>[0];
}

/** As what the rows go out: a cohort only chooses them, and `named` says whether identifiers may lie beside them. */
interface Outcome {
  readonly identifiability: Identifiability | 'cohort';
  readonly named: boolean;
}

/** The years and rows asked for are granted. */
export function rowRefusals(
  rows: Rows,
  grant: Grant,
  path: readonly PropertyKey[],
  { identifiability, named }: Outcome,
  { pipeline, agreement, catalogue }: Asking,
): Refusal[] {
  const dataset = catalogue.get(grant.dataset);
  if (dataset === undefined) return [];
  const at = (place: readonly PropertyKey[], code: string, message: string, hint: string): Refusal =>
    problemAt(pipeline.document, [...path, ...place], code, message, hint);
  const clause = clauseOf(agreement, grant);
  const refusals: Refusal[] = [];
  if (dataset.date !== undefined && grant.period === undefined) {
    refusals.push(
      at(
        ['period'],
        'period-not-granted',
        `the agreement grants no period of ${grant.dataset}`,
        `add period: to ${clause}`,
      ),
    );
  }
  if (rows.period !== undefined && grant.period !== undefined) {
    const { from, to } = grant.period;
    if (rows.period.from < from || rows.period.to > to) {
      refusals.push(
        at(
          ['period'],
          'period-not-granted',
          `${rows.period.from} to ${rows.period.to} is not within the period granted`,
          `${clause} period is ${from} to ${to}`,
        ),
      );
    }
  }
  const limit = toCondition(grant.where);
  for (const placed of placedComparisons(rows.where)) {
    const place = ['where', ...placed.path];
    const column = findColumn(dataset, placed.comparison.column);
    if (column === undefined) continue;
    if (!mayChooseBy(column, placed, dataset, grant)) {
      refusals.push(
        at(
          place,
          'condition-not-granted',
          `rows can't be chosen by ${column.name}, which is not granted: the choice would give its value away`,
          `${clause} fields must name the column; its where applies without being repeated`,
        ),
      );
    } else if (column.class === 'identifier' && identifiability !== 'identifiable') {
      refusals.push(
        at(
          place,
          'condition-on-identifier',
          `rows can't be chosen by ${column.name}, an identifier`,
          'give a cohort instead',
        ),
      );
    } else if (column.class === 'restricted' && named) {
      refusals.push(at(place, 'restricted-with-identifier', ...restrictedChoice(column)));
    }
    refusals.push(
      ...valuesOutside(placed, column, limit).map((value) =>
        at(
          place,
          'rows-not-granted',
          `rows with ${column.name} ${quoted(value)} are not granted`,
          `${clause} where says which are`,
        ),
      ),
    );
  }
  return [...refusals, ...(named ? restrictedLimits(grant, dataset, agreement) : [])];
}

/** Where the agreement itself limits identifiable data by a restricted column, every row tells of it. */
function restrictedLimits(grant: Grant, dataset: Dataset, { agreement, document }: LoadedAgreement): Refusal[] {
  const clause = ['datasets', agreement.datasets.indexOf(grant), 'where'];
  return placedComparisons(grant.where, clause).flatMap(({ comparison, path }) => {
    const column = findColumn(dataset, comparison.column);
    return column?.class === 'restricted'
      ? [problemAt(document, path, 'restricted-with-identifier', ...restrictedChoice(column))]
      : [];
  });
}

function restrictedChoice({ name }: CatalogueColumn): [message: string, hint: string] {
  return [
    `rows of identifiable data can't be chosen by ${name}, which is legally restricted`,
    'the choice would give the code out with the person',
  ];
}

/**
 * Choosing rows by a column tells its value of every row that comes out. So the column must be granted as it is; a
 * coarser form is not enough, and neither is that the agreement itself limits the rows by it, unless the pipeline only
 * repeats that. The dataset's own date may be used: the period chooses by it.
 */
function mayChooseBy(column: CatalogueColumn, placed: PlacedComparison, dataset: Dataset, grant: Grant): boolean {
  const name = column.name.toUpperCase();
  return (
    name === dataset.date?.toUpperCase() ||
    grant.fields.some((field) => field.as === undefined && field.from.toUpperCase() === name) ||
    placedComparisons(grant.where).some((clause) => repeats(placed, clause))
  );
}

function repeats(placed: PlacedComparison, clause: PlacedComparison): boolean {
  const both = [placed, clause];
  return (
    both.every(({ path, negated }) => !path.includes('any_of') && !negated) &&
    spelling(placed.comparison) === spelling(clause.comparison)
  );
}

function spelling(comparison: Comparison): string {
  const values = 'values' in comparison ? [...new Set(comparison.values)].sort() : comparisonValues(comparison);
  return JSON.stringify([
    comparison.column.toUpperCase(),
    comparison.kind,
    values,
    comparison.kind === 'is_null' && comparison.is,
  ]);
}

/** The values that the pipeline names and asks for, in spite of the agreement's `where`. */
function valuesOutside(placed: PlacedComparison, column: CatalogueColumn, limit: Condition | undefined): string[] {
  const { comparison, negated } = placed;
  const asksFor = negated ? comparison.kind === 'not_in' : comparison.kind !== 'not_in';
  if (limit === undefined || !asksFor) return [];
  return comparisonValues(comparison).filter((value) => permits(limit, column, value) === false);
}
