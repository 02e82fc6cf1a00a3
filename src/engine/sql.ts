import { basename } from 'node:path';
import type { DuckDBConnection, Json } from '@duckdb/node-api';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';

/** Runs a statement for its effect. */
export async function execute(connection: DuckDBConnection, sql: string): Promise<void> {
  try {
    await connection.run(sql);
  } catch (error) {
    throw translated(error);
  }
}

/** The rows of a small result: counts and names, never people. */
export async function rows(connection: DuckDBConnection, sql: string): Promise<Record<string, Json>[]> {
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } catch (error) {
    throw translated(error);
  }
}

/** One number of a result with one row. */
export async function count(connection: DuckDBConnection, sql: string): Promise<number> {
  const [row] = await rows(connection, sql);
  return Number(Object.values(row ?? {})[0]);
}

/** A value that broke its column's type: where, never what. */
export class ContractBreak extends Error {
  readonly dataset: string;
  readonly column: string;

  constructor(dataset: string, column: string) {
    super('a value breaks its column');
    this.dataset = dataset;
    this.column = column;
  }
}

/** DuckDB ran out of the memory that it may use. */
export class MemoryExhausted extends Fault {
  constructor() {
    super(ExitCode.workspace, 'memory', 'the work does not fit into limits.memory', {
      hint: 'raise limits.memory in dars.yaml',
    });
  }
}

/** What DuckDB says of Parquet files whose bytes are not what they were written as. */
const PARQUET_DEFECT =
  /parquet|magic bytes|thrift|TProtocol|don't know what type|decompress|GZIP|corrupt|Out of buffer/i;

/** What a typed column calls where a value does not fit; `translated` recognises it. */
export function contractMarker(dataset: string, column: string): string {
  return `#contract ${dataset} ${column}#`;
}

/**
 * An error of ours for one of DuckDB's, whose message can quote a source's line and so is never passed on. What is not
 * recognised as a fault of the data or of the limits is a bug, with DuckDB's kind of error and nothing more.
 */
export function translated(error: unknown): Error {
  if (error instanceof Fault || error instanceof ContractBreak) return error;
  const message = error instanceof Error ? error.message : String(error);
  const [, dataset, column] = /#contract (\S+) (\S+)#/.exec(message) ?? [];
  if (dataset !== undefined && column !== undefined) return new ContractBreak(dataset, column);
  if (/^(Out of Memory|.*failed to (allocate|pin|offload))/i.test(message)) return new MemoryExhausted();
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  if (line !== undefined || /CSV Parser|read_csv|CSV File/i.test(message)) {
    const { what, hint } = csvDefect(message);
    // DuckDB's own words come last; what stands before can quote a line of the source, in any words.
    const file = [...message.matchAll(/^ {2}file = (.+)$/gm)].at(-1)?.[1];
    const where = `${file === undefined ? 'a CSV source' : basename(file)}${line === undefined ? '' : `, line ${line}`}`;
    return new Fault(ExitCode.source, 'csv', `${where}: ${what}`, { hint });
  }
  if (/^(Invalid( Input)?|IO) Error/.test(message) && PARQUET_DEFECT.test(message)) {
    const file = /^[^"]*file "([^"]+)"/i.exec(message)?.[1];
    const which = file === undefined ? 'a Parquet source' : basename(file);
    return new Fault(ExitCode.source, 'parquet', `${which} can’t be read: it is cut short or damaged`, {
      hint: 'fetch it anew',
    });
  }
  const kind = /^([A-Za-z ]+ Error)/.exec(message)?.[1] ?? 'an error';
  return new Error(`DuckDB reports: ${kind}`);
}

function csvDefect(message: string): { what: string; hint: string } {
  const columns = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (columns !== null) {
    return {
      what: `${columns[1]} columns expected, ${columns[2]} found`,
      hint: 'every row has the columns of the header; the delimiter is set in dars.yaml',
    };
  }
  if (/unterminated quote/i.test(message)) {
    return {
      what: 'a quote is not closed, or text follows it',
      hint: 'a quote inside a quoted value is written twice',
    };
  }
  if (/unicode/i.test(message)) return { what: 'the text is not UTF-8', hint: 'convert the file, or fetch it anew' };
  if (/line size|buffer/i.test(message)) return { what: 'the line is too long', hint: 'a quote may lack its end' };
  return { what: 'it is not regular CSV', hint: 'its line ends may be mixed, or it is cut short' };
}
