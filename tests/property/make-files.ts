import { buffer } from 'node:stream/consumers';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { duckDbEngine } from '../../src/engine/duckdb-engine.ts';
import type { EngineInputs, Produced } from '../../src/engine/engine.ts';
import type { Secret } from '../../src/kernel/secret.ts';
import type { FilePlan, Plan } from '../../src/plan/plan.ts';
import { briefOf, type ParsedDocuments } from './granted-plan.ts';

/** One file as the engine made it, proven. */
export interface MadeFile {
  readonly file: FilePlan;
  readonly bytes: Buffer;
  readonly produced: Produced;
}

/** Makes every file of a plan as a release does: opened, written, read to the end, proven. */
export async function makeFiles(
  plan: Plan,
  documents: ParsedDocuments,
  inputs: EngineInputs,
  catalogue: Catalogue,
  key: Secret<Uint8Array>,
): Promise<MadeFile[]> {
  await using session = await duckDbEngine(inputs.limits).open(plan, inputs, key, () => {});
  const files: MadeFile[] = [];
  for (const file of plan.files) {
    const { plaintext, produced } = session.write(file, briefOf(file, documents, catalogue));
    const bytes = await buffer(plaintext);
    await session.prove(file, await produced);
    files.push({ file, bytes, produced: await produced });
  }
  return files;
}
