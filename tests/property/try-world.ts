import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { agreementKey } from '../../src/kernel/pseudonym.ts';
import { Secret } from '../../src/kernel/secret.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { OracleInputs } from '../oracle/oracle-inputs.ts';
import { MASTER_KEY } from '../support/make-workspace.ts';
import { type ParsedDocuments, parseDocuments, planOf, refusalsOf } from './granted-plan.ts';
import { inFolder } from './in-folder.ts';
import { type MadeFile, makeFiles } from './make-files.ts';
import type { World } from './world.ts';
import { writeWorld } from './write-world.ts';

/** A world that the gate granted, on disk, with what an engine made of it at first. */
export interface Tried {
  readonly plan: Plan;
  readonly documents: ParsedDocuments;
  readonly oracle: OracleInputs;
  readonly files: readonly MadeFile[];
  /** Makes the files once more from the same sources. */
  again(): Promise<readonly MadeFile[]>;
}

/** Worlds may ask for values that the agreement's own conditions bar, or choose by those whose opt-outs count elsewhere. */
const EXPECTED_REFUSALS: readonly string[] = ['rows-not-granted', 'cohort-opt-outs'];

/** Releases a world and looks at what came out; false where the gate refuses it. */
export async function tryWorld(
  world: World,
  catalogue: Catalogue,
  look: (tried: Tried) => Promise<void>,
): Promise<boolean> {
  const documents = parseDocuments(world, catalogue);
  const refusals = refusalsOf(documents, catalogue);
  const unexpected = refusals.filter(({ code }) => !EXPECTED_REFUSALS.includes(code));
  if (unexpected.length > 0) throw new Error(`the gate refuses: ${JSON.stringify(unexpected)}`);
  if (refusals.length > 0) return false;
  const plan = planOf(documents, catalogue);
  const key = agreementKey(new Secret(Buffer.from(MASTER_KEY, 'hex')), plan.stem);
  await inFolder(async (folder) => {
    const { inputs, oracle } = await writeWorld(folder, world, catalogue, key);
    const make = (): Promise<MadeFile[]> => makeFiles(plan, documents, inputs, catalogue, key);
    await look({ plan, documents, oracle, files: await make(), again: make });
  });
  return true;
}
