import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { TraceSession } from '../../engine/trace-session.ts';
import { dayOf } from '../../kernel/calendar-date.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import type { CohortTerms } from '../../linkage/cohort/validate-cohort.ts';
import { type ValidationReport, validationRows } from '../../linkage/cohort/validation-report.ts';
import { formatModel } from '../../linkage/model.ts';
import { clericalRows } from '../../linkage/trace/clerical.ts';
import { matchRows } from '../../linkage/trace/match-rows.ts';
import { tracePage } from '../../linkage/trace-quality/trace-page.ts';
import { type TraceReport, traceReport } from '../../linkage/trace-quality/trace-report.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { counted } from '../counted.ts';
import { formatTable } from '../table.ts';
import { traceSession } from '../wire.ts';
import { type CommandContext, contextOf, openWorkspace } from './command-context.ts';

interface TraceFlags {
  readonly agreement?: string;
  readonly check?: boolean;
  readonly validation?: string;
  readonly out?: string;
  readonly clerical?: string;
  readonly decisions?: string;
  readonly report?: string;
  readonly saveModel?: string;
  readonly withNumbers?: boolean;
}

const HELP = `
The file has the headers of the cohort template, all of them, and at most 1,000,000 rows. A row with a fault stays out and
is told of by its number; a file with a problem of its own is not traced at all.

Examples:
  dars trace NIC-147750_October.csv --check --agreement DARS-NIC-147750-8GS7S-v2.2 --validation validation.csv
  dars trace NIC-147750_October.csv --out match.csv --report quality.html`;

export function addTrace(program: Command): void {
  program
    .command('trace')
    .description('find the participants of a cohort file in PDS, and say how sure it is of each')
    .argument('<cohort>', 'CSV with the headers of the cohort template')
    .option('--agreement <reference>', 'what the file may hold; without it, all of the template')
    .option('--check', 'look at the file and trace nobody')
    .option('--validation <file>', 'the report for the applicant: faults by row as CSV, or counts as JSON by its name')
    .option('--out <file>', 'the match file: CSV, or Parquet by its name')
    .option('--with-numbers', 'with the NHS number of everybody found, which is the custodian’s alone')
    .option('--clerical <file>', 'near links for people to decide, with NHS numbers, which are the custodian’s alone')
    .option('--decisions <file>', 'the same file with yes or no under DECISION, which then stands')
    .option('--report <file>', 'how good the links are thought to be: a page, or JSON by its name')
    .option('--save-model <file>', 'write the model that was learnt')
    .addHelpText('after', HELP)
    .action(async (cohort: string, flags: TraceFlags, command: Command) => {
      const context = contextOf(command);
      const workspace = await openWorkspace(context);
      await using session = await traceSession(workspace);
      const today = dayOf(context.now());
      const validation = await session.takeIn(cohort, termsOf(workspace, flags.agreement), today);
      if (flags.validation !== undefined) await writeValidation(session, validation, flags.validation);
      if (validation.problems.length > 0) throw refusedFile(validation);
      if (flags.check === true) return tellValidation(context, validation);
      const started = Date.now();
      const trace = await session.trace(Number(today.slice(0, 4)), flags.decisions, (step) =>
        context.reporter.event({ kind: 'step', step: `trace ${step}` }),
      );
      const quality = await traceReport(session.database, validation, trace);
      if (flags.out !== undefined) await session.write(matchRows(flags.withNumbers === true), flags.out);
      if (flags.clerical !== undefined) await session.write(clericalRows(), flags.clerical);
      if (flags.report !== undefined) {
        const isJson = /\.json$/i.test(flags.report);
        await save(flags.report, isJson ? `${JSON.stringify(quality, undefined, 2)}\n` : tracePage(quality));
      }
      if (flags.saveModel !== undefined) await save(flags.saveModel, formatModel(trace.model));
      tellTrace(context, quality, (Date.now() - started) / 1000);
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
  if (/\.json$/i.test(path) || !isWhole) await save(path, `${JSON.stringify(validation, undefined, 2)}\n`);
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

function tellTrace({ reporter }: CommandContext, report: TraceReport, seconds: number): void {
  const { counts, estimates } = report;
  const rows: [string, string | number][] = [
    ['rows', report.validation.rows],
    ['failed at intake', report.validation.failed],
    ['participants', counts.participants],
    ...counts.steps.map(({ rank, step, participants }): [string, string | number] => [
      `rank ${rank}: ${step}`,
      participants,
    ]),
    ...counts.codes.map(({ code, means, participants }): [string, string | number] => [
      `code ${code}: ${means}`,
      participants,
    ]),
    ['precision, estimated', estimates === undefined ? 'too few to tell' : percentOf(estimates.precision.value)],
    ['recall, estimated', estimates === undefined ? 'too few to tell' : percentOf(estimates.recall.value)],
    ['seconds', Number(seconds.toFixed(1))],
  ];
  reporter.result(formatTable(['', ''], rows), { ...report, seconds });
}

function percentOf(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

async function save(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch {
    throw new Fault(ExitCode.usage, 'output', `${path} can’t be written`, { hint: 'does its folder exist?' });
  }
}
