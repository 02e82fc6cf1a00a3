import { parseCalendarDate } from '../kernel/calendar-date.ts';
import type { Document } from '../kernel/document.ts';
import { problemAt, quoted } from '../kernel/document.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Problem } from '../kernel/problem.ts';
import { type Comparison, comparisonValues, placedComparisons, type Where } from '../relation/condition.ts';
import { type CatalogueColumn, type Dataset, findColumn } from './dataset.ts';

/** What is wrong with a `where` on a dataset: unknown columns, values that the column's type can't have. */
export function checkWhere(
  where: Where | undefined,
  dataset: Dataset,
  document: Document,
  path: readonly PropertyKey[],
): Problem[] {
  return placedComparisons(where, path).flatMap(({ comparison, path: place }) => {
    const column = findColumn(dataset, comparison.column);
    return column === undefined
      ? [unknownColumn(dataset, comparison.column, document, place)]
      : checkValues(comparison, column, document, place);
  });
}

/** That a dataset has no such column, with the nearest name it has. */
export function unknownColumn(
  dataset: Dataset,
  name: string,
  document: Document,
  path: readonly PropertyKey[],
): Problem {
  const near = nearest(
    name,
    dataset.columns.map((column) => column.name),
  );
  return problemAt(
    document,
    path,
    'unknown-column',
    `${dataset.dataset} has no column ${quoted(name)} in the catalogue`,
    near === undefined ? `dars catalogue show ${dataset.dataset} lists its columns` : `did you mean ${near}?`,
  );
}

function checkValues(
  comparison: Comparison,
  column: CatalogueColumn,
  document: Document,
  path: readonly PropertyKey[],
): Problem[] {
  if (comparison.kind === 'starts_with' && column.type !== 'text') {
    return [
      problemAt(
        document,
        path,
        'condition-type',
        `starts_with needs a text column; ${column.name} is of type ${column.type}`,
      ),
    ];
  }
  const bad = comparisonValues(comparison).find((value) => !isOfType(value, column.type));
  if (bad === undefined) return [];
  const hint = column.type === 'date' ? 'write dates as YYYY-MM-DD' : 'write a number';
  return [
    problemAt(
      document,
      path,
      'condition-type',
      `${quoted(bad)} is not of the type of ${column.name}, ${column.type}`,
      hint,
    ),
  ];
}

function isOfType(value: string, type: CatalogueColumn['type']): boolean {
  switch (type) {
    case 'text':
      return !value.includes('\u0000');
    case 'integer':
    case 'decimal':
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(value);
    case 'date':
      return parseCalendarDate(value) !== undefined;
  }
}
