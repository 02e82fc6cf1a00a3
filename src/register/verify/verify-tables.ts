import type { ByteSource } from '../../kernel/byte-source.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Problem } from '../../kernel/problem.ts';
import { streamWorkbook } from '../../spreadsheet/stream-workbook.ts';
import type { Sheet } from '../../spreadsheet/write-workbook.ts';
import { csvLine } from '../csv.ts';
import { IndexedRegister } from '../indexed-register.ts';
import { type RegisterTable, releaseSheets } from '../layouts/data-release-register.ts';
import { usesSheets } from '../layouts/data-uses-register.ts';
import { dataUsesJson } from '../layouts/hdr-uk.ts';
import { MixedOptOutList } from '../mixed-opt-outs.ts';
import { PATHS } from '../publication.ts';
import { publicationTables } from '../publication-tables.ts';
import type { Register } from '../register.ts';
import { ByteReader } from './byte-reader.ts';
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
  for (const { path, table } of tables.files) await look(path, (file) => textMessage(file, linesOf(table)));
  await look(PATHS.releases, (file) => sheetMessage(file, releaseSheets(tables.release, register, custodian)));
  await look(PATHS.uses, (file) => sheetMessage(file, usesSheets(tables.uses)));
  await look(PATHS.dataUses, (file) => textMessage(file, recordsOf(indexed, custodian)));
  return problems;
}

/** A part of a text file, and how it is called if it is not there. */
interface Part {
  readonly text: string;
  readonly name: () => string;
}

/** Which part of a text file is the first that is not as it should be. */
async function textMessage(file: ByteSource, parts: Iterable<Part>): Promise<string | undefined> {
  const actual = new ByteReader(file);
  for (const { text, name } of parts)
    if (!(await actual.passes(Buffer.from(text)))) return `${name()} is not as the ledger says it, or is missing`;
  return (await actual.isAtEnd()) ? undefined : 'after its end it has more, which is not in the ledger';
}

function* linesOf({ header, rows }: RegisterTable): Generator<Part> {
  yield { text: csvLine(header), name: () => 'the header' };
  let place = 0;
  for (const row of rows) {
    place += 1;
    yield { text: csvLine(row), name: () => `row ${place} (${rowInWords(row)})` };
  }
}

function* recordsOf(indexed: IndexedRegister, custodian: string): Generator<Part> {
  let number = 0;
  for (const text of dataUsesJson(indexed, custodian)) {
    const name = (): string =>
      indexed.isVersion(number) ? `record ${number + 1} (${indexed.references.name(number)})` : 'the end of the list';
    yield { text, name };
    number += 1;
  }
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
      const found = comparison.end();
      if (expected === undefined) message ??= `it has a sheet ${count}, which is not of the publication`;
      else if (expected.name !== name) message ??= `sheet ${count} is not ${expected.name}`;
      else if (found !== undefined) message ??= `${name}: ${found}`;
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    return 'it is no workbook';
  }
  return message ?? (count < sheets.length ? `sheet ${count + 1} is not ${sheets[count]?.name}` : undefined);
}
