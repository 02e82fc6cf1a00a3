import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { dayOf } from '../../kernel/calendar-date.ts';
import { counted } from '../../kernel/counted.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { nearest } from '../../kernel/nearest.ts';
import {
  SYNTH_DATASETS,
  type SynthDataset,
  type SynthOptions,
  type SynthProgress,
  type SynthReport,
} from '../../synth/options.ts';
import { group } from '../reporter.ts';
import { formatTable } from '../table.ts';
import { wholeNumber } from './arguments.ts';
import { contextOf } from './command-context.ts';

interface SynthFlags {
  readonly people?: number;
  readonly seed?: number;
  readonly out?: string;
  readonly advance?: readonly string[];
  readonly episodes?: number;
  readonly datasets?: string;
  readonly format?: 'parquet' | 'csv';
  readonly years?: number;
  readonly cohort?: number;
  readonly memory?: string;
  readonly threads?: number;
}

export function addSynth(program: Command): void {
  program
    .command('synth')
    .description('make synthetic PDS, opt-outs, HES, ECDS, deaths and imaging of any size; no number was ever issued')
    .option('--people <n>', 'people in PDS', wholeNumber)
    .option('--out <dir>', 'folder to write to')
    .option('--seed <n>', 'the same seed gives the same data (default: 1)', wholeNumber)
    .option('--episodes <n>', 'rows of HES APC (default: twice as many as people)', wholeNumber)
    .option('--datasets <list>', `some of ${SYNTH_DATASETS.join(',')}`)
    .option('--format <format>', 'parquet (the default), or csv (pipe-delimited)', formatOf)
    .option('--years <n>', 'financial years of activity', wholeNumber)
    .option(
      '--cohort <n>',
      'a cohort file of so many participants as well, with typos, gaps and old numbers',
      wholeNumber,
    )
    .option('--advance <step...>', 'move the world in --out (or here) forward: 3 months, 10 days, 1 year')
    .option('--memory <size>', 'what may be used, as 4GB')
    .option('--threads <n>', 'processors to use', wholeNumber)
    .addHelpText(
      'after',
      '\nExample:\n  dars synth --people 1000000 --episodes 2000000 --seed 1 --out data\n  dars synth --advance 3 months --out data',
    )
    .action(async (flags: SynthFlags, command: Command) => {
      const context = contextOf(command);
      // Only here: every other command would wait for what it does not need.
      const { advanceWorld, makeWorld } = await import('../../synth/world-file.ts');
      const machine = {
        ...(flags.memory === undefined ? {} : { memory: flags.memory }),
        ...(flags.threads === undefined ? {} : { threads: flags.threads }),
        onProgress: ({ file, done, files, rows }: SynthProgress) =>
          context.reporter.event({ kind: 'progress', step: `synth ${file}`, done, of: files, rows: rows ?? 0 }),
      };
      if (flags.advance !== undefined) {
        const step = flags.advance.join(' ');
        const { report, from, to } = await advanceWorld(advancedFolder(flags), step, machine);
        const moved = `; the last day known was ${from} and is ${to}`;
        context.reporter.result(formatReport(report, moved), { from, to, ...report });
        return;
      }
      const asAt = dayOf(context.now());
      const report = await makeWorld({ ...machine, ...whatToMake(flags), asAt });
      if (flags.cohort !== undefined) {
        const { writeCohort } = await import('../../synth/cohort.ts');
        const files = await writeCohort({
          ...machine,
          directory: report.directory,
          pds: join(report.directory, `pds.${flags.format ?? 'parquet'}`),
          participants: flags.cohort,
          seed: flags.seed ?? 1,
          reference: 'NIC-000000',
        });
        for (const { path, rows } of files) context.reporter.note(`${path}: ${counted(rows, 'row')}`);
      }
      context.reporter.result(formatReport(report, `; the last day known is ${asAt}`), report);
    });
}

function formatReport(report: SynthReport, days: string): string {
  const rows = report.files.map(({ path, rows: n, bytes, seconds }) => [path, n, bytes, Number(seconds.toFixed(1))]);
  const table = formatTable(['file', 'rows', 'bytes', 'seconds'], rows);
  return `${table}\n\n${group(report.rows)} rows, ${group(report.bytes)} bytes in ${report.seconds.toFixed(1)} s${days}`;
}

function whatToMake({
  people,
  out,
  seed = 1,
  episodes,
  datasets,
  format,
  years,
  cohort,
}: SynthFlags): Omit<SynthOptions, 'asAt'> {
  if (people === undefined || out === undefined) {
    throw new Fault(ExitCode.usage, 'synth', `--${people === undefined ? 'people' : 'out'} is missing`, {
      hint: 'for example dars synth --people 1000000 --out data',
    });
  }
  const wanted = datasets === undefined ? undefined : datasetsOf(datasets);
  if (cohort !== undefined && wanted?.includes('pds') === false) {
    throw new Fault(ExitCode.usage, 'synth', '--cohort is of people in PDS, which --datasets leaves out', {
      hint: 'add pds to --datasets',
    });
  }
  return {
    directory: out,
    people,
    seed,
    ...(format === undefined ? {} : { format }),
    ...(wanted === undefined ? {} : { datasets: wanted }),
    ...(episodes === undefined ? {} : { rows: { hes_apc: episodes } }),
    ...(years === undefined ? {} : { years }),
  };
}

/** What a world is made of was settled when it was made. */
function advancedFolder(flags: SynthFlags): string {
  const settled = (['people', 'seed', 'episodes', 'datasets', 'format', 'years', 'cohort'] as const).find(
    (each) => flags[each] !== undefined,
  );
  if (settled === undefined) return flags.out ?? '.';
  throw new Fault(ExitCode.usage, 'synth', `--${settled} was settled when the world was made`, {
    hint: '--advance goes with --out, --memory and --threads',
  });
}

function formatOf(text: string): 'parquet' | 'csv' {
  if (text !== 'parquet' && text !== 'csv') throw new InvalidArgumentError('It is parquet or csv.');
  return text;
}

function datasetsOf(text: string): SynthDataset[] {
  return text.split(',').map((name) => {
    const found = SYNTH_DATASETS.find((each) => each === name.trim());
    if (found !== undefined) return found;
    const near = nearest(name, SYNTH_DATASETS);
    throw new Fault(ExitCode.usage, 'synth-dataset', `there is no synthetic ${name}`, {
      hint: near === undefined ? `there are ${SYNTH_DATASETS.join(', ')}` : `did you mean ${near}?`,
    });
  });
}
