import { CHANGES_HEADER, changeCells } from './changes.ts';
import type { IndexedRegister } from './indexed-register.ts';
import { type RegisterTable, type ReleaseTables, releaseTables } from './layouts/data-release-register.ts';
import { type UsesTables, usesTables } from './layouts/data-uses-register.ts';
import { MIXED_HEADER, type MixedOptOutList, mixedCells } from './mixed-opt-outs.ts';
import { again } from './store/again.ts';

/** The tables of a publication: those of both workbooks, and every one as the CSV file that it is. */
export interface PublicationTables {
  readonly release: ReleaseTables;
  readonly uses: UsesTables;
  readonly files: readonly { readonly path: string; readonly table: RegisterTable }[];
}

export function publicationTables(indexed: IndexedRegister, mixed: MixedOptOutList): PublicationTables {
  const [release, uses] = [releaseTables(indexed), usesTables(indexed)];
  const changes = again(() => cellsOfAll(indexed.changes.ofRange(), changeCells));
  const mixedRows = again(() => cellsOfAll(mixed, mixedCells));
  const files = [
    ...Object.values(release).map((table) => ({ path: `data-release-register.${table.name}.csv`, table })),
    ...Object.values(uses).map((table) => ({ path: `data-uses-register.${table.name}.csv`, table })),
    { path: 'changes.csv', table: { name: 'Changes', header: CHANGES_HEADER, rows: changes } },
    { path: 'mixed-opt-outs.csv', table: { name: 'MixedOptOuts', header: MIXED_HEADER, rows: mixedRows } },
  ];
  return { release, uses, files };
}

function* cellsOfAll<T>(items: Iterable<T>, cellsOf: (item: T) => string[]): Generator<readonly string[]> {
  for (const item of items) yield cellsOf(item);
}
