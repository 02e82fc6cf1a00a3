import type { Command } from 'commander';
import { refusalsFor } from '../../gate/gate.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import type { LoadedPipeline } from '../../pipeline/loaded-pipeline.ts';
import { agreementOf, gateFacts } from '../../release.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { wire } from '../wire.ts';
import { type CommandContext, contextOf, findPipeline, openWorkspace } from './command-context.ts';

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('check every file of the workspace, and whether pipelines may run today')
    .argument('[pipelines...]', 'names or files; a refusal of one of these ends with exit 12')
    .addHelpText('after', '\nExample:\n  dars check\n  dars check diabetes-apc --as-of 2026-11-20')
    .action(async (names: string[], _, command: Command) => {
      const context = contextOf(command);
      const workspace = await openWorkspace(context);
      const asked = await Promise.all(names.map((name) => findPipeline(workspace, name)));
      if (names.length === 0 && workspace.pipelineProblems.length > 0) {
        const count =
          workspace.pipelineProblems.length === 1 ? '1 problem' : `${workspace.pipelineProblems.length} problems`;
        throw new Fault(ExitCode.workspace, 'workspace', `the workspace has ${count}`, {
          problems: workspace.pipelineProblems,
        });
      }
      const verdicts = [];
      for (const pipeline of names.length === 0 ? workspace.pipelines : asked)
        verdicts.push(await verdictOn(pipeline, workspace, context));
      const { agreements, catalogue, pipelines } = workspace;
      const summary = `${catalogue.size} datasets, ${agreements.length} agreements, ${pipelines.length} pipelines: every file is right`;
      const lines = verdicts.map(({ pipeline, refusals }) =>
        [
          `${pipeline}: ${refusals.length === 0 ? 'may run' : 'refused'}`,
          ...refusals.map(({ message }) => `    ${message}`),
        ].join('\n'),
      );
      context.reporter.result([summary, ...lines].join('\n'), {
        datasets: catalogue.size,
        agreements: agreements.length,
        pipelines: verdicts,
      });
      const refused = verdicts.flatMap(({ refusals }) => refusals);
      if (names.length > 0 && refused.length > 0) {
        throw new Fault(ExitCode.refused, refused[0]?.code ?? 'refused', 'refused', { problems: refused });
      }
    });
}

async function verdictOn(pipeline: LoadedPipeline, workspace: Workspace, { now }: CommandContext) {
  const world = wire(workspace, now, () => {}, pipeline);
  const { facts } = await gateFacts(pipeline, agreementOf(pipeline, world), world);
  return { pipeline: pipeline.pipeline.pipeline, refusals: refusalsFor(facts) };
}
