import type { TracedCohort } from '../engine/engine.ts';
import { canonicalJson, type Json } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';
import type { Intended } from '../ledger/entries.ts';
import { tracePage } from '../linkage/trace-quality/trace-page.ts';

/**
 * Keeps the quality report of each traced cohort with the custodian, as JSON and as a page, and gives what the ledger says
 * of it. The reports judge the custodian's register and the applicant's data by subgroups of people, so they are for the
 * custodian to read and to pass on; the recipient learns the counts that the manifest has.
 */
export async function keepTraceReports(
  traced: readonly TracedCohort[],
  release: string,
  { keepReport }: { readonly keepReport: (release: string, name: string, text: string) => Promise<void> },
): Promise<NonNullable<Intended['cohorts']>> {
  const cohorts: NonNullable<Intended['cohorts']>[number][] = [];
  for (const { product, validation, quality, participants, found } of traced) {
    const text = `${canonicalJson(quality as unknown as Json)}\n`;
    await keepReport(release, `trace-${product}.json`, text);
    await keepReport(release, `trace-${product}.html`, tracePage(quality));
    cohorts.push({
      product,
      file_sha256: validation.sha256,
      rows: validation.rows,
      failed: validation.failed,
      participants,
      found,
      model: quality.model_sha256,
      report: sha256Hex(text),
    });
  }
  return cohorts;
}
