import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { darsHere, type Ran } from '../support/run-dars.ts';

export type Row = Readonly<Record<string, string>>;

/** A folder of files to link with the command line. */
export class LinkFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'dars-link-'));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  at(name: string): string {
    return join(this.path, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.at(name), content);
    return this.at(name);
  }

  read(name: string): string {
    return readFileSync(this.at(name), 'utf8');
  }

  rows(name: string): Row[] {
    return parse(this.read(name), { columns: true }) as Row[];
  }

  /** Runs `dars link` here; names of files are of this folder. */
  async run(...args: readonly string[]): Promise<Ran> {
    return darsHere(this.path, [
      'link',
      ...args.map((arg) => (/^[\w-]+\.(csv|parquet|json|html)$/.test(arg) ? this.at(arg) : arg)),
    ]);
  }

  /** As {@link run}, to its links; throws with what was said if it fails. */
  async link(...args: readonly string[]): Promise<Row[]> {
    const ran = await this.run(...args, '--out', 'links.csv');
    if (ran.status !== 0) throw new Error(ran.stderr);
    return this.rows('links.csv');
  }
}

/** CSV of rows of texts under a header. */
export function csv(header: string, rows: readonly (readonly string[])[]): string {
  const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return `${[header, ...rows.map((row) => row.map(quoted).join(','))].join('\n')}\n`;
}

/** `a_id-b_id` of each link. */
export function pairsOf(links: readonly Row[]): string[] {
  return links.map((row) => `${row['a_id']}-${row['b_id']}`);
}
