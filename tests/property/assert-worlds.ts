import fc from 'fast-check';
import type { World } from './world.ts';

/** Holds a property on worlds; a world that breaks it is shown without what no world differs in. */
export async function assertWorlds<W extends World>(
  worlds: fc.Arbitrary<W>,
  usual: number,
  property: (world: W) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(worlds, patient(property)), {
    numRuns: Math.max(1, Math.round(usual * TIMES)),
    asyncReporter: async (details) => {
      if (!details.failed) return;
      const [world] = details.counterexample ?? [];
      const cause = details.errorInstance;
      const again = `{ seed: ${details.seed}, path: '${details.counterexamplePath}' }, after ${details.numRuns} runs and ${details.numShrinks} shrinks`;
      const shown = world === undefined ? 'no world' : JSON.stringify(shorten(world), null, 1);
      throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n${again}\n${shown}`, { cause });
    },
  });
}

/** Worlds are slow to try: once one has failed, smaller ones are looked for this long and no longer. */
const SHRINKING_MS = 20_000;

function patient<W>(property: (world: W) => Promise<void>): (world: W) => Promise<void> {
  let failedAt: number | undefined;
  return async (world) => {
    if (failedAt !== undefined && performance.now() - failedAt > SHRINKING_MS) return;
    try {
      await property(world);
    } catch (error) {
      failedAt ??= performance.now();
      throw error;
    }
  };
}

/** As many worlds as usual, or times that: a nightly run tries many (DARS_PROPERTY_RUNS=20). */
const TIMES = Math.max(0, Number(process.env['DARS_PROPERTY_RUNS'] ?? '1')) || 1;

/** How long a test with a property may take, in milliseconds. */
export const PATIENCE = 180_000 * Math.max(1, TIMES);

function shorten({ sources, agreement, pipeline, ...others }: World): unknown {
  return {
    ...others,
    datasets: agreement['datasets'],
    cohort: pipeline['cohort'],
    products: pipeline['products'],
    sources: Object.fromEntries(
      [...sources].map(([name, { table, layout }]) => [
        name,
        {
          layout: Object.values(layout).join(' '),
          columns: table.columns.join(' '),
          records: table.records.map(given),
        },
      ]),
    ),
  };
}

/** A record without what is missing. */
function given(record: Readonly<Record<string, string | null>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(record).filter(([, value]) => value)));
}
