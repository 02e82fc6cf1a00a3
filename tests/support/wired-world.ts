import { wire } from '../../src/cli/wire.ts';
import type { LoadedPipeline } from '../../src/pipeline/loaded-pipeline.ts';
import type { ReleaseEvent } from '../../src/release/release-event.ts';
import type { World } from '../../src/release.ts';
import { loadWorkspace } from '../../src/workspace/load-workspace.ts';
import { TODAY } from './make-workspace.ts';

export interface WiredWorld {
  readonly world: World;
  readonly pipeline: LoadedPipeline;
}

/** The real parts of a workspace, as the command line wires them, at noon of `TODAY`. */
export async function wiredWorld(
  root: string,
  observe: (event: ReleaseEvent) => void = () => {},
  name = 'diabetes-apc',
): Promise<WiredWorld> {
  const workspace = await loadWorkspace(root);
  const pipeline = workspace.pipelines.find((each) => each.pipeline.pipeline === name);
  if (pipeline === undefined) throw new Error(`${root} has no pipeline ${name} that can be read`);
  return { pipeline, world: wire(workspace, () => new Date(`${TODAY}T12:00:00.000Z`), observe, pipeline) };
}
