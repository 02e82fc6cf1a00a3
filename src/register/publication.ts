import { createHash } from 'node:crypto';
import { Gzip, strToU8 } from 'fflate';
import { canonicalJson, type Json } from '../kernel/canonical-json.ts';
import type { DateRange } from '../kernel/date-range.ts';
import { formatCheckpoint } from '../ledger/checkpoint.ts';
import type { LoggedEntry } from '../ledger/log-leaf.ts';
import type { NoteSigner } from '../ledger/signed-note.ts';
import { tilesOf } from '../ledger/tiles.ts';
import { writeWorkbook } from '../spreadsheet/write-workbook.ts';
import { csvOf } from './csv.ts';
import { figuresOf } from './figures.ts';
import { releaseSheets } from './layouts/data-release-register.ts';
import { usesSheets } from './layouts/data-uses-register.ts';
import { dataUses } from './layouts/hdr-uk.ts';
import { disclosedFacts, type LedgerLog } from './ledger-log.ts';
import { formatPublicationNote } from './publication-note.ts';
import { publicationTables } from './publication-tables.ts';
import { type Register, registerOf } from './register.ts';
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

/** What a publication is made of. */
export interface PublicationInput {
  readonly log: LedgerLog;
  readonly range: DateRange;
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
  const { log, range, custodian, signer } = input;
  const register = registerOf(disclosedFacts(log.entries), range);
  const files = new Map<string, string>();
  for (const { path, pieces } of allFiles(register, input)) {
    yield { path, pieces: hashed(pieces, (sha256) => files.set(path, sha256)) };
  }
  const root = log.tree.root().toString('base64');
  const { size, hash: head } = log.head;
  const note = formatPublicationNote({ origin: signer.name, custodian, range, size, head, root, files });
  yield textFile(PATHS.note, signer.sign(note));
}

function* allFiles(
  register: Register,
  { log, custodian, signer, assets }: PublicationInput,
): Generator<PublicationFile> {
  const tables = publicationTables(register);
  yield { path: PATHS.releases, pieces: writeWorkbook(releaseSheets(tables.release, register, custodian)) };
  yield { path: PATHS.uses, pieces: writeWorkbook(usesSheets(tables.uses)) };
  for (const { path, table } of tables.files) yield textFile(path, csvOf(table.header, table.rows));
  yield { path: PATHS.dataUses, pieces: dataUsesJson(register, custodian) };
  yield textFile(PATHS.figures, `${JSON.stringify(figuresOf(register), null, 1)}\n`);
  const checkpoint = { origin: signer.name, size: log.tree.size, root: log.tree.root() };
  for (const { path, text } of sitePages({
    register,
    tables: tables.files,
    custodian,
    checkpoint,
    verifier: signer.verifier.text,
    assets,
  }))
    yield textFile(path, text);
  yield textFile(PATHS.checkpoint, signer.sign(formatCheckpoint(checkpoint)));
  yield textFile(PATHS.key, `${signer.verifier.text}\n`);
  yield { path: PATHS.entries, pieces: gzipped(entryLines(log.entries)) };
  for (const { path, bytes } of tilesOf(log.tree)) yield { path: `log/${path}`, pieces: [bytes] };
}

function textFile(path: string, text: string): PublicationFile {
  return { path, pieces: [Buffer.from(text)] };
}

function* dataUsesJson(register: Register, custodian: string): Generator<Uint8Array> {
  let before = '[\n';
  for (const use of dataUses(register, custodian)) {
    yield strToU8(`${before}${JSON.stringify(use)}`);
    before = ',\n';
  }
  yield strToU8(before === '[\n' ? '[]\n' : '\n]\n');
}

/** A line an entry: `{"seq":…,"kind":…}` with `entry` and `facts`, or with `content` alone. */
function* entryLines(entries: readonly LoggedEntry[]): Generator<string> {
  for (const [index, logged] of entries.entries()) {
    yield `${canonicalJson({ ...logged, seq: index + 1 } as unknown as Json)}\n`;
  }
}

/** Native zlib would do this faster, and otherwise with every version of Node. */
function* gzipped(lines: Iterable<string>): Generator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const gzip = new Gzip({ level: 4, mtime: 0 }, (piece) => ready.push(piece));
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < 1 << 18) continue;
    gzip.push(strToU8(chunk), false);
    chunk = '';
    yield* ready.splice(0);
  }
  gzip.push(strToU8(chunk), true);
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
