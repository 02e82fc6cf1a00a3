import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type CalendarDate, dayOf, parseCalendarDate } from '../kernel/calendar-date.ts';
import { sha256Hex } from '../kernel/digest.ts';
import type { EngineInputs, Freshness, InputLook } from './engine.ts';

interface Input extends Partial<Freshness> {
  readonly source: string;
  readonly paths: readonly string[];
}

interface FileState {
  readonly path: string;
  readonly bytes: bigint;
  readonly modified: bigint;
  readonly changed: bigint;
}

/**
 * Looks at the files that a release is made of, to tell of when they are and whether they are whole, and to find out
 * later whether anybody touched them: a source that is replaced or written to while it is read gives rows of two
 * states, and no format shows that. Size and times are enough for that and cost nothing; the time of the last change
 * (ctime) can't be set back by whoever writes. `expand` gives the files that patterns mean, as the scans will.
 */
export async function lookAtInputs(
  inputs: EngineInputs,
  datasets: readonly string[],
  expand: (patterns: readonly string[]) => Promise<readonly (readonly string[])[]>,
): Promise<readonly InputLook[]> {
  const wanted: Input[] = datasets.flatMap((dataset) => {
    const location = inputs.sources.get(dataset);
    return location === undefined ? [] : [{ ...location, source: dataset }];
  });
  const { optOuts, geography, cohortFile, tracing } = inputs;
  if (optOuts !== undefined) {
    const request = optOuts.request === undefined ? [] : [optOuts.request];
    wanted.push({ ...optOuts, paths: [...optOuts.paths, ...request], source: 'opt_outs' });
  }
  if (geography !== undefined) wanted.push({ source: 'geography', paths: [geography.path] });
  const cohorts = [
    ...(cohortFile === undefined ? [] : [cohortFile]),
    ...[...(tracing?.files.values() ?? [])].flat(),
    ...(tracing?.decisions.values() ?? []),
  ];
  if (cohorts.length > 0) wanted.push({ source: 'cohort', paths: cohorts });
  const patterns = [...new Set(wanted.flatMap(({ paths }) => paths.filter((path) => /[*?[]/.test(path))))];
  const matches = patterns.length === 0 ? [] : await expand(patterns);
  const found = new Map(patterns.map((pattern, index) => [pattern, matches[index] ?? []]));
  return Promise.all(wanted.map((input) => lookAt(input, (path) => found.get(path) ?? [path])));
}

async function lookAt(
  { source, paths, asAt, ready }: Input,
  filesOf: (path: string) => readonly string[],
): Promise<InputLook> {
  const files = (await Promise.all(paths.flatMap(filesOf).map(stateOf))).filter((each) => each !== undefined);
  const marker = ready === undefined ? undefined : await stateOf(ready);
  const written = typeof asAt === 'object' ? await wordIn(asAt.file) : '';
  const day = dayFrom(asAt, written, files, source);
  const defect =
    notReady(ready, marker, files) ??
    (typeof asAt === 'object' && day === undefined
      ? { code: 'undated' as const, message: `has no date in ${basename(asAt.file)}, which should hold it` }
      : undefined);
  const facts = [...files, ...(marker === undefined ? [] : [marker])].map(
    ({ path, bytes, modified, changed }) => `${path}\n${bytes} ${modified} ${changed}`,
  );
  return { source, asAt: day, defect, fingerprint: sha256Hex([...facts, written].join('\n')) };
}

/** Undefined where the file is not there, or went while we looked. */
async function stateOf(path: string): Promise<FileState | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && { path, bytes: found.size, modified: found.mtimeNs, changed: found.ctimeNs };
}

function notReady(
  ready: string | undefined,
  marker: FileState | undefined,
  files: readonly FileState[],
): InputLook['defect'] {
  if (ready === undefined) return undefined;
  if (marker === undefined) return { code: 'not-ready', message: `is being written: ${basename(ready)} is not there` };
  const late = files.find(({ modified }) => modified > marker.modified);
  if (late === undefined) return undefined;
  return { code: 'not-ready', message: `is being written: ${basename(late.path)} is newer than ${basename(ready)}` };
}

/**
 * Of files that were written on several days the latest counts, since a dataset grows by the file of a new year; of an
 * opt-out list the earliest, since what is old in it is wrong.
 */
function dayFrom(
  asAt: Freshness['asAt'],
  written: string,
  files: readonly FileState[],
  source: string,
): CalendarDate | undefined {
  if (typeof asAt === 'object') return parseCalendarDate(written);
  if (asAt !== 'modified') return asAt;
  const days = files.map(({ modified }) => dayOf(new Date(Number(modified / 1_000_000n)))).sort();
  return days.at(source === 'opt_outs' ? 0 : -1);
}

/** The beginning of a small file, without blanks around it; empty where there is none. */
async function wordIn(path: string): Promise<string> {
  try {
    await using handle = await open(path);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead).toString('latin1').trim();
  } catch {
    return '';
  }
}
