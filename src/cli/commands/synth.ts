import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { dayOf } from '../../kernel/calendar-date.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { nearest } from '../../kernel/nearest.ts';
import { SYNTH_DATASETS, type SynthDataset } from '../../synth/options.ts';
import { group } from '../reporter.ts';
import { formatTable } from '../table.ts';
import { contextOf } from './command-context.ts';

interface SynthFlags {
  readonly people: number;
  readonly seed: number;
  readonly out: string;
  readonly episodes?: number;
  readonly datasets?: string;
  readonly format: 'parquet' | 'csv';
  readonly years?: number;
  readonly cohort?: number;
  readonly memory?: string;
  readonly threads?: number;
}

export function addSynth(program: Command): void {
  program
    .command('synth')
    .description('make synthetic PDS, opt-outs, HES, ECDS, deaths and imaging of any size; no number was ever issued')
    .requiredOption('--people <n>', 'people in PDS', wholeNumber)
    .requiredOption('--out <dir>', 'folder to write to')
    .option('--seed <n>', 'the same seed gives the same data', wholeNumber, 1)
    .option('--episodes <n>', 'rows of HES APC (default: twice as many as people)', wholeNumber)
    .option('--datasets <list>', `some of ${SYNTH_DATASETS.join(',')}`)
    .option('--format <format>', 'parquet, or csv (pipe-delimited)', formatOf, 'parquet')
    .option('--years <n>', 'financial years of activity', wholeNumber)
    .option(
      '--cohort <n>',
      'a cohort file of so many participants as well, with typos, gaps and old numbers',
      wholeNumber,
    )
    .option('--memory <size>', 'what may be used, as 4GB')
    .option('--threads <n>', 'processors to use', wholeNumber)
    .addHelpText('after', '\nExample:\n  dars synth --people 1000000 --episodes 2000000 --seed 1 --out data')
    .action(async (flags: SynthFlags, command: Command) => {
      const context = contextOf(command);
      // Only here: every other command would wait for what it does not need.
      const { synthesise } = await import('../../synth/synthesise.ts');
      const { writeCohort } = await import('../../synth/cohort.ts');
      const report = await synthesise({
        directory: flags.out,
        people: flags.people,
        seed: flags.seed,
        asAt: dayOf(context.now()),
        format: flags.format,
        ...(flags.datasets === undefined ? {} : { datasets: datasetsOf(flags.datasets) }),
        ...(flags.episodes === undefined ? {} : { rows: { hes_apc: flags.episodes } }),
        ...(flags.years === undefined ? {} : { years: flags.years }),
        ...(flags.memory === undefined ? {} : { memory: flags.memory }),
        ...(flags.threads === undefined ? {} : { threads: flags.threads }),
        onProgress: ({ file, done, files, rows }) =>
          context.reporter.event({ kind: 'progress', step: `synth ${file}`, done, of: files, rows: rows ?? 0 }),
      });
      const limits = {
        ...(flags.memory === undefined ? {} : { memory: flags.memory }),
        ...(flags.threads === undefined ? {} : { threads: flags.threads }),
      };
      const cohort =
        flags.cohort === undefined
          ? []
          : await writeCohort({
              directory: flags.out,
              pds: join(flags.out, `pds.${flags.format}`),
              participants: flags.cohort,
              seed: flags.seed,
              reference: 'NIC-000000',
              ...limits,
            });
      const rows = [...report.files, ...cohort.map((file) => ({ ...file, seconds: 0 }))].map(
        ({ path, rows: n, bytes, seconds }) => [path, n, bytes, Number(seconds.toFixed(1))],
      );
      const summary = `${group(report.rows)} rows, ${group(report.bytes)} bytes in ${report.seconds.toFixed(1)} s; the last day known is ${dayOf(context.now())}`;
      context.reporter.result(`${formatTable(['file', 'rows', 'bytes', 'seconds'], rows)}\n\n${summary}`, report);
    });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text.replaceAll('_', ''))) throw new InvalidArgumentError('It is a whole number.');
  return Number(text.replaceAll('_', ''));
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
