import type { PastUse } from '../gate/frequency.ts';
import { type CalendarDate, dayOf } from '../kernel/calendar-date.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { FileReference } from '../kernel/file-reference.ts';
import { type DeliveredFile, deliveredFiles, pendingReleases } from '../ledger/history.ts';
import type { Entry } from '../ledger/ledger.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { selectionsOf } from '../pipeline/pipeline-schema.ts';

type Released = Pick<DeliveredFile, 'file' | 'intended'>;

/**
 * What counts against a frequency: everything delivered, on the day of its delivery, and what is on its way. A file
 * that stands in for another counts in its stead and on its day, so that replacing uses nothing up.
 */
export function pastUses(entries: readonly Entry[]): PastUse[] {
  const delivered = deliveredFiles(entries);
  const waiting = pendingReleases(entries).flatMap((intended) => intended.files.map((file) => ({ file, intended })));
  const all = [
    ...delivered.map((each) => ({ ...each, day: firstDay(each, delivered) })),
    ...waiting.map((each) => ({ ...each, day: standsFor(each, delivered) ?? dayOf(new Date(each.intended.time)) })),
  ];
  const use = ({ file, intended }: Released): string => `${intended.release} ${file.dataset} ${file.product}`;
  const replaced = new Set(all.flatMap((each) => predecessor(each, delivered) ?? []).map(use));
  return all
    .filter((each) => !replaced.has(use(each)))
    .map(({ file, intended, day }) => ({
      release: intended.release,
      agreement: intended.agreement,
      dataset: file.dataset,
      product: file.product,
      day,
    }));
}

/** Each delivered release and the day that it counts on: of its delivery, or of that of what it stands in for. */
export function deliveryDays(
  entries: readonly Entry[],
): { readonly pipeline: string; readonly release: string; readonly day: CalendarDate }[] {
  const delivered = deliveredFiles(entries);
  const days = new Map<string, { pipeline: string; release: string; day: CalendarDate }>();
  for (const each of delivered) {
    const { pipeline, release } = each.intended;
    const day = firstDay(each, delivered);
    const known = days.get(release);
    if (known === undefined || day < known.day) days.set(release, { pipeline, release, day });
  }
  return [...days.values()];
}

function standsFor(each: Released, delivered: readonly DeliveredFile[]): CalendarDate | undefined {
  const old = predecessor(each, delivered);
  return old === undefined ? undefined : firstDay(old, delivered);
}

function firstDay(each: DeliveredFile, delivered: readonly DeliveredFile[]): CalendarDate {
  return standsFor(each, delivered) ?? dayOf(new Date(each.delivered.at));
}

/** The file that this one stands in for: of the replaced file's release, the same product of the same dataset. */
function predecessor({ file, intended }: Released, delivered: readonly DeliveredFile[]): DeliveredFile | undefined {
  if (intended.replaces === undefined) return undefined;
  const named = delivered.find((each) => each.file.file === intended.replaces);
  return delivered.find(
    (old) =>
      old.intended.release === named?.intended.release &&
      old.file.dataset === file.dataset &&
      old.file.product === file.product,
  );
}

/**
 * The release of a file that a run of this pipeline may replace: it was delivered under the same agreement, as a product
 * that the pipeline makes, and nothing stands in for it yet. A Fault (exit 2) otherwise.
 */
export function replacedRelease(entries: readonly Entry[], { pipeline }: LoadedPipeline, reference: string): string {
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
  if (old.replacedBy !== undefined) {
    throw new Fault(ExitCode.usage, 'replaced-before', `${reference} was replaced before`, {
      hint: `by ${old.replacedBy.files.map(({ file }) => file).join(', ')}, which may be replaced in turn`,
    });
  }
  return old.intended.release;
}

/** The release of a delivered file, if there is such a file. */
export function releaseOf(entries: readonly Entry[], reference: FileReference): string | undefined {
  return deliveredFiles(entries).find(({ file }) => file.file === reference)?.intended.release;
}
