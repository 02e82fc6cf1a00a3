import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { ReleasedFile } from '../../src/ledger/entries.ts';
import { openFileLedger } from '../../src/ledger/file-ledger.ts';
import { checkManifests, filesUnder } from '../support/delivered.ts';
import type { Recipient } from '../support/recipient.ts';
import { darsHere } from '../support/run-dars.ts';

const CHILD = fileURLToPath(new URL('./killed-release.ts', import.meta.url));

/** Modules that are required start in half the time of modules that are imported, and here two dozen processes start. */
const START = `require('tsx/cjs/api').register(); void require(${JSON.stringify(CHILD)}).run(...process.argv.slice(1));`;

/** Releases in a process that kills itself as it observes an event; the events that it observed. */
export async function killedAt(root: string, last: number | `${string}:${number}`): Promise<string[]> {
  const child = spawn(process.execPath, ['-e', START, root, String(last)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect(signal ?? status).toBe(last === Number.POSITIVE_INFINITY ? 0 : 'SIGKILL');
  return said.split('\n').filter((line) => line !== '');
}

interface LedgerLine {
  readonly kind: string;
  readonly release?: string;
  readonly files?: readonly ReleasedFile[];
}

export function ledgerLines(root: string): LedgerLine[] {
  try {
    const text = readFileSync(join(root, 'state/ledger.jsonl'), 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LedgerLine);
  } catch {
    return [];
  }
}

/** Runs the pipeline again, to its end, after whatever happened; gives the rows that the recipient then reads. */
export async function expectRecovered(
  root: string,
  destination: string,
  recipient: Recipient,
): Promise<readonly string[]> {
  const wasDelivered = ledgerLines(root).some(({ kind }) => kind === 'delivered');
  const again = await darsHere(root, ['run', 'diabetes-apc']);
  expect(again.stderr).not.toContain('a bug in dars');
  expect(again.status).toBe(wasDelivered ? 12 : 0);
  return expectOneDelivery(root, destination, recipient);
}

/**
 * What must be in the end: one release was intended and delivered, once, whole and signed; nothing is left half-way at
 * the recipient or in the outbox; no number was used twice; the ledger verifies. Gives the rows that were delivered.
 */
export async function expectOneDelivery(
  root: string,
  destination: string,
  recipient: Recipient,
): Promise<readonly string[]> {
  const lines = ledgerLines(root);
  const [intended, ...moreIntended] = lines.filter(({ kind }) => kind === 'intended');
  const [delivered, ...moreDelivered] = lines.filter(({ kind }) => kind === 'delivered');
  expect([moreIntended, moreDelivered]).toEqual([[], []]);
  expect(delivered?.release).toBe(intended?.release);
  const verified = await openFileLedger({ directory: join(root, 'state'), clock: () => new Date() }).verify();
  expect(verified).toMatchObject({ broken: undefined, torn: false, head: { size: lines.length } });

  const files = filesUnder(destination);
  expect(files.filter((path) => path.endsWith('.part'))).toEqual([]);
  expect(files.filter((path) => !path.startsWith(`${intended?.release}/`))).toEqual([]);
  const manifest = await checkManifests(destination, recipient);
  const references = manifest.map(({ file_reference: file }) => file);
  expect(references).toEqual(intended?.files?.map(({ file }) => file));
  expect(new Set(references).size).toBe(references.length);
  expect(filesUnder(join(root, 'state/outbox'))).toEqual([]);
  return manifest.flatMap(({ lines: each }) => each);
}
