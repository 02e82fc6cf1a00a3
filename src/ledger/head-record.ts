import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { errorCode, syncDirectory } from './durable.ts';
import type { LedgerHead } from './ledger.ts';

/*
 * What `ledger.head` can prove: that the ledger still ends with, or went on from, the entry that was last when an
 * append returned. So it shows what the chain alone can't, whole lines missing at the end: a restored older copy, a
 * copy cut short, a line taken off by hand. It can't prove anything against somebody who may write to the directory:
 * they cut the ledger and write a fitting head, or delete it, or recompute both. Only heads kept elsewhere do, in
 * published registers and in recipients' manifests. So a missing head is reported and not refused: to refuse it would
 * stop honest work (a crash at the first append, a ledger restored on its own) and stop no forger.
 */

/** The recorded head; undefined if there is none, 'damaged' if there is something else. */
export async function readHeadRecord(path: string): Promise<LedgerHead | undefined | 'damaged'> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const parts = /^\{"hash":"([0-9a-f]{64})","size":([1-9]\d{0,14})\}\n$/.exec(text);
  return parts === null ? 'damaged' : { size: Number(parts[2]), hash: parts[1] ?? '' };
}

/** Replaces the recorded head; whoever reads at the same time, and whoever comes after a crash, sees the old or the new. */
export async function writeHeadRecord(path: string, head: LedgerHead): Promise<void> {
  const next = `${path}.next`;
  const file = await open(next, 'w', 0o600);
  try {
    await file.writeFile(`${canonicalJson({ size: head.size, hash: head.hash })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
  await syncDirectory(dirname(path));
}
