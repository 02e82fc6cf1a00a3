import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { Produced } from '../engine/engine.ts';
import { type FileReference, fileReference } from '../kernel/file-reference.ts';
import type { Intended, ReleasedFile } from '../ledger/entries.ts';
import { nextFileNumber } from '../ledger/history.ts';
import type { Entry } from '../ledger/ledger.ts';
import type { FilePlan, Plan } from '../plan/plan.ts';
import { fileName } from './file-name.ts';
import type { HashTap } from './hash-tap.ts';

/** A file that was made and sealed; the taps know sizes and digests. */
export interface SealedOutput {
  readonly file: FilePlan;
  readonly produced: Produced;
  readonly plain: Pick<HashTap, 'bytes' | 'sha256'>;
  readonly cipher: Pick<HashTap, 'bytes' | 'sha256'>;
  readonly tells?: ReleasedFile['tells'];
}

/** The entry that says what is about to leave, with the next free file references. Pure; runs under the ledger's lock. */
export function intendedEntry(
  entries: readonly Entry[],
  plan: Plan,
  hash: string,
  release: string,
  outputs: readonly SealedOutput[],
  inputs: {
    readonly optOuts: Intended['opt_outs'];
    readonly sources: NonNullable<Intended['sources']>;
    readonly cohorts: NonNullable<Intended['cohorts']>;
  },
  { agreement }: LoadedAgreement,
  tables: Intended['tables'],
  replacement: { readonly file: string; readonly because: string } | undefined,
): Intended {
  const first = nextFileNumber(entries);
  return {
    kind: 'intended',
    release,
    pipeline: plan.pipeline,
    agreement: plan.agreement,
    plan: hash,
    recipient: {
      name: agreement.applicant.name,
      fingerprint: plan.recipient.fingerprint,
      destination: plan.recipient.destination,
    },
    opt_outs: inputs.optOuts,
    sources: inputs.sources,
    ...(inputs.cohorts.length === 0 ? {} : { cohorts: inputs.cohorts }),
    files: outputs.map((output, index) => releasedFile(output, fileReference(first + index), plan)),
    ...(tables === undefined ? {} : { tables }),
    ...(replacement === undefined ? {} : { replaces: replacement.file as FileReference, because: replacement.because }),
  };
}

function releasedFile(
  { file, produced, plain, cipher, tells }: SealedOutput,
  reference: FileReference,
  plan: Plan,
): ReleasedFile {
  return {
    file: reference,
    name: fileName(reference, plan.nic, file),
    product: file.productKind,
    dataset: file.dataset,
    period: file.period === undefined ? null : { from: file.period.from, to: file.period.to },
    identifiability: file.identifiability,
    sensitive: file.terms.sensitive,
    legal_basis: file.terms.legalBasis,
    common_law_duty: file.terms.commonLawDuty as ReleasedFile['common_law_duty'],
    frequency: file.terms.frequency as ReleasedFile['frequency'],
    opt_outs: file.terms.optOuts,
    columns: file.columns,
    rows: produced.rows,
    bytes: cipher.bytes,
    sha256: cipher.sha256,
    plaintext_bytes: plain.bytes,
    plaintext_sha256: plain.sha256,
    waterfall: produced.waterfall.map(({ step, rows, people }) => ({ step, rows, people })),
    ...(tells === undefined ? {} : { tells }),
  };
}
