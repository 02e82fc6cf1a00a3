import { type CatalogueColumn, type Dataset, findColumn } from './dataset.ts';
import type { RestrictedCodes } from './restricted-codes.ts';

/** The datasets that this custodian holds, by name; and the codes in them that the law restricts, where there is a list. */
export type Catalogue = ReadonlyMap<string, Dataset> & { readonly restrictedCodes?: RestrictedCodes | undefined };

/** The dataset of demographics that every other one is joined with. */
export const PDS = 'pds';

/** A column as a field of some dataset names it: its own, or of PDS. */
export interface ColumnOf {
  readonly dataset: Dataset;
  readonly column: CatalogueColumn;
  /** Whether it comes from PDS by a join (`pds.gender`), not from the dataset itself. */
  readonly joined: boolean;
}

/** Finds `ADMIDATE` or `pds.gender` for a field of `dataset`; undefined if the catalogue has no such column. */
export function resolveColumn(catalogue: Catalogue, dataset: Dataset, reference: string): ColumnOf | undefined {
  const joined = /^pds\./i.test(reference);
  const owner = joined ? catalogue.get(PDS) : dataset;
  const column = owner === undefined ? undefined : findColumn(owner, joined ? reference.slice(4) : reference);
  return owner === undefined || column === undefined
    ? undefined
    : { dataset: owner, column, joined: joined && dataset.dataset !== PDS };
}
