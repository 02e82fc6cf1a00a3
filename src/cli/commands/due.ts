import type { Command } from 'commander';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { exitOf, runDue, whatIsDue } from '../../schedule/run-due.ts';
import { dueItemJson, dueResultJson, formatDueList, formatDueReport } from '../due-report.ts';
import { Ended } from '../ended.ts';
import { aloneWithDue } from '../wire.ts';
import { wireDue } from '../wire-due.ts';
import { contextOf, openWorkspace } from './command-context.ts';

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
  dars due --json`,
    )
    .action(async (options: { dryRun?: boolean; again?: boolean }, command: Command) => {
      const context = contextOf(command);
      const { reporter } = context;
      const workspace = await openWorkspace(context);
      const world = await wireDue(workspace, context.now, {
        again: options.again === true,
        observe: (event, pipeline) => reporter.event(event, pipeline),
        settled: async (result) => {
          if (result.fault !== undefined) reporter.fault(result.fault, result.pipeline);
        },
      });
      if (workspace.pipelineProblems.length > 0) {
        const hint = 'the others are not held up';
        const problems = workspace.pipelineProblems;
        reporter.fault(new Fault(ExitCode.workspace, 'workspace', 'pipelines that are wrong', { hint, problems }));
      }
      if (options.dryRun === true) {
        const items = await whatIsDue(world);
        reporter.result(formatDueList(items), items.map(dueItemJson));
        return;
      }
      const results = await aloneWithDue(workspace, () => runDue(world)).catch((error: unknown) => {
        if (!(error instanceof Fault) || error.code !== 'due-busy') throw error;
        const message = `Another dars due is at work, so nothing was started: ${error.message}`;
        reporter.result(message, { run: context.options.run, busy: true, message });
        return undefined;
      });
      if (results === undefined) return;
      const exit = exitOf(results, workspace);
      reporter.result(formatDueReport(results, exit), {
        run: context.options.run,
        exit,
        results: results.map(dueResultJson),
      });
      if (exit !== ExitCode.done) throw new Ended(exit);
    });
}
