import type { PastUse } from '../gate/frequency.ts';
import { dayOf } from '../kernel/calendar-date.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { deliveredFiles, pendingReleases } from '../ledger/history.ts';
import type { Entry } from '../ledger/ledger.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { selectionsOf } from '../pipeline/pipeline-schema.ts';

/** What counts against a frequency: everything delivered, on the day of its delivery, and what is on its way. */
export function pastUses(entries: readonly Entry[]): PastUse[] {
  const delivered = deliveredFiles(entries).map(({ file, intended, delivered: end }) => ({
    file,
    intended,
    day: dayOf(new Date(end.at)),
  }));
  const waiting = pendingReleases(entries).flatMap((intended) =>
    intended.files.map((file) => ({ file, intended, day: dayOf(new Date(intended.time)) })),
  );
  return [...delivered, ...waiting].map(({ file, intended, day }) => ({
    release: intended.release,
    agreement: intended.agreement,
    dataset: file.dataset,
    product: file.product,
    day,
  }));
}

/**
 * The release of a file that a run of this pipeline may replace: it was delivered under the same agreement, as a product
 * that the pipeline makes. A Fault (exit 2) otherwise.
 */
export function replacedFile(entries: readonly Entry[], { pipeline }: LoadedPipeline, reference: string): string {
  const old = deliveredFiles(entries).find(({ file }) => file.file === reference);
  if (old === undefined) {
    throw new Fault(ExitCode.usage, 'no-such-file', `${reference} is not the reference of a delivered file`, {
      hint: 'dars ledger list shows them',
    });
  }
  const fits =
    old.intended.agreement === pipeline.agreement &&
    pipeline.products.some(
      (product) =>
        product.product === old.file.product &&
        selectionsOf(product, []).some(({ selection }) => selection.dataset === old.file.dataset),
    );
  if (!fits) {
    throw new Fault(
      ExitCode.usage,
      'other-file',
      `${reference} is ${old.file.dataset} as ${old.file.product} under ${old.intended.agreement}, which this pipeline does not make`,
    );
  }
  return old.intended.release;
}
