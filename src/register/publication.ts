import { createHash } from 'node:crypto';
import { Gzip } from 'fflate';
import { TextBytes } from '../kernel/text-bytes.ts';
import { formatCheckpoint } from '../ledger/checkpoint.ts';
import type { NoteSigner } from '../ledger/signed-note.ts';
import { tilesOf } from '../ledger/tiles.ts';
import { writeWorkbook } from '../spreadsheet/write-workbook.ts';
import { csvLine } from './csv.ts';
import { type RegisterTable, releaseSheets } from './layouts/data-release-register.ts';
import { usesSheets } from './layouts/data-uses-register.ts';
import { dataUsesJson } from './layouts/hdr-uk.ts';
import type { LedgerLog } from './ledger-log.ts';
import { formatPublicationNote } from './publication-note.ts';
import { publicationTables } from './publication-tables.ts';
import type { Register } from './register.ts';
import { siteModel } from './site/site-model.ts';
import { type SiteAssets, sitePages } from './site/site-pages.ts';

/** A file of a publication; its bytes are made while they are read. */
export interface PublicationFile {
  readonly path: string;
  readonly pieces: Iterable<Uint8Array>;
}

/** Where the parts that are not for reading lie. */
export const PATHS = {
  note: 'publication.note',
  checkpoint: 'log/checkpoint',
  entries: 'log/entries.jsonl.gz',
  key: 'log/verifier-key',
  figures: 'figures.json',
  releases: 'data-release-register.xlsx',
  uses: 'data-uses-register.xlsx',
  dataUses: 'data-uses.json',
} as const;

const PIECE = 1 << 16;

/** What a publication is made of. */
export interface PublicationInput {
  readonly log: LedgerLog;
  /** What the facts of that log make. */
  readonly register: Register;
  readonly custodian: string;
  readonly signer: NoteSigner;
  readonly assets: SiteAssets;
}

/**
 * The files of a publication, one after the other, each to be read to its end before the next: both workbooks and
 * their CSV files, the data uses in JSON, the web site, the log with its checkpoint, and last the signed note with the
 * digests of all. The same ledger, days and key give the same bytes.
 */
export function* publication(input: PublicationInput): Generator<PublicationFile> {
  const { log, register, custodian, signer } = input;
  const { range } = register;
  const files = new Map<string, string>();
  for (const { path, pieces } of allFiles(input)) {
    yield { path, pieces: hashed(pieces, (sha256) => files.set(path, sha256)) };
  }
  const root = log.tree.root().toString('base64');
  const { size, hash: head } = log.head;
  const note = formatPublicationNote({ origin: signer.name, custodian, range, size, head, root, files });
  yield textFile(PATHS.note, signer.sign(note));
}

function* allFiles({ log, register, custodian, signer, assets }: PublicationInput): Generator<PublicationFile> {
  const model = siteModel(register);
  const { indexed, mixed, figures } = model;
  const tables = publicationTables(indexed, mixed);
  yield { path: PATHS.releases, pieces: writeWorkbook(releaseSheets(tables.release, register, custodian)) };
  yield { path: PATHS.uses, pieces: writeWorkbook(usesSheets(tables.uses)) };
  const rowCounts = new Map<string, number>();
  for (const { path, table } of tables.files) {
    yield { path, pieces: inPieces(csvLines(table, (count) => rowCounts.set(path, count))) };
  }
  yield { path: PATHS.dataUses, pieces: inPieces(dataUsesJson(indexed, custodian)) };
  yield textFile(PATHS.figures, `${JSON.stringify(figures, null, 1)}\n`);
  const checkpoint = { origin: signer.name, size: log.tree.size, root: log.tree.root() };
  for (const { path, texts } of sitePages({
    model,
    rowCounts,
    custodian,
    checkpoint,
    verifier: signer.verifier.text,
    assets,
  }))
    yield { path, pieces: inPieces(texts) };
  yield textFile(PATHS.checkpoint, signer.sign(formatCheckpoint(checkpoint)));
  yield textFile(PATHS.key, `${signer.verifier.text}\n`);
  yield { path: PATHS.entries, pieces: gzipped(log.lines) };
  for (const { path, bytes } of tilesOf(log.tree)) yield { path: `log/${path}`, pieces: [bytes] };
}

function* csvLines({ header, rows }: RegisterTable, done: (count: number) => void): Generator<string> {
  yield csvLine(header);
  let count = 0;
  for (const row of rows) {
    yield csvLine(row);
    count += 1;
  }
  done(count);
}

/** Short texts joined, so that no file is written a line at a time. */
function* inPieces(texts: Iterable<string>): Generator<Uint8Array> {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  if (piece !== '') yield Buffer.from(piece);
}

function textFile(path: string, text: string): PublicationFile {
  return { path, pieces: [Buffer.from(text)] };
}

/** Native zlib would do this faster, and otherwise with every version of Node. */
function* gzipped(lines: Iterable<string>): Generator<Uint8Array> {
  const [ready, bytes]: [Uint8Array[], TextBytes] = [[], new TextBytes()];
  const gzip = new Gzip({ level: 4, mtime: 0 }, (piece) => ready.push(piece));
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < 1 << 18) continue;
    gzip.push(bytes.of(chunk), false);
    chunk = '';
    yield* ready.splice(0);
  }
  gzip.push(bytes.of(chunk), true);
  yield* ready.splice(0);
}

function* hashed(pieces: Iterable<Uint8Array>, done: (sha256: string) => void): Generator<Uint8Array> {
  const hash = createHash('sha256');
  for (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
  done(hash.digest('hex'));
}
