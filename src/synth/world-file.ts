import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { addDays, type CalendarDate, parseCalendarDate } from '../kernel/calendar-date.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { calendarDate } from '../kernel/schema-parts.ts';
import { checkOptions, SYNTH_DATASETS, type SynthOptions, type SynthReport } from './options.ts';
import { synthesise } from './synthesise.ts';

/** What a folder's world was made with, so that it can be moved forward. */
const WORLD_FILE = 'synth.json';
/** The last day that the files know of, alone in a file: for `as_at: { file: … }` of a source, and for `ready`. */
const DAY_FILE = 'as-at';

const worldFile = z.strictObject({
  format: z.literal('dars-synth/1'),
  seed: z.int(),
  people: z.int(),
  epoch: calendarDate,
  as_at: calendarDate,
  datasets: z.array(z.enum(SYNTH_DATASETS)),
  file_format: z.enum(['parquet', 'csv']),
  rows: z.record(z.string(), z.number()),
  years: z.int().nullable(),
});

type MachineOptions = Pick<SynthOptions, 'memory' | 'threads' | 'onProgress'>;

/** Makes a world in a folder, and notes what it was made with beside it. */
export async function makeWorld(options: SynthOptions): Promise<SynthReport> {
  checkOptions(options);
  // Whoever reads sees that something is going on.
  await rm(join(options.directory, DAY_FILE), { force: true });
  const report = await synthesise(options);
  const { seed, people, asAt, epoch = asAt, datasets = SYNTH_DATASETS, format = 'parquet', rows = {}, years } = options;
  const noted: z.input<typeof worldFile> = {
    format: 'dars-synth/1',
    seed,
    people,
    epoch,
    as_at: asAt,
    datasets: [...datasets],
    file_format: format,
    rows: { ...rows },
    years: years ?? null,
  };
  await writeFile(join(options.directory, WORLD_FILE), `${JSON.stringify(noted, null, 2)}\n`);
  await writeFile(join(options.directory, DAY_FILE), `${asAt}\n`);
  return report;
}

/**
 * Moves the world of a folder forward: people die, move, merge, leave and come back; others are born or move in; some opt
 * out; hospitals go on. Every file becomes what it is on the later day; nothing of the past changes but what is found out
 * later. The same world moved by the same steps gives the same bytes, in one step or in several.
 */
export async function advanceWorld(
  directory: string,
  step: string,
  machine: MachineOptions,
): Promise<{ readonly report: SynthReport; readonly from: CalendarDate; readonly to: CalendarDate }> {
  const world = await readWorld(directory);
  const from = world.as_at;
  const to = later(from, step);
  const report = await makeWorld({
    ...machine,
    directory,
    seed: world.seed,
    people: world.people,
    epoch: world.epoch,
    asAt: to,
    since: from,
    datasets: world.datasets,
    format: world.file_format,
    rows: world.rows,
    ...(world.years === null ? {} : { years: world.years }),
  });
  return { report, from, to };
}

async function readWorld(directory: string): Promise<z.output<typeof worldFile>> {
  const path = join(directory, WORLD_FILE);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new Fault(ExitCode.usage, 'no-world', `${directory} holds no ${WORLD_FILE}, so no world to move forward`, {
      hint: 'name a folder that dars synth made, with --out',
    });
  }
  const parsed = worldFile.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new Fault(ExitCode.usage, 'no-world', `${path} is not what dars synth writes`, {
    hint: 'make the world anew in another folder',
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The day a step later: `3 months`, `1 year`, `2 weeks`, `10 days`. A month later is the same day, or the month's last. */
export function later(day: CalendarDate, step: string): CalendarDate {
  const [, count = '', unit] = /^([1-9]\d{0,3}) ?(day|week|month|year)s?$/.exec(step.trim().toLowerCase()) ?? [];
  if (unit === undefined) throw stepFault('--advance wants a number of days, weeks, months or years');
  const number = Number(count);
  if (unit === 'day' || unit === 'week') return addDays(day, number * (unit === 'week' ? 7 : 1));
  const months = 12 * Number(day.slice(0, 4)) + Number(day.slice(5, 7)) - 1 + number * (unit === 'year' ? 12 : 1);
  const month = `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`;
  for (let date = Number(day.slice(8)); date > 0; date -= 1) {
    const found = parseCalendarDate(`${month}-${String(date).padStart(2, '0')}`);
    if (found !== undefined) return found;
  }
  throw stepFault('--advance leads to no day of a calendar');
}

function stepFault(message: string): Fault {
  return new Fault(ExitCode.usage, 'synth-step', message, { hint: 'for example --advance "3 months"' });
}
