import type { DateRange } from '../kernel/date-range.ts';
import type { Problem } from '../kernel/problem.ts';
import type { Described, Edition, Imported } from '../ledger/register-entries.ts';
import { columnName } from '../spreadsheet/cell-text.ts';
import type { ReadSheet } from '../spreadsheet/read-workbook.ts';
import { PURPOSE_FIELDS, PURPOSE_HEADER, RELEASE_HEADER, SHEETS } from './layouts/data-release-register.ts';

/** Where an edition comes from, and how its rows are to be understood. */
export interface EditionSource {
  readonly name: string;
  readonly sha256: string;
  readonly period: DateRange;
  readonly late: string | undefined;
  readonly by: string;
}

export type ImportedEdition =
  | { readonly ok: true; readonly bodies: readonly (Edition | Described | Imported)[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What the entries of a register in the layout of the Data Release Register are: nothing of it is lost or corrected. */
export function importEdition(sheets: readonly ReadSheet[], source: EditionSource): ImportedEdition {
  const problems: Problem[] = [];
  const table = (name: string, header: readonly string[]): Map<number, readonly string[]> => {
    const sheet = sheets.find((each) => each.name === name);
    if (sheet === undefined) {
      problems.push({
        ...at(source.name, name),
        code: 'no-sheet',
        message: `there is no sheet ${name}`,
        hint: 'a register in the layout of the Data Release Register (2014 to 2021) can be imported',
      });
      return new Map();
    }
    const found = cellsOf(sheet, 1, header.length);
    const wrong = header.findIndex((title, column) => (found[column] ?? '') !== title);
    if (wrong >= 0) {
      const message = `column ${columnName(wrong)} is not ${JSON.stringify(header[wrong])}`;
      problems.push({ ...at(source.name, `${name}!${columnName(wrong)}1`), code: 'other-column', message });
    }
    const rows = new Map<number, readonly string[]>();
    for (const row of [...sheet.rows.keys()].filter((each) => each > 1).sort((a, b) => a - b)) {
      const beyond = [...(sheet.rows.get(row)?.keys() ?? [])].find((column) => column >= header.length);
      if (beyond !== undefined) {
        const message = 'there is a cell beyond the columns of the layout, which would be lost';
        problems.push({ ...at(source.name, `${name}!${columnName(beyond)}${row}`), code: 'beyond', message });
      }
      rows.set(row - 1, cellsOf(sheet, row, header.length));
    }
    return rows;
  };
  const releases = table(SHEETS.releases, RELEASE_HEADER);
  const purposes = table(SHEETS.purposes, PURPOSE_HEADER);
  const amendments = table(SHEETS.amendments, RELEASE_HEADER);
  problems.push(...rowProblems(releases, SHEETS.releases, source.name));
  problems.push(...purposeProblems(purposes, source.name));
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, 50) };
  const notes = [SHEETS.readme, SHEETS.title, SHEETS.terms].flatMap((name) => {
    const sheet = sheets.find((each) => each.name === name);
    const cells = [...(sheet?.rows ?? [])].flatMap(([row, texts]) =>
      [...texts].map(([column, text]): [string, string] => [`${columnName(column)}${row}`, text]),
    );
    return cells.length === 0 ? [] : [{ sheet: name, cells }];
  });
  const { name, sha256: edition, period, late, by } = source;
  return {
    ok: true,
    bodies: [
      {
        ...{ kind: 'edition', edition, name, period, rows: releases.size + amendments.size },
        ...{ agreements: purposes.size, notes, ...(late === undefined ? {} : { late }), by },
      },
      ...[...purposes].map(([row, cells]) => describedOf(cells, edition, row)),
      ...[...releases].map(([row, cells]) => importedOf(cells, edition, 'releases', row)),
      ...[...amendments].map(([row, cells]) => importedOf(cells, edition, 'amendments', row)),
    ],
  };
}

function cellsOf(sheet: ReadSheet, row: number, width: number): string[] {
  return Array.from({ length: width }, (_, column) => sheet.rows.get(row)?.get(column) ?? '');
}

function importedOf(cells: readonly string[], edition: string, sheet: Imported['sheet'], row: number): Imported {
  return { kind: 'imported', edition, sheet, row, cells: cells.map((cell) => (cell === '' ? null : cell)) };
}

function describedOf(cells: readonly string[], edition: string, row: number): Described {
  const said = Object.fromEntries(
    PURPOSE_FIELDS.flatMap((field, column) => (cells[column] ? [[field, cells[column]]] : [])),
  );
  return { kind: 'described', ...(said as Pick<Described, 'agreement' | 'organisation'>), edition, row };
}

function rowProblems(rows: ReadonlyMap<number, readonly string[]>, sheet: string, file: string): Problem[] {
  const seen = new Map<string, number>();
  return [...rows].flatMap(([row, [id = '']]) => {
    const place = at(file, `${sheet}!A${row + 1}`);
    if (id === '') return [{ ...place, code: 'no-row-id', message: 'this row has no RowID' }];
    const twin = seen.get(id);
    seen.set(id, row);
    if (twin === undefined) return [];
    return [{ ...place, code: 'row-id-twice', message: `this RowID stands in row ${twin + 1} as well` }];
  });
}

function purposeProblems(rows: ReadonlyMap<number, readonly string[]>, file: string): Problem[] {
  const seen = new Set<string>();
  return [...rows].flatMap(([row, [reference = '', organisation = '']]) => {
    const place = at(file, `${SHEETS.purposes}!A${row + 1}`);
    if (reference === '' || organisation === '')
      return [{ ...place, code: 'no-reference', message: 'this statement has no reference or no organisation' }];
    const twice = seen.has(reference);
    seen.add(reference);
    return twice ? [{ ...place, code: 'reference-twice', message: 'this reference has a statement above' }] : [];
  });
}

function at(file: string, path: string): { readonly file: string; readonly path: string } {
  return { file, path };
}
