import { fileReference } from '../../src/kernel/file-reference.ts';
import type { Abandoned, Delivered, Failed, Intended, ReleasedFile } from '../../src/ledger/entries.ts';

/** A released file of which only the number matters. */
export function releasedFile(number: number): ReleasedFile {
  return {
    file: fileReference(number),
    name: `${fileReference(number)}_NIC147750_HES_APC_20240401_20250331.csv.gz.gpg`,
    product: 'extract',
    dataset: 'hes_apc',
    period: { from: '2024-04-01', to: '2025-03-31' },
    identifiability: 'pseudonymised',
    sensitive: false,
    legal_basis: 'Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)',
    common_law_duty: 'none',
    frequency: 'quarterly',
    opt_outs: 'applied',
    columns: ['TOKEN_PERSON_ID', 'ADMIDATE'],
    rows: 90,
    bytes: 2000,
    sha256: 'a'.repeat(64),
    plaintext_bytes: 9000,
    plaintext_sha256: 'b'.repeat(64),
    waterfall: [
      { step: 'read', rows: 100, people: 50 },
      { step: 'released', rows: 90, people: 44 },
    ],
  };
}

export function intended(release: string, numbers: readonly number[], replaces?: number): Intended {
  return {
    kind: 'intended',
    release,
    pipeline: 'diabetes-apc',
    agreement: 'DARS-NIC-147750-8GS7S-v2.2',
    plan: 'c'.repeat(64),
    recipient: { name: 'University of Example', fingerprint: 'A'.repeat(40), destination: 'uni-sftp' },
    opt_outs: { as_at: '2026-11-20', sha256: 'd'.repeat(64) },
    files: numbers.map(releasedFile),
    ...(replaces === undefined ? {} : { replaces: fileReference(replaces), because: 'the file was damaged' }),
  };
}

export function delivered(release: string): Delivered {
  return { kind: 'delivered', release, destination: 'sftp://x@127.0.0.1:2222/inbox', at: '2026-11-22T12:00:00.000Z' };
}

export function failed(release: string, step = 'deliver'): Failed {
  return { kind: 'failed', release, step, code: 'delivery-lost', message: 'The connection was lost.' };
}

export function abandoned(release: string): Abandoned {
  return { kind: 'abandoned', release, because: 'the agreement ended' };
}
