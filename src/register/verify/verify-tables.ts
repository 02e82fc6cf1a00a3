import type { Problem } from '../../kernel/problem.ts';
import { fittingCell } from '../../spreadsheet/cell-text.ts';
import { type ReadSheet, readWorkbook } from '../../spreadsheet/read-workbook.ts';
import type { Sheet } from '../../spreadsheet/write-workbook.ts';
import { csvOf } from '../csv.ts';
import { releaseSheets } from '../layouts/data-release-register.ts';
import { usesSheets } from '../layouts/data-uses-register.ts';
import { dataUses } from '../layouts/hdr-uk.ts';
import { PATHS } from '../publication.ts';
import { publicationTables } from '../publication-tables.ts';
import type { Register } from '../register.ts';
import { problem } from './publication-problem.ts';
import type { PublicationSource } from './verify-publication.ts';

/** Rows of tables, workbooks and records that are not what the facts of the log say. */
export async function tableProblems(
  source: PublicationSource,
  register: Register,
  custodian: string,
): Promise<Problem[]> {
  const { label } = source;
  const problems: Problem[] = [];
  const tables = publicationTables(register);
  for (const { path, table } of tables.files) {
    const bytes = await source.read(path);
    if (bytes === undefined) continue;
    const expected = csvOf(table.header, table.rows);
    const actual = Buffer.from(bytes).toString('utf8');
    if (actual === expected) continue;
    problems.push(problem(label, 'row', rowMessage(actual, table.header, table.rows), path));
  }
  for (const [path, sheets] of [
    [PATHS.releases, releaseSheets(tables.release, register, custodian)],
    [PATHS.uses, usesSheets(tables.uses)],
  ] as const) {
    const bytes = await source.read(path);
    if (bytes === undefined) continue;
    const message = sheetMessage(readWorkbook(bytes), sheets);
    if (message !== undefined) problems.push(problem(label, 'row', message, path));
  }
  const json = await source.read(PATHS.dataUses);
  if (json !== undefined) {
    const message = recordMessage(Buffer.from(json).toString('utf8'), [...dataUses(register, custodian)]);
    if (message !== undefined) problems.push(problem(label, 'row', message, PATHS.dataUses));
  }
  return problems;
}

/** Which line of a CSV file is the first that is not as it should be. */
function rowMessage(actual: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  let at = 0;
  for (const [index, row] of [header, ...rows].entries()) {
    const line = csvOf(row, []);
    if (actual.startsWith(line, at)) {
      at += line.length;
      continue;
    }
    const name = index === 0 ? 'the header' : `row ${index} (${named(row)})`;
    return `${name} is not as the ledger says it, or is missing`;
  }
  return 'it has rows that are not in the ledger, after the last one';
}

function sheetMessage(actual: readonly ReadSheet[] | undefined, sheets: readonly Sheet[]): string | undefined {
  if (actual === undefined) return 'it is no workbook';
  for (const [index, { name, content }] of sheets.entries()) {
    const found = actual[index];
    if (found?.name !== name) return `sheet ${index + 1} is not ${name}`;
    if (!('header' in content)) continue;
    let last = 1;
    for (const [place, row] of [content.header, ...content.rows].entries()) {
      const cells = found.rows.get(place + 1);
      last = place + 1;
      if (row.every((text, column) => (cells?.get(column) ?? '') === fittingCell(text))) continue;
      return `${name}: row ${place + 1} (${named(row)}) is not as the ledger says it, or is missing`;
    }
    const beyond = [...found.rows.keys()].find((row) => row > last);
    if (beyond !== undefined) return `${name}: row ${beyond} is not in the ledger`;
  }
  return undefined;
}

function recordMessage(actual: string, records: readonly unknown[]): string | undefined {
  let found: unknown;
  try {
    found = JSON.parse(actual);
  } catch {
    return 'it is no JSON';
  }
  if (!Array.isArray(found)) return 'it is no list';
  const wrong = records.findIndex((record, index) => JSON.stringify(record) !== JSON.stringify(found[index]));
  const name = (records[wrong] as { project_id_text?: string } | undefined)?.project_id_text ?? '';
  if (wrong >= 0) return `record ${wrong + 1} (${name}) is not as the ledger says it, or is missing`;
  return found.length > records.length ? 'it has records that are not in the ledger' : undefined;
}

function named(row: readonly string[]): string {
  return row
    .slice(0, 3)
    .map((text) => (text.length > 60 ? `${text.slice(0, 57)}…` : text))
    .join(', ');
}
