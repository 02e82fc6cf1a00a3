import type { CalendarDate } from '../kernel/calendar-date.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { Problem } from '../kernel/problem.ts';

/** What can be made, named as the catalogue names it. */
export const SYNTH_DATASETS = ['pds', 'opt_outs', 'hes_apc', 'hes_op', 'hes_ae', 'ecds', 'deaths', 'dids'] as const;
export type SynthDataset = (typeof SYNTH_DATASETS)[number];

/** Those of which one can say how many rows; the others follow from the people. */
export type ActivityDataset = 'hes_apc' | 'hes_op' | 'hes_ae' | 'ecds' | 'dids';

export interface SynthOptions {
  /** Created if need be. Files of the same names are replaced. */
  readonly directory: string;
  /** People in PDS, some of them dead or gone; it has about three records more in a hundred. */
  readonly people: number;
  /** The same seed, people, volumes and `asAt` give the same values, whatever the machine. */
  readonly seed: number;
  /** The last day that the files know of. */
  readonly asAt: CalendarDate;
  /** The day for which the world was first made, `asAt` if not given; the same epoch with a later `asAt` is the same world, later. */
  readonly epoch?: CalendarDate;
  /** Files of financial years that were long over on this day are there already, and are left as they are. */
  readonly since?: CalendarDate;
  /** All if not given. */
  readonly datasets?: readonly SynthDataset[];
  /** csv: pipe-delimited with a header. */
  readonly format?: 'parquet' | 'csv';
  /** About how many rows a dataset gets over all years; {@link ROWS_PER_PERSON} if not given. */
  readonly rows?: Readonly<Partial<Record<ActivityDataset, number>>>;
  /** Financial years of activity up to that of the epoch; those since then come on top. */
  readonly years?: number;
  /** What DuckDB may use, as 4GB; it never spills to disk. */
  readonly memory?: string;
  readonly threads?: number;
  /** Called when a file is begun and when it is done. */
  readonly onProgress?: (progress: SynthProgress) => void;
}

export interface SynthProgress {
  /** The file's path below the directory. */
  readonly file: string;
  /** Files done, of so many. */
  readonly done: number;
  readonly files: number;
  /** Of this file, once it is done. */
  readonly rows?: number;
}

export interface SynthFile {
  readonly dataset: SynthDataset;
  /** Below the directory. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
}

export interface SynthReport {
  readonly directory: string;
  readonly files: readonly SynthFile[];
  readonly rows: number;
  readonly bytes: number;
  /** Preparation included. */
  readonly seconds: number;
}

export const ROWS_PER_PERSON: Readonly<Record<ActivityDataset, number>> = {
  hes_apc: 2,
  hes_op: 2,
  hes_ae: 0.4,
  ecds: 1,
  dids: 0.5,
};

export const DEFAULT_YEARS = 8;
/** After so many years record keys would come again. */
const MOST_YEARS = 32;

/** Refuses what cannot be made, with every reason at once. */
export function checkOptions({
  people,
  seed,
  asAt,
  epoch = asAt,
  rows = {},
  years = DEFAULT_YEARS,
  threads = 1,
  memory = '',
}: SynthOptions): void {
  const problems: Problem[] = [];
  const check = (holds: boolean, code: string, message: string) => {
    if (!holds) problems.push({ code, message });
  };
  check(Number.isSafeInteger(people) && people > 0, 'synth-people', 'The number of people is a whole number above 0.');
  check(Number.isSafeInteger(seed) && seed >= 0, 'synth-seed', 'The seed is a whole number, 0 or more.');
  check(
    Number.isInteger(years) && years > 0 && years <= MOST_YEARS,
    'synth-years',
    `The financial years are a whole number from 1 to ${MOST_YEARS}.`,
  );
  check(epoch <= asAt, 'synth-epoch', 'A world begins on its last day or before it.');
  check(Number.isInteger(threads) && threads > 0, 'synth-threads', 'The number of threads is a whole number above 0.');
  check(memory === '' || /^\d+(\.\d+)? ?[KMGT]i?B$/.test(memory), 'synth-memory', 'Memory is written as 4GB.');
  for (const [dataset, count] of Object.entries(rows)) {
    check(Number.isFinite(count) && count >= 0, 'synth-rows', `The number of rows of ${dataset} is 0 or more.`);
  }
  if (problems.length > 0) {
    throw new Fault(ExitCode.usage, 'synth-options', 'Such data cannot be made.', { problems });
  }
}
