import { parseCalendarDate } from '../kernel/calendar-date.ts';
import type { Document } from '../kernel/document.ts';
import { problemAt, quoted } from '../kernel/document.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Problem } from '../kernel/problem.ts';
import type { Condition } from '../relation/condition.ts';
import { type CatalogueColumn, type Dataset, findColumn } from './dataset.ts';

/** What is wrong with a condition on a dataset: unknown columns, values that the column's type can't have. */
export function checkCondition(
  condition: Condition | undefined,
  dataset: Dataset,
  document: Document,
  path: readonly PropertyKey[],
): Problem[] {
  if (condition === undefined) return [];
  switch (condition.kind) {
    case 'all_of':
    case 'any_of':
      return condition.of.flatMap((inner) => checkCondition(inner, dataset, document, path));
    case 'not':
      return checkCondition(condition.of, dataset, document, path);
    default: {
      const place = [...path, condition.column];
      const column = findColumn(dataset, condition.column);
      if (column === undefined) return [unknownColumn(dataset, condition.column, document, place)];
      return checkValues(condition, column, document, place);
    }
  }
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
  condition: Exclude<Condition, { kind: 'all_of' | 'any_of' | 'not' }>,
  column: CatalogueColumn,
  document: Document,
  path: readonly PropertyKey[],
): Problem[] {
  if (condition.kind === 'is_null') return [];
  if (condition.kind === 'starts_with' && column.type !== 'text') {
    return [
      problemAt(
        document,
        path,
        'condition-type',
        `starts_with needs a text column; ${column.name} is of type ${column.type}`,
      ),
    ];
  }
  const bad = conditionValues(condition).find((value) => !isOfType(value, column.type));
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

/** The values that a comparison names. */
export function conditionValues(
  condition: Exclude<Condition, { kind: 'all_of' | 'any_of' | 'not' | 'is_null' }>,
): readonly string[] {
  switch (condition.kind) {
    case 'in':
    case 'not_in':
    case 'starts_with':
      return condition.values;
    case 'between':
      return [condition.low, condition.high];
    case 'at_least':
    case 'at_most':
      return [condition.value];
  }
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
