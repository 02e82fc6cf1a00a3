import type { ByteSource } from '../../kernel/byte-source.ts';
import { Fault } from '../../kernel/fault.ts';
import { piecesOf } from '../../kernel/pieces-of.ts';
import type { Problem } from '../../kernel/problem.ts';
import { streamWorkbook } from '../../spreadsheet/stream-workbook.ts';
import type { Sheet } from '../../spreadsheet/write-workbook.ts';
import { csvLine } from '../csv.ts';
import { IndexedRegister } from '../indexed-register.ts';
import { type RegisterTable, releaseSheets } from '../layouts/data-release-register.ts';
import { usesSheets } from '../layouts/data-uses-register.ts';
import { type DataUse, dataUses } from '../layouts/hdr-uk.ts';
import { MixedOptOutList } from '../mixed-opt-outs.ts';
import { PATHS } from '../publication.ts';
import { publicationTables } from '../publication-tables.ts';
import type { Register } from '../register.ts';
import { ByteReader } from './byte-reader.ts';
import { JsonDefect, jsonItems } from './json-items.ts';
import { problem } from './publication-problem.ts';
import type { PublicationSource } from './publication-source.ts';
import { rowInWords } from './row-in-words.ts';
import { SheetComparison } from './sheet-comparison.ts';

/** Rows of tables, workbooks and records that are not what the facts of the log say. */
export async function tableProblems(
  source: PublicationSource,
  register: Register,
  custodian: string,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const look = async (path: string, messageOf: (file: ByteSource) => Promise<string | undefined>): Promise<void> => {
    await using file = await source.open(path);
    const message = file === undefined ? undefined : await messageOf(file);
    if (message !== undefined) problems.push(problem(source.label, 'row', message, path));
  };
  const indexed = new IndexedRegister(register);
  const tables = publicationTables(indexed, new MixedOptOutList(indexed));
  for (const { path, table } of tables.files) await look(path, (file) => rowMessage(file, table));
  await look(PATHS.releases, (file) => sheetMessage(file, releaseSheets(tables.release, register, custodian)));
  await look(PATHS.uses, (file) => sheetMessage(file, usesSheets(tables.uses)));
  await look(PATHS.dataUses, (file) => recordMessage(file, dataUses(indexed, custodian)));
  return problems;
}

/** Which line of a CSV file is the first that is not as it should be. */
async function rowMessage(file: ByteSource, { header, rows }: RegisterTable): Promise<string | undefined> {
  const actual = new ByteReader(file);
  if (!(await actual.passes(Buffer.from(csvLine(header)))))
    return 'the header is not as the ledger says it, or is missing';
  let place = 0;
  for (const row of rows) {
    place += 1;
    if (await actual.passes(Buffer.from(csvLine(row)))) continue;
    return `row ${place} (${rowInWords(row)}) is not as the ledger says it, or is missing`;
  }
  return (await actual.isAtEnd()) ? undefined : 'it has rows that are not in the ledger, after the last one';
}

/** A workbook is read to its end whatever is wrong in it: what can't be is none. */
async function sheetMessage(file: ByteSource, sheets: readonly Sheet[]): Promise<string | undefined> {
  let [message, count]: [string | undefined, number] = [undefined, 0];
  try {
    for await (const { name, rows } of streamWorkbook(file)) {
      const expected = sheets[count];
      count += 1;
      const comparison = new SheetComparison(message === undefined ? expected?.content : undefined);
      for await (const some of rows) for (const { row, cells } of some) comparison.take(row, cells);
      if (expected === undefined) continue;
      const found = comparison.end();
      if (expected.name !== name) message ??= `sheet ${count} is not ${expected.name}`;
      else if (found !== undefined) message ??= `${name}: ${found}`;
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    return 'it is no workbook';
  }
  return message ?? (count < sheets.length ? `sheet ${count + 1} is not ${sheets[count]?.name}` : undefined);
}

/** The records are compared as JSON spells them; a file is read to its end, since what can't be is no JSON. */
async function recordMessage(file: ByteSource, records: Iterable<DataUse>): Promise<string | undefined> {
  const expected = records[Symbol.iterator]();
  let [message, place]: [string | undefined, number] = [undefined, 0];
  const compare = (found: unknown): void => {
    const next = expected.next();
    place += 1;
    if (next.done === true) message ??= 'it has records that are not in the ledger';
    else if (JSON.stringify(next.value) !== JSON.stringify(found))
      message ??= `record ${place} (${next.value['project_id_text']}) is not as the ledger says it, or is missing`;
  };
  try {
    for await (const items of jsonItems(piecesOf(file)))
      for (const found of items) if (message === undefined) compare(found);
  } catch (error) {
    if (!(error instanceof JsonDefect)) throw error;
    return error.isJson ? 'it is no list' : 'it is no JSON';
  }
  if (message !== undefined) return message;
  const missing = expected.next();
  if (missing.done === true) return undefined;
  return `record ${place + 1} (${missing.value['project_id_text']}) is not as the ledger says it, or is missing`;
}
