import type { Command } from 'commander';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { pendingReleases } from '../../ledger/history.ts';
import { deliverWaiting, entriesOf, giveUp } from '../../release.ts';
import { wire } from '../wire.ts';
import { ledgerOf } from '../wire-ledger.ts';
import { writeMetrics } from '../wire-monitoring.ts';
import { contextOf, findPipeline, openWorkspace } from './command-context.ts';
import { formatOutcome, outcomeJson } from './run.ts';

export function addDeliver(program: Command): void {
  program
    .command('deliver')
    .description('deliver what waits in the outbox; all of it, or one release')
    .argument('[release]', 'a release that waits')
    .option('--abandon', 'do not deliver it: give it up, for good')
    .option('--because <reason>', 'why it is given up; goes into the ledger')
    .addHelpText(
      'after',
      '\nExample:\n  dars deliver\n  dars deliver diabetes-apc-20261120T0300-ab12cd34 --abandon --because "the agreement was changed"',
    )
    .action(async (wanted: string | undefined, options: { abandon?: boolean; because?: string }, command: Command) => {
      const context = contextOf(command);
      const workspace = await openWorkspace(context);
      const waiting = pendingReleases(await entriesOf(ledgerOf(workspace, context.now)));
      const chosen = wanted === undefined ? waiting : waiting.filter(({ release }) => release === wanted);
      if (wanted !== undefined && chosen.length === 0) {
        throw new Fault(ExitCode.usage, 'no-release', `no release ${wanted} waits to be delivered`, {
          hint: 'dars ledger list shows what there is',
        });
      }
      if (options.abandon === true) {
        if (wanted === undefined || options.because === undefined || options.because.trim() === '') {
          throw new Fault(ExitCode.usage, 'abandon', '--abandon wants the name of a release and --because', {
            hint: 'the reason is recorded',
          });
        }
        const because = options.because;
        for (const { release, pipeline } of chosen) {
          const world = wire(workspace, context.now, context.reporter.event);
          await world.alone(pipeline, async () => {
            await giveUp({ release, pipeline }, because, world);
          });
          context.reporter.result(`Given up: release ${release}; its file references stay used.`, {
            release,
            abandoned: true,
          });
        }
        await writeMetrics(workspace, context);
        return;
      }
      if (chosen.length === 0) context.reporter.result('Nothing waits to be delivered.', { waiting: 0 });
      let worst: unknown;
      for (const { pipeline: name } of chosen) {
        try {
          const pipeline = await findPipeline(workspace, name);
          const outcome = await deliverWaiting(
            pipeline,
            wire(workspace, context.now, context.reporter.event, pipeline),
          );
          if (outcome !== undefined) context.reporter.result(formatOutcome(outcome), outcomeJson(outcome));
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          // One destination that is down does not hold up the others.
          if (chosen.length > 1) context.reporter.fault(error);
          worst = error;
        }
      }
      await writeMetrics(workspace, context);
      if (worst !== undefined) throw worst;
    });
}
