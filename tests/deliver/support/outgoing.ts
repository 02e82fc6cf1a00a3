import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { OutgoingFile } from '../../../src/deliver/destination.ts';
import { sha256Hex } from '../../../src/kernel/digest.ts';

export const MB = 1_000_000;

interface SealedFile extends OutgoingFile {
  readonly content: Buffer;
}

export interface Outbox extends Disposable {
  /** Random bytes, as ciphertext is. */
  file(name: string, bytes: number): SealedFile;
  seal(name: string, content: Buffer): SealedFile;
}

export function makeOutbox(): Outbox {
  const directory = mkdtempSync(join(tmpdir(), 'dars-outbox-'));
  const seal = (name: string, content: Buffer): SealedFile => {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return { path, name, bytes: content.length, sha256: sha256Hex(content), content };
  };
  return {
    seal,
    file: (name, bytes) => seal(name, randomBytes(bytes)),
    [Symbol.dispose]() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
