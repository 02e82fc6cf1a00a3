import type { ToldFolder } from '../deliver/told-folder.ts';
import type { ToldFiles } from '../engine/engine.ts';
import type { CalendarDate } from '../kernel/calendar-date.ts';
import { isKind, type ReleasedFile } from '../ledger/entries.ts';
import { deliveredFiles } from '../ledger/history.ts';
import type { Entry } from '../ledger/ledger.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { type FilePlan, type Plan, stepOf } from '../plan/plan.ts';

/** What a file of a release tells is kept under this name. */
export function toldName(release: string, index: number): string {
  return `${release}-${index}.parquet`;
}

/** A file that told its recipient something which still stands. */
interface Told {
  readonly name: string;
  readonly sha256: string;
}

/**
 * The files that a recipient has been told something by, oldest first: those that were delivered, and since neither
 * withdrawn nor replaced. What was computed and never arrived has told nobody anything. `replaced` is a file of the
 * release that the one in the making stands in for.
 */
export function toldBefore(
  entries: readonly Entry[],
  stem: string,
  scope: string,
  replaced: string | undefined,
): readonly Told[] {
  const withdrawn = new Set(entries.flatMap((entry) => (isKind(entry, 'withdrawn') ? [entry.file] : [])));
  const delivered = deliveredFiles(entries);
  // All files of a release are replaced with the one that is named: the next release makes them all.
  const replacedReleases = new Set(
    delivered.flatMap(({ intended, replacedBy }) => (replacedBy === undefined ? [] : [intended.release])),
  );
  return delivered.flatMap(({ file, intended }) => {
    const stands =
      file.tells?.scope === scope &&
      intended.agreement.startsWith(`${stem}-v`) &&
      !withdrawn.has(file.file) &&
      !replacedReleases.has(intended.release) &&
      !intended.files.some((each) => each.file === replaced);
    if (!stands || file.tells === undefined) return [];
    return [{ name: toldName(intended.release, intended.files.indexOf(file)), sha256: file.tells.sha256 }];
  });
}

/** The latest day that a source was of when a pipeline's tracking reports told something that arrived. */
export function toldAsAt(
  entries: readonly Entry[],
  { pipeline }: LoadedPipeline,
  source: string,
): CalendarDate | undefined {
  const days = deliveredFiles(entries).flatMap(({ file, intended }) =>
    file.tells === undefined || intended.pipeline !== pipeline.pipeline
      ? []
      : (intended.sources ?? []).flatMap((each) => (each.source === source && each.as_at !== null ? [each.as_at] : [])),
  );
  return days.sort().at(-1) as CalendarDate | undefined;
}

/** For each report of a plan what was told before, checked against the ledger, and where what it tells now goes. */
export async function toldFiles(
  { files, stem, pipeline }: Plan,
  release: string,
  entries: readonly Entry[],
  replaced: string | undefined,
  folder: ToldFolder,
): Promise<ReadonlyMap<string, ToldFiles>> {
  const told = new Map<string, ToldFiles>();
  for (const [index, file] of files.entries()) {
    const scope = scopeOf(file);
    if (scope === undefined) continue;
    await folder.begin(stem);
    const before: string[] = [];
    for (const { name, sha256 } of toldBefore(entries, stem, scope, replaced))
      before.push(await folder.whole(stem, name, sha256));
    told.set(scope, { before, now: folder.path(stem, toldName(release, index)) });
  }
  if (told.size > 0) {
    const known = knownNames(entries);
    await folder.sweep(stem, (name) => isOf(name, pipeline) && !known.has(name));
  }
  return told;
}

/** What a sealed file tells, as the ledger keeps it; undefined for a file of another product. */
export async function sealTold(
  file: FilePlan,
  stem: string,
  release: string,
  index: number,
  folder: ToldFolder,
): Promise<ReleasedFile['tells']> {
  const scope = scopeOf(file);
  return scope === undefined ? undefined : { scope, sha256: await folder.seal(stem, toldName(release, index)) };
}

function scopeOf({ steps }: FilePlan): string | undefined {
  return stepOf(steps, 'tell')?.scope;
}

/** Whether a release of this pipeline wrote it; of `study-2`, which may be running, it was none of `study`. */
function isOf(name: string, pipeline: string): boolean {
  const prefix = `${pipeline}-`;
  return name.startsWith(prefix) && /^\d{8}T\d{4}-[^-]+-\d+\.parquet$/.test(name.slice(prefix.length));
}

function knownNames(entries: readonly Entry[]): ReadonlySet<string> {
  const intended = entries.flatMap((entry) => (isKind(entry, 'intended') ? [entry] : []));
  return new Set(intended.flatMap(({ release, files }) => files.map((_, index) => toldName(release, index))));
}
