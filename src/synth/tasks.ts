import type { DuckDBConnection } from '@duckdb/node-api';
import { hesAe } from './ae.ts';
import { hesApc } from './apc.ts';
import { EPISODES_PER_SPELL } from './apc-spells.ts';
import { dayNumber, type FinancialYear, financialYear, financialYearOf } from './calendar.ts';
import { deaths } from './deaths.ts';
import { ecds } from './ecds.ts';
import { dids } from './imaging.ts';
import { hesOp } from './op.ts';
import { optOuts } from './opt-outs.ts';
import {
  type ActivityDataset,
  DEFAULT_YEARS,
  ROWS_PER_PERSON,
  SYNTH_DATASETS,
  type SynthDataset,
  type SynthOptions,
} from './options.ts';
import { pds } from './pds.ts';
import type { Activity } from './rates.ts';
import type { Sql } from './sql.ts';
import { createVisits, dropVisits, expectedVisits, type Portion } from './visits.ts';
import type { World } from './world.ts';
import type { FileFormat } from './write.ts';

/** One file to be written. */
export interface Task {
  readonly dataset: SynthDataset;
  /** Below the directory. */
  readonly path: string;
  readonly format: FileFormat;
  /** Whether a file that is there is what it would be again. */
  readonly settled?: boolean;
  /** Makes the table that the query needs. */
  readonly prepare?: (connection: DuckDBConnection) => Promise<void>;
  readonly query: Sql;
  readonly finish?: (connection: DuckDBConnection) => Promise<void>;
}

interface ActivityKind {
  readonly activity: Activity;
  readonly query: (portion: Portion) => Sql;
  readonly rowsPerVisit: number;
  /** April of the first and of the last financial year that there is any data of. */
  readonly first?: number;
  readonly last?: number;
}

const ACTIVITY_KINDS: Readonly<Record<ActivityDataset, ActivityKind>> = {
  hes_apc: { activity: 'apc', query: hesApc, rowsPerVisit: EPISODES_PER_SPELL },
  hes_op: { activity: 'op', query: hesOp, rowsPerVisit: 1 },
  hes_ae: { activity: 'ae', query: hesAe, rowsPerVisit: 1, last: 2019 },
  ecds: { activity: 'ecds', query: ecds, rowsPerVisit: 1, first: 2017 },
  dids: { activity: 'dids', query: dids, rowsPerVisit: 1 },
};

/** The files, in the order in which they are written. */
export async function tasksFor(
  connection: DuckDBConnection,
  world: World,
  options: SynthOptions,
): Promise<readonly Task[]> {
  const { datasets = SYNTH_DATASETS, format = 'parquet' } = options;
  const tasks: Task[] = [];
  for (const dataset of SYNTH_DATASETS.filter((name) => datasets.includes(name))) {
    switch (dataset) {
      case 'pds':
        tasks.push({ dataset, path: `pds.${format}`, format, query: pds(world) });
        break;
      case 'opt_outs':
        tasks.push({ dataset, path: 'opt-outs.dat', format: 'list', query: optOuts(world) });
        break;
      case 'deaths':
        tasks.push({ dataset, path: `deaths/deaths.${format}`, format, query: deaths(world) });
        break;
      default:
        tasks.push(...(await activityTasks(connection, world, options, dataset)));
    }
  }
  return tasks;
}

/** A file for each financial year. */
async function activityTasks(
  connection: DuckDBConnection,
  world: World,
  options: SynthOptions,
  dataset: ActivityDataset,
): Promise<readonly Task[]> {
  const { rows = {}, years: wanted = DEFAULT_YEARS, format = 'parquet' } = options;
  const kind = ACTIVITY_KINDS[dataset];
  // Volumes are those asked for when the world began: a later day must not change what was before.
  const then = { ...world, asAt: world.epoch };
  const first = yearsOf(kind, then, wanted);
  const years = yearsOf(kind, world, wanted + financialYearOf(world.asAt).begins - financialYearOf(world.epoch).begins);
  const total = rows[dataset] ?? world.people * ROWS_PER_PERSON[dataset];
  if (first.length === 0 || total === 0) return [];
  const visitsPerPerson = total / kind.rowsPerVisit / world.people;
  const scale = await scaleFor(connection, then, kind.activity, first, visitsPerPerson);
  return years.map((year) => {
    const portion: Portion = { world, activity: kind.activity, year, scale };
    return {
      dataset,
      path: `${dataset}/${dataset}_${year.label}.${format}`,
      format,
      settled: options.since !== undefined && !changesAfter(year, dayNumber(options.since)),
      prepare: (on) => createVisits(on, portion),
      finish: (on) => dropVisits(on, portion),
      query: kind.query(portion),
    };
  });
}

/** What is still to be known of a year's activity, reports and ends of episodes, is known so many days after its end. */
const SETTLED_DAYS = 100;

function changesAfter(year: FinancialYear, day: number): boolean {
  return day < year.firstDay + year.days + SETTLED_DAYS;
}

function yearsOf(kind: ActivityKind, world: World, wanted: number): readonly FinancialYear[] {
  const latest = financialYearOf(world.asAt).begins;
  const last = Math.min(latest, kind.last ?? latest);
  // A dataset that has ended keeps its last two years, however late it is.
  const first = Math.max(Math.min(latest - wanted + 1, last === latest ? latest : last - 1), kind.first ?? 0);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => financialYear(first + index));
}

/** What the rates must be multiplied by; found by correcting a guess, as many visits a person are cut off. */
async function scaleFor(
  connection: DuckDBConnection,
  world: World,
  activity: Activity,
  years: readonly FinancialYear[],
  visitsPerPerson: number,
): Promise<number> {
  let scale = 1;
  for (let round = 0; round < 3; round += 1) {
    const expected = await expectedVisits(connection, world, activity, years, scale);
    scale = Number((scale * (visitsPerPerson / expected)).toPrecision(6));
  }
  return scale;
}
