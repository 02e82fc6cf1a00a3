import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { counted } from '../../kernel/counted.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { nearest } from '../../kernel/nearest.ts';
import type { LoadedPipeline } from '../../pipeline/loaded-pipeline.ts';
import { loadPipeline, loadWorkspace } from '../../workspace/load-workspace.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { insidePath } from '../../workspace/workspace-path.ts';
import { clockOf, type GlobalOptions, workspaceRoot } from '../options.ts';
import { type Reporter, reporterFor } from '../reporter.ts';

/** What every command starts from. */
export interface CommandContext {
  readonly options: GlobalOptions;
  readonly reporter: Reporter;
  readonly now: () => Date;
  readonly root: string;
}

export function contextOf(command: Command): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  return {
    options,
    reporter: reporterFor(options.json === true, options.run),
    now: clockOf(options),
    root: workspaceRoot(options),
  };
}

export function openWorkspace({ root }: CommandContext): Promise<Workspace> {
  return loadWorkspace(root);
}

/** The pipeline that an argument means: the path of its file, or its name. */
export async function findPipeline(workspace: Workspace, argument: string): Promise<LoadedPipeline> {
  if (/[/\\]|\.ya?ml$/i.test(argument)) {
    const fromHere = resolve(argument);
    // A path is meant from the present folder, or from the workspace's.
    const inside = [fromHere, resolve(workspace.root, argument)]
      .map((each) => insidePath(workspace.root, relative(workspace.root, each)))
      .filter((each) => each !== undefined);
    const path = inside.find(existsSync) ?? inside[0];
    if (path === undefined) {
      throw new Fault(ExitCode.usage, 'outside', `the pipeline file ${argument} lies outside the workspace`, {
        hint: `the workspace is ${workspace.root}; see --workspace`,
      });
    }
    const found = await loadPipeline(workspace, path);
    if (found.ok) return found.value;
    if (found.problems.some(({ code }) => code === 'no-file')) {
      throw new Fault(ExitCode.usage, 'no-pipeline', `there is no pipeline file ${argument}`, {
        hint: known(workspace),
      });
    }
    const count = counted(found.problems.length, 'problem');
    throw new Fault(ExitCode.workspace, 'workspace', `the pipeline has ${count}`, { problems: found.problems });
  }
  const named = workspace.pipelines.find(({ pipeline }) => pipeline.pipeline === argument);
  if (named !== undefined) return named;
  if (workspace.pipelineProblems.length > 0) {
    throw new Fault(ExitCode.workspace, 'workspace', `no pipeline that can be read is named ${argument}`, {
      problems: workspace.pipelineProblems,
    });
  }
  const near = nearest(
    argument,
    workspace.pipelines.map(({ pipeline }) => pipeline.pipeline),
  );
  throw new Fault(ExitCode.usage, 'no-pipeline', `there is no pipeline ${argument}`, {
    hint: near === undefined ? known(workspace) : `did you mean ${near}?`,
  });
}

function known({ pipelines }: Workspace): string {
  return pipelines.length === 0
    ? 'the workspace has no pipelines'
    : `there are ${pipelines.map(({ pipeline }) => pipeline.pipeline).join(', ')}`;
}
