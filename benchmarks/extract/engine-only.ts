import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { wire } from '../../src/cli/wire.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { agreementOf, airlockBrief } from '../../src/release.ts';
import { loadWorkspace } from '../../src/workspace/load-workspace.ts';

/**
 * The engine alone, its bytes into a plain file: the part of a release that by-hand.ts stands against. Prints the
 * seconds of each stage as JSON. Usage: tsx engine-only.ts WORKSPACE TARGET
 */
const [root = '', target = ''] = process.argv.slice(2);
const workspace = await loadWorkspace(root);
const [loaded] = workspace.pipelines;
if (loaded === undefined) throw new Error('no pipeline');
const seconds: Record<string, number> = {};
let stage = 'resolve';
let since = performance.now();
const enter = (next: string): void => {
  seconds[stage] = (seconds[stage] ?? 0) + (performance.now() - since) / 1000;
  stage = next;
  since = performance.now();
};
const world = wire(
  workspace,
  () => new Date('2026-11-20T12:00:00Z'),
  () => {},
  loaded,
);
const agreement = agreementOf(loaded, world);
const plan = buildPlan(loaded, agreement, workspace.catalogue, 'NHS Digital');
const { key } = await world.keys.agreementKey(plan.stem, undefined);
await using session = await world.engine.open(plan, world.inputs, key, ({ step }) => {
  if (step === 'make' || step === 'check' || step === 'write') enter(step);
});
enter('make');
const [file] = plan.files;
if (file === undefined) throw new Error('no file');
const { plaintext, produced } = session.write(file, airlockBrief(file, agreement, world));
await pipeline(plaintext, createWriteStream(target));
const made = await produced;
enter('prove');
await session.prove(file, made);
enter('end');
process.stdout.write(`${JSON.stringify({ rows: made.rows, ...seconds })}\n`);
