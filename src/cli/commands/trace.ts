import type { Command } from 'commander';
import type { TraceSession } from '../../engine/trace-session.ts';
import { dayOf } from '../../kernel/calendar-date.ts';
import { counted } from '../../kernel/counted.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import type { CohortTerms } from '../../linkage/cohort/validate-cohort.ts';
import { type ValidationReport, validationRows } from '../../linkage/cohort/validation-report.ts';
import { formatModel } from '../../linkage/model.ts';
import { clericalRows } from '../../linkage/trace/clerical.ts';
import type { ComparedTraces } from '../../linkage/trace/compare-traces.ts';
import { matchRows } from '../../linkage/trace/match-rows.ts';
import type { Estimate } from '../../linkage/trace-quality/estimates.ts';
import { publishedCount } from '../../linkage/trace-quality/published-count.ts';
import { type TraceCounts, traceCounts } from '../../linkage/trace-quality/trace-counts.ts';
import { tracePage } from '../../linkage/trace-quality/trace-page.ts';
import { publishedValidation, type TraceReport, traceReport } from '../../linkage/trace-quality/trace-report.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { formatTable } from '../table.ts';
import { traceSession } from '../wire.ts';
import { type CommandContext, contextOf, openWorkspace } from './command-context.ts';
import { isJsonFile, writeJson, writeOutput } from './output-file.ts';
import { compareOption, profileOption } from './profile-options.ts';
import type { TraceFlags } from './trace-flags.ts';
import { checkProfiles, traceByProfiles } from './trace-profiles.ts';

const HELP = `
The file has the headers of the cohort template, all of them, and at most 1,000,000 rows. A row with a fault stays out and
is told of by its number; a file with a problem of its own is not traced at all. The profiles mps (Master Person Service)
and hes-ons (eight ranks) go by rules instead of this program's model, with their own steps in the match file.

Examples:
  dars trace fixtures/cohorts/NIC-700001_cohort.csv --check --agreement DARS-NIC-700001-B7K2M-v1.0
  dars trace fixtures/cohorts/NIC-700001_cohort.csv --validation validation.csv --out match.csv --report quality.html
  dars trace fixtures/cohorts/NIC-700001_cohort.csv --out match.csv --compare mps`;

export function addTrace(program: Command): void {
  program
    .command('trace')
    .description('find the participants of a cohort file in PDS, and say how sure it is of each')
    .argument('<cohort>', 'CSV with the headers of the cohort template')
    .option('--agreement <reference>', 'what the file may hold; without it, all of the template')
    .option('--check', 'look at the file and trace nobody')
    .option('--validation <file>', 'the report for the applicant: faults by row as CSV, or counts as JSON by its name')
    .addOption(profileOption('trace'))
    .addOption(compareOption('trace by this profile too, and say of everybody what it found'))
    .option('--out <file>', 'the match file: CSV, or Parquet by its name')
    .option('--with-numbers', 'with the NHS number of everybody found, which is the custodian’s alone')
    .option('--clerical <file>', 'near links for people to decide, with NHS numbers, which are the custodian’s alone')
    .option('--decisions <file>', 'the same file with yes or no under DECISION, which then stands')
    .option('--report <file>', 'how good the links are thought to be: a page, or JSON by its name')
    .option('--save-model <file>', 'write the model that was learnt')
    .addHelpText('after', HELP)
    .action(async (cohort: string, flags: TraceFlags, command: Command) => {
      checkProfiles(flags);
      const context = contextOf(command);
      const workspace = await openWorkspace(context);
      await using session = await traceSession(workspace);
      const today = dayOf(context.now());
      const validation = await session.takeIn(cohort, termsOf(workspace, flags.agreement), today);
      if (flags.validation !== undefined) await writeValidation(session, validation, flags.validation);
      if (validation.problems.length > 0) throw refusedFile(validation);
      if (flags.check === true) return tellValidation(context, validation);
      const started = Date.now();
      const { table, trace, compared } = await traceByProfiles(
        session,
        flags,
        Number(today.slice(0, 4)),
        (step, part) =>
          context.reporter.event({ kind: 'step', step: `trace ${step}`, ...(part === undefined ? {} : { part }) }),
      );
      if (flags.out !== undefined) await session.write(matchRows(flags.withNumbers === true, compared), flags.out);
      const quality = trace === undefined ? undefined : await traceReport(session.database, validation, trace);
      if (flags.clerical !== undefined) await session.write(clericalRows(), flags.clerical);
      if (flags.report !== undefined && quality !== undefined) {
        if (isJsonFile(flags.report)) await writeJson(flags.report, quality);
        else await writeOutput(flags.report, tracePage(quality));
      }
      if (flags.saveModel !== undefined && trace !== undefined)
        await writeOutput(flags.saveModel, formatModel(trace.model));
      tellTrace(context, flags, {
        validation: quality?.validation ?? publishedValidation(validation),
        counts: quality?.counts ?? (await traceCounts(session.database, table)),
        quality,
        compared,
        seconds: (Date.now() - started) / 1000,
      });
    });
}

function termsOf({ agreements }: Workspace, reference: string | undefined): CohortTerms | undefined {
  if (reference === undefined) return undefined;
  const found = agreements.find((each) => each.reference.text === reference);
  if (found === undefined) {
    throw new Fault(ExitCode.usage, 'no-agreement', `there is no agreement ${reference}`, {
      hint: 'dars agreement list shows those there are',
    });
  }
  const { cohort } = found.agreement;
  if (cohort === undefined) {
    throw new Fault(ExitCode.refused, 'no-cohort', `${reference} is for no cohort of the applicant’s`, {
      hint: 'an agreement says under cohort: what its file may hold',
    });
  }
  return cohort;
}

/** A file that is refused as a whole: each problem, and nothing of what is in it. */
function refusedFile({ file, problems }: ValidationReport): Fault {
  return new Fault(ExitCode.source, 'cohort', `${file} can’t be taken in, for ${counted(problems.length, 'reason')}`, {
    problems: problems.map(({ code, message }) => ({ code, message })),
    hint: 'the applicant has to send another file',
  });
}

async function writeValidation(session: TraceSession, validation: ValidationReport, path: string): Promise<void> {
  const isWhole = !validation.problems.some(({ code }) => code === 'header-mismatch');
  if (isJsonFile(path) || !isWhole) await writeJson(path, validation);
  else await session.write(validationRows(), path);
}

function tellValidation({ reporter }: CommandContext, validation: ValidationReport): void {
  const { file, rows, passed, adds, deletes, failed, categories } = validation;
  const lines = [
    `${file}: ${counted(rows, 'row')}, ${passed.toLocaleString('en-GB')} passed (${adds} to add, ${deletes} to delete), ${failed.toLocaleString('en-GB')} failed`,
    ...(categories.length === 0
      ? []
      : [
          '',
          formatTable(
            ['category', 'rows', 'rule'],
            categories.map((each) => [each.category, each.rows, each.rule]),
          ),
        ]),
  ];
  reporter.result(lines.join('\n'), validation);
}

/** What the terminal tells of a trace; counts as a report publishes them. */
interface Told {
  readonly validation: TraceReport['validation'];
  readonly counts: TraceCounts;
  /** Undefined for a profile of rules. */
  readonly quality: TraceReport | undefined;
  readonly compared: ComparedTraces | undefined;
  readonly seconds: number;
}

function tellTrace(
  { reporter }: CommandContext,
  { profile, compare }: TraceFlags,
  { validation, counts, quality, compared, seconds }: Told,
): void {
  const estimated = (share: Estimate | undefined): string =>
    share === undefined ? 'too few to tell' : percentOf(share.value);
  const rows: [string, string | number][] = [
    ['rows', validation.rows],
    ['failed at intake', validation.failed],
    ['participants', counts.participants],
    ...counts.steps.map(({ rank, step, participants }): [string, string | number] => [
      `rank ${rank}: ${step}`,
      participants,
    ]),
    ...counts.codes.map(({ code, means, participants }): [string, string | number] => [
      `code ${code}: ${means}`,
      participants,
    ]),
    ...(quality === undefined
      ? []
      : ([
          ['precision, estimated', estimated(quality.estimates?.precision)],
          ['recall, estimated', estimated(quality.estimates?.recall)],
        ] satisfies [string, string][])),
    ['seconds', Number(seconds.toFixed(1))],
  ];
  const agreements = compared?.counts.map(({ agreement, records }) => ({
    agreement,
    participants: publishedCount(records),
  }));
  const told = [formatTable(['', ''], rows)];
  if (agreements !== undefined) {
    const lines = agreements.map(({ agreement, participants }): [string, string | number] => [agreement, participants]);
    told.push('', formatTable([`${profile} and ${compare}`, 'participants'], lines));
  }
  const whole = quality ?? { validation, counts };
  reporter.result(told.join('\n'), {
    ...whole,
    profile,
    ...(agreements === undefined ? {} : { compare, agreements }),
    seconds,
  });
}

function percentOf(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
