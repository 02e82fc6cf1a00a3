import { canonicalJson, type Json } from '../kernel/canonical-json.ts';
import type { Intended, TracedFacts } from '../ledger/entries.ts';
import type { Entry } from '../ledger/ledger.ts';
import { publishedCount } from '../linkage/trace-quality/published-count.ts';
import { publishedWaterfall } from './published-waterfall.ts';

/**
 * The manifest that lies beside the files: what they are and what they must be. Made from the ledger's entry alone, so
 * that it can be made again after a crash; one spelling for one content. Of tables it has no waterfall: exact totals
 * beside rounded ones would give small counts away.
 */
export function manifestOf(intended: Entry<Intended>, custodian: string, signer: string): string {
  const manifest = {
    format: 'dars-manifest/1',
    release: intended.release,
    custodian,
    signed_by: signer,
    agreement: intended.agreement,
    pipeline: intended.pipeline,
    plan_sha256: intended.plan,
    ledger_sequence: intended.seq,
    intended_at: intended.time,
    recipient: intended.recipient,
    opt_out_list: intended.opt_outs,
    ...(intended.key === undefined ? {} : { pseudonym_key_version: intended.key.version }),
    ...(intended.sources === undefined ? {} : { sources: intended.sources }),
    ...(intended.tables === undefined ? {} : { disclosure_control: intended.tables }),
    ...(intended.replaces === undefined ? {} : { replaces: intended.replaces, because: intended.because ?? '' }),
    ...(intended.cohorts === undefined ? {} : { cohorts: intended.cohorts.map(publishedCohort) }),
    files: intended.files.map((file) => ({
      file_reference: file.file,
      name: file.name,
      product: file.product,
      dataset: file.dataset,
      period: file.period,
      identifiability: file.identifiability,
      opt_outs: file.opt_outs,
      columns: file.columns,
      rows: file.rows,
      bytes: file.bytes,
      sha256: file.sha256,
      plaintext_bytes: file.plaintext_bytes,
      plaintext_sha256: file.plaintext_sha256,
      waterfall: file.identifiability === 'aggregated' ? [] : publishedWaterfall(file.waterfall),
    })),
  };
  return `${JSON.stringify(JSON.parse(canonicalJson(manifest as unknown as Json)), null, 2)}\n`;
}

/**
 * What the recipient is told of their cohort. What became of the file is theirs to know exactly; how many were found
 * could, held against the files, tell who opted out, so that is rounded.
 */
function publishedCohort(cohort: TracedFacts): unknown {
  const { product, file_sha256: sha256, rows, failed, participants, found, model } = cohort;
  return {
    product,
    file_sha256: sha256,
    rows,
    failed_validation: failed,
    participants,
    found: publishedCount(found),
    not_found: publishedCount(participants - found),
    model_sha256: model,
  };
}
