import { CHANGES_HEADER, changeCells, changesOfRange } from './changes.ts';
import { type RegisterTable, type ReleaseTables, releaseTables } from './layouts/data-release-register.ts';
import { type UsesTables, usesTables } from './layouts/data-uses-register.ts';
import { MIXED_HEADER, mixedCells, mixedOptOuts } from './mixed-opt-outs.ts';
import type { Register } from './register.ts';
import { rowsOfRange } from './register-views.ts';

/** The tables of a publication: those of both workbooks, and every one as the CSV file that it is. */
export interface PublicationTables {
  readonly release: ReleaseTables;
  readonly uses: UsesTables;
  readonly files: readonly { readonly path: string; readonly table: RegisterTable }[];
}

export function publicationTables(register: Register): PublicationTables {
  const [release, uses] = [releaseTables(register), usesTables(register)];
  const changes = changesOfRange(register).map(changeCells);
  const mixed = mixedOptOuts(rowsOfRange(register)).map(mixedCells);
  const files = [
    ...Object.values(release).map((table) => ({ path: `data-release-register.${table.name}.csv`, table })),
    ...Object.values(uses).map((table) => ({ path: `data-uses-register.${table.name}.csv`, table })),
    { path: 'changes.csv', table: { name: 'Changes', header: CHANGES_HEADER, rows: changes } },
    { path: 'mixed-opt-outs.csv', table: { name: 'MixedOptOuts', header: MIXED_HEADER, rows: mixed } },
  ];
  return { release, uses, files };
}
