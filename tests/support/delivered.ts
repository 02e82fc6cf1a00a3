import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { DataType, tableFromIPC } from 'apache-arrow';
import type { Recipient } from './recipient.ts';

/** A file as its manifest describes it. */
export interface ManifestFile {
  readonly file_reference: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly plaintext_bytes: number;
  readonly plaintext_sha256: string;
}

/** Every file under a folder, in order of their paths, relative to it; none where there is no such folder. */
export function filesUnder(folder: string): string[] {
  const walk = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? walk(join(path, entry.name)) : [relative(folder, join(path, entry.name))],
    );
  try {
    return walk(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * What a recipient reads: the rows of a delivered file as text, the header first, whatever its format. An empty value
 * and a missing one look the same, as they do in CSV.
 */
export async function readDelivered(path: string, recipient: Recipient): Promise<string[]> {
  return rowsOf(await recipient.open(path), basename(path));
}

/** A file that agrees with its manifest, and what is in it, the header first. */
export interface CheckedFile extends ManifestFile {
  readonly lines: readonly string[];
}

/** Holds every delivered release under a folder against its signed manifest, byte for byte. */
export async function checkManifests(folder: string, recipient: Recipient): Promise<CheckedFile[]> {
  const manifests = filesUnder(folder).filter((path) => basename(path) === 'MANIFEST.json');
  const found: CheckedFile[] = [];
  for (const path of manifests) {
    const beside = dirname(join(folder, path));
    const { files } = JSON.parse((await recipient.verified(join(folder, path))).toString('utf8')) as {
      files: ManifestFile[];
    };
    const expected = [...files.map(({ name }) => name), 'MANIFEST.json', 'MANIFEST.json.asc'].sort();
    agree(`the files of ${path}`, filesUnder(beside), expected);
    for (const file of files) {
      found.push({ ...file, lines: await checkedLines(file, join(beside, file.name), recipient) });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function checkedLines(file: ManifestFile, path: string, recipient: Recipient): Promise<string[]> {
  const ciphertext = readFileSync(path);
  const plaintext = await recipient.open(path);
  const found = await rowsOf(plaintext, file.name);
  const [header = '', ...rows] = found;
  agree(`bytes of ${file.name}`, statSync(path).size, file.bytes);
  agree(`sha256 of ${file.name}`, sha256(ciphertext), file.sha256);
  agree(`plaintext bytes of ${file.name}`, plaintext.length, file.plaintext_bytes);
  agree(`plaintext sha256 of ${file.name}`, sha256(plaintext), file.plaintext_sha256);
  agree(`columns of ${file.name}`, header.split('|'), file.columns);
  agree(`rows of ${file.name}`, rows.length, file.rows);
  return found;
}

function agree(what: string, found: unknown, said: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(said)];
  if (a !== b) throw new Error(`${what}: found ${a}, and the manifest says ${b}`);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function rowsOf(plaintext: Buffer, name: string): Promise<string[]> {
  if (name.endsWith('.csv.gpg')) return lines(plaintext);
  if (name.endsWith('.csv.gz.gpg')) return lines(gunzipSync(plaintext));
  if (name.endsWith('.arrow.gpg')) return arrowRows(plaintext);
  const options = `header = false, all_varchar = true, delim = '', quote = '', columns = {'line': 'VARCHAR'}, auto_detect = false`;
  if (name.endsWith('.csv.zst.gpg')) {
    return (
      await query(plaintext, 'zst', (file) => `SELECT line FROM read_csv('${file}', ${options}, compression = 'zstd')`)
    ).rows.map(String);
  }
  const { columns, rows } = await query(plaintext, 'parquet', (file) => `SELECT * FROM read_parquet('${file}')`);
  return [columns.join('|'), ...rows.map((row) => row.map(text).join('|'))];
}

function lines(bytes: Uint8Array): string[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  return text.slice(0, -1).split('\n');
}

function arrowRows(bytes: Uint8Array): string[] {
  const table = tableFromIPC(bytes);
  const { fields } = table.schema;
  const value = ({ name, type }: (typeof fields)[number], row: Record<string, unknown>): string => {
    const found = row[name];
    return text(DataType.isDate(type) && typeof found === 'number' ? new Date(found) : found);
  };
  return [
    fields.map(({ name }) => name).join('|'),
    ...table.toArray().map((row) => fields.map((field) => value(field, row)).join('|')),
  ];
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value);
}

async function query(
  bytes: Uint8Array,
  ending: string,
  sql: (file: string) => string,
): Promise<{ columns: string[]; rows: unknown[][] }> {
  const folder = mkdtempSync(join(tmpdir(), 'dars-recipient-'));
  const file = join(folder, `file.${ending}`);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    writeFileSync(file, bytes);
    const reader = await connection.runAndReadAll(sql(file));
    return { columns: reader.columnNames(), rows: reader.getRowsJson() as unknown[][] };
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}
