import { type Dataset, findColumn } from '../catalogue/dataset.ts';

/** What the checks of the documents, or the other steps of a plan, made sure that there is. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a plan lacks what the checks, or its other steps, made sure of');
  return value;
}

/** The column as the catalogue spells it. */
export function columnName(dataset: Dataset, name: string): string {
  return must(findColumn(dataset, name)).name;
}
