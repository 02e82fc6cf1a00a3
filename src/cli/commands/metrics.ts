import type { Command } from 'commander';
import { metricsText } from '../wire-monitoring.ts';
import { contextOf, openWorkspace } from './command-context.ts';

export function addMetrics(program: Command): void {
  program
    .command('metrics')
    .description('what operations teams watch, in Prometheus’ text format; dars due writes it to monitoring.metrics')
    .addHelpText('after', '\nExample:\n  dars metrics')
    .action(async (_options, command: Command) => {
      const context = contextOf(command);
      const text = await metricsText(await openWorkspace(context), context);
      context.reporter.result(text.trimEnd(), { metrics: text });
    });
}
