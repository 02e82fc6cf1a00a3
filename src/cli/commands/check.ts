import type { Command } from 'commander';
import { type Refusal, refusalsFor } from '../../gate/gate.ts';
import { counted } from '../../kernel/counted.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import type { LoadedPipeline } from '../../pipeline/loaded-pipeline.ts';
import { buildPlan } from '../../plan/build-plan.ts';
import { gateFacts } from '../../release/gate-facts.ts';
import { outdatedBecause, waitingRefusals } from '../../release/waiting.ts';
import { agreementOf, entriesOf, planHash } from '../../release.ts';
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
        const count = counted(workspace.pipelineProblems.length, 'problem');
        throw new Fault(ExitCode.workspace, 'workspace', `the workspace has ${count}`, {
          problems: workspace.pipelineProblems,
        });
      }
      const verdicts: Verdict[] = [];
      for (const pipeline of names.length === 0 ? workspace.pipelines : asked)
        verdicts.push(await verdictOn(pipeline, workspace, context));
      const { agreements, catalogue, pipelines, pipelineProblems } = workspace;
      const counts = [
        counted(catalogue.size, 'dataset'),
        counted(agreements.length, 'agreement'),
        counted(pipelines.length, 'pipeline'),
      ].join(', ');
      const summary =
        pipelineProblems.length === 0
          ? `${counts}: every file is right`
          : `${counts}; other pipelines have ${counted(pipelineProblems.length, 'problem')}, which dars check lists`;
      context.reporter.result([summary, ...verdicts.map(formatVerdict)].join('\n'), {
        datasets: catalogue.size,
        agreements: agreements.length,
        pipelines: verdicts,
      });
      const refused = verdicts.flatMap(({ refusals }) => refusals);
      if (names.length > 0 && refused.length > 0) {
        const why = counted(refused.length, 'reason');
        throw new Fault(ExitCode.refused, refused[0]?.code ?? 'refused', `a run would be refused, for ${why}`, {
          problems: refused,
        });
      }
    });
}

interface Verdict {
  readonly pipeline: string;
  /** The release that a run would go on with. */
  readonly waiting?: string;
  /** Whether it would make that one again, since the opt-out list is another one by now. */
  readonly outdated?: boolean;
  readonly refusals: readonly Refusal[];
}

/** What a run would say, and from the same facts. */
async function verdictOn(loaded: LoadedPipeline, workspace: Workspace, { now }: CommandContext): Promise<Verdict> {
  const world = wire(workspace, now, () => {}, loaded);
  const agreement = agreementOf(loaded, world);
  const { facts, waiting, optOuts } = await gateFacts(loaded, agreement, world, await entriesOf(world.ledger));
  const pipeline = loaded.pipeline.pipeline;
  const refusals = refusalsFor(facts);
  if (waiting === undefined) return { pipeline, refusals };
  if (refusals.length > 0) return { pipeline, waiting: waiting.release, refusals };
  const hash = planHash(buildPlan(loaded, agreement, workspace.catalogue, workspace.file.custodian.name));
  const outdated = outdatedBecause(waiting, optOuts) !== undefined;
  return { pipeline, waiting: waiting.release, outdated, refusals: waitingRefusals(waiting, hash) };
}

function formatVerdict({ pipeline, waiting, outdated, refusals }: Verdict): string {
  const goesOn = `may run, and ${outdated === true ? 'makes again' : 'delivers'} ${waiting}, which waits`;
  const may = waiting === undefined ? 'may run' : goesOn;
  return [
    `${pipeline}: ${refusals.length === 0 ? may : 'refused'}`,
    ...refusals.map(({ message }) => `    ${message}`),
  ].join('\n');
}
