import type { Command } from 'commander';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { entriesOf } from '../../release.ts';
import { outboxAlert, outboxList } from '../../schedule/outbox-list.ts';
import { type DueResult, exitOf, runDue, whatIsDue } from '../../schedule/run-due.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { dueItemJson, dueNotice, dueResultJson, formatDueList, formatDueReport } from '../due-report.ts';
import { Ended } from '../ended.ts';
import { aloneWithDue } from '../wire.ts';
import { wireDue } from '../wire-due.ts';
import { ledgerOf } from '../wire-ledger.ts';
import { keepLastDue, tell, writeMetrics } from '../wire-monitoring.ts';
import { type CommandContext, contextOf, openWorkspace } from './command-context.ts';

interface DueFlags {
  readonly dryRun?: boolean;
  readonly again?: boolean;
}

export function addDue(program: Command): void {
  program
    .command('due')
    .description('run everything that is due today, once; for cron or a systemd timer, and safe to repeat at any time')
    .option('--dry-run', 'say what is due and why, and do nothing')
    .option('--again', 'try also what was refused today, or rests after a failure')
    .addHelpText(
      'after',
      `
A pipeline is due as its schedule says; what waits in the outbox is delivered first. Ends with the exit code of the
worst: 70, 16, 13, 14, 11, 10, 2, 12, 15, 0.

Example:
  dars due --dry-run
  dars --json due`,
    )
    .action(async (flags: DueFlags, command: Command) => {
      const context = contextOf(command);
      const workspace = await openWorkspace(context);
      if (flags.dryRun === true) return sayWhatIsDue(workspace, flags, context);
      const exit = await aloneWithDue(workspace, () => runAllDue(workspace, flags, context)).catch((error: unknown) => {
        if (!(error instanceof Fault) || error.code !== 'due-busy') throw error;
        const message = `Another dars due is at work, so nothing was started: ${error.message}`;
        context.reporter.result(message, { run: context.options.run, busy: true, message });
        return ExitCode.done;
      });
      if (exit !== ExitCode.done) throw new Ended(exit);
    });
}

async function sayWhatIsDue(workspace: Workspace, { again = false }: DueFlags, context: CommandContext): Promise<void> {
  const world = await wireDue(workspace, context.now, { again, observe: () => {}, settled: async () => {} });
  sayPipelineProblems(workspace, context);
  const items = await whatIsDue(world);
  context.reporter.result(formatDueList(items), items.map(dueItemJson));
}

/** The run, its summary, and who hears of it. */
async function runAllDue(workspace: Workspace, flags: DueFlags, context: CommandContext): Promise<ExitCode> {
  const { reporter, now, options } = context;
  const started = now().toISOString();
  const told: Promise<void>[] = [];
  const about = (event: Parameters<typeof tell>[1], message: Readonly<Record<string, unknown>>): void => {
    told.push(tell(workspace, event, message, context));
  };
  let results: readonly DueResult[] = [];
  let exit: ExitCode = ExitCode.bug;
  try {
    sayPipelineProblems(workspace, context);
    const world = await wireDue(workspace, now, {
      again: flags.again === true,
      observe: (event, pipeline) => reporter.event(event, pipeline),
      settled: async (result) => {
        if (result.fault !== undefined) reporter.fault(result.fault, result.pipeline);
        // Of what merely stands somewhere was told when it came to stand there.
        const isNews = result.item === undefined || result.item.state === 'purged';
        if (result.outcome !== 'none' && isNews) about(result.outcome, dueNotice(result));
      },
    });
    if (workspace.file.limits.at_once > world.mostWorkers) {
      reporter.note(
        `limits.at_once is ${workspace.file.limits.at_once}, and ${world.mostWorkers} can be worked at: set UV_THREADPOOL_SIZE to ${workspace.file.limits.at_once + 2} before dars starts.`,
      );
    }
    results = await runDue(world);
    exit = exitOf(results, workspace);
    if (workspace.pipelineProblems.length > 0)
      about('failed', { code: 'workspace', message: 'pipelines are wrong', problems: workspace.pipelineProblems });
  } catch (error) {
    if (error instanceof Fault) {
      exit = error.exit;
      about('failed', { exit, code: error.code, message: error.message });
    }
    throw error;
  } finally {
    await Promise.all(told);
    await keepLastDue(workspace, lastDue(options.run, started, now().toISOString(), exit, results), context);
    await writeMetrics(workspace, context);
  }
  // A ledger that can't be trusted says nothing of what waits; what the run came to is told all the same.
  const isBroken = results.some((each) => each.exit === ExitCode.ledger);
  const waiting = isBroken ? [] : outboxList(await entriesOf(ledgerOf(workspace, now)), now());
  const alert = outboxAlert(waiting, now(), workspace.file.outbox.alert_days);
  const json = { run: options.run, exit, alert: alert ?? null, results: results.map(dueResultJson) };
  reporter.result(formatDueReport(results, exit, alert), json);
  return exit;
}

function sayPipelineProblems({ pipelineProblems }: Workspace, { reporter }: CommandContext): void {
  if (pipelineProblems.length === 0) return;
  const message = 'pipelines are wrong; the others are not held up';
  reporter.fault(new Fault(ExitCode.workspace, 'workspace', message, { problems: pipelineProblems }));
}

function lastDue(
  run: string,
  started: string,
  ended: string,
  exit: ExitCode,
  results: readonly DueResult[],
): Parameters<typeof keepLastDue>[1] {
  const outcomes = ['done', 'refused', 'failed', 'waiting', 'none'] as const;
  const count = (outcome: DueResult['outcome']): number => results.filter((each) => each.outcome === outcome).length;
  return {
    run,
    started,
    ended,
    exit,
    results: Object.fromEntries(outcomes.map((outcome) => [outcome, count(outcome)])),
    seconds: Object.fromEntries(
      results.flatMap(({ pipeline, seconds }) => (seconds === undefined ? [] : [[pipeline, seconds]])),
    ),
  };
}
