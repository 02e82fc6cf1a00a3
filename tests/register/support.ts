import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { siteAssets } from '../../src/cli/wire-register.ts';
import type { ByteSource } from '../../src/kernel/byte-source.ts';
import { type DateRange, parseDateRange } from '../../src/kernel/date-range.ts';
import { sha256Hex } from '../../src/kernel/digest.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { EMPTY_HEAD, writeLine } from '../../src/ledger/chain.ts';
import { openFileLedger } from '../../src/ledger/file-ledger.ts';
import type { Entry, EntryBody } from '../../src/ledger/ledger.ts';
import { publishedFacts } from '../../src/ledger/published-facts.ts';
import { type NoteSigner, parseSigner } from '../../src/ledger/signed-note.ts';
import { openScratchFile } from '../../src/publish/scratch-file.ts';
import { importEdition } from '../../src/register/import-edition.ts';
import { IndexedRegister } from '../../src/register/indexed-register.ts';
import { ledgerLog } from '../../src/register/ledger-log.ts';
import { publication } from '../../src/register/publication.ts';
import { RegisterFold, registerOf } from '../../src/register/register-fold.ts';
import { memoryScratch } from '../../src/register/store/memory-scratch.ts';
import type { PublicationSource } from '../../src/register/verify/publication-source.ts';
import { type ReadSheet, readWorkbook } from '../../src/spreadsheet/read-workbook.ts';
import { REGISTER_KEY } from '../support/make-workspace.ts';

export const FIXTURES = join(import.meta.dirname, '../../fixtures/register');
export const CUSTODIAN = 'NHS Digital';

/** The real register of February 2021, read; and what its own counters (in Python) found in it. */
export const realWorkbook = (): Buffer => readFileSync(join(FIXTURES, 'nhsd_release_register_2021-02.xlsx'));
export const expectedFigures = () => JSON.parse(readFileSync(join(FIXTURES, 'expected_2021-02.json'), 'utf8'));

export function days(text: string): DateRange {
  const range = parseDateRange(text);
  if (range === undefined) throw new Error(`${text} are no days`);
  return range;
}

export function testSigner(key = REGISTER_KEY): NoteSigner {
  const signer = parseSigner(new Secret(key));
  if (signer === undefined) throw new Error('the test key is none');
  return signer;
}

/** Entries as the ledger writes them, each recorded at noon of its day; no file, so that many are cheap. */
export function entriesOf(said: readonly (readonly [day: string, body: EntryBody])[]): Entry[] {
  let head = EMPTY_HEAD;
  return said.map(([on, body], index) => {
    const salt = sha256Hex(`salt ${index}`).slice(0, 32);
    const link = writeLine(body, `${on}T12:00:00.000Z`, salt, head);
    head = link.head;
    return link.entry;
  });
}

export async function* streamOf(entries: readonly Entry[]): AsyncGenerator<Entry> {
  yield* entries;
}

export type Files = Map<string, Buffer>;

/** Everything that a publication writes, path -> bytes. */
export async function published(
  entries: readonly Entry[],
  range: DateRange,
  signer: NoteSigner = testSigner(),
): Promise<Files> {
  using scratch = openScratchFile(tmpdir());
  const fold = new RegisterFold(range, scratch);
  const log = await ledgerLog(streamOf(entries), scratch, fold);
  const register = fold.register();
  const files: Files = new Map();
  const assets = await siteAssets();
  for (const { path, pieces } of publication({ log, register, custodian: CUSTODIAN, signer, assets }))
    files.set(path, Buffer.concat([...pieces]));
  return files;
}

/** The register that entries make of some days, with its index. */
export function registerOfDays(entries: readonly Entry[], range: string): IndexedRegister {
  const facts = entries.flatMap((entry) => {
    const found = publishedFacts(entry);
    return found === undefined ? [] : [{ seq: entry.seq, facts: found }];
  });
  return new IndexedRegister(registerOf(facts, days(range), memoryScratch()));
}

/** Files as a verifier reads them. */
export function sourceOf(label: string, files: ReadonlyMap<string, Uint8Array>): PublicationSource {
  return {
    label,
    list: async () => [...files.keys()],
    open: async (path) => {
      const bytes = files.get(path);
      if (bytes === undefined) return undefined;
      return { ...bytesAtHand(bytes), async [Symbol.asyncDispose]() {} };
    },
  };
}

/** Bytes as they are read from a file. */
export function bytesAtHand(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (place, length) => bytes.subarray(place, place + length) };
}

/** The ledger of the real register alone, recorded long after it was published. */
export async function realLedger(): Promise<{ readonly entries: Entry[]; readonly sheets: readonly ReadSheet[] }> {
  const bytes = realWorkbook();
  const sheets = readWorkbook(bytes) ?? [];
  const edition = importEdition(sheets, {
    name: 'nhsd_release_register_2021-02.xlsx',
    sha256: sha256Hex(bytes),
    period: days('2021-02'),
    late: undefined,
    by: 'A Person',
  });
  if (!edition.ok) throw new Error('the real register is not understood');
  const directory = await mkdtemp(join(tmpdir(), 'dars-register-'));
  try {
    const ledger = openFileLedger({ directory, clock: () => new Date('2026-11-20T12:00:00Z') });
    await ledger.append(() => edition.bodies);
    const entries: Entry[] = [];
    for await (const entry of ledger.entries()) entries.push(entry);
    return { entries, sheets };
  } finally {
    await rm(directory, { recursive: true });
  }
}
