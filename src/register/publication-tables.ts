import { CHANGES_HEADER, changeCells, changesOfRange } from './changes.ts';
import { type RegisterTable, releaseTables } from './layouts/data-release-register.ts';
import { usesTables } from './layouts/data-uses-register.ts';
import { MIXED_HEADER, mixedCells, mixedOptOuts } from './mixed-opt-outs.ts';
import type { Register } from './register.ts';
import { rowsOfRange } from './register-views.ts';

/** Every table of a publication that is a CSV file: its path, and what it holds. */
export function publicationTables(register: Register): { readonly path: string; readonly table: RegisterTable }[] {
  const releases = Object.values(releaseTables(register));
  const uses = Object.values(usesTables(register));
  const changes = changesOfRange(register).map(changeCells);
  const mixed = mixedOptOuts(rowsOfRange(register)).map(mixedCells);
  return [
    ...releases.map((table) => ({ path: `data-release-register.${table.name}.csv`, table })),
    ...uses.map((table) => ({ path: `data-uses-register.${table.name}.csv`, table })),
    { path: 'changes.csv', table: { name: 'Changes', header: CHANGES_HEADER, rows: changes } },
    { path: 'mixed-opt-outs.csv', table: { name: 'MixedOptOuts', header: MIXED_HEADER, rows: mixed } },
  ];
}
