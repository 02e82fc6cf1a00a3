import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { arbitraryLayout, arbitraryWorld } from '../property/arbitrary-world.ts';
import { assertWorlds, PATIENCE } from '../property/assert-worlds.ts';
import type { MadeFile } from '../property/make-files.ts';
import { shippedCatalogue } from '../property/shipped-catalogue.ts';
import { tryWorld } from '../property/try-world.ts';
import type { SourceLayout, World } from '../property/world.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await shippedCatalogue();
});

describe('promise 7: the same inputs, plan and keys give the same rows in the same order', () => {
  test(
    'every byte is the same, though the sources hold their rows in another order and in other formats',
    async () => {
      // Numbers that a typed file spells anew are other inputs: these are kept as text.
      const layout = arbitraryLayout.map((each) => ({ ...each, typed: false }));
      const worlds = fc
        .record({ world: arbitraryWorld(catalogue), first: layout, second: layout, seed: fc.integer() })
        .map(({ world, first, second, seed }) => ({
          ...laidOut(world, first, (records) => records),
          other: laidOut(world, second, (records) => shuffled(records, seed)),
        }));
      let bytes = 0;
      await assertWorlds(worlds, 6, async (world) => {
        await tryWorld(world, catalogue, async ({ files }) => {
          await tryWorld(world.other, catalogue, async ({ files: others }) => {
            expect(others.map(contentOf)).toEqual(files.map(contentOf));
            bytes += files.reduce((sum, file) => sum + file.bytes.length, 0);
          });
        });
      });
      expect(bytes).toBeGreaterThan(1000);
    },
    PATIENCE,
  );
});

function contentOf({ bytes, produced }: MadeFile): unknown {
  return { bytes: bytes.toString('base64'), produced };
}

function laidOut(world: World, layout: SourceLayout, arrange: <T>(records: readonly T[]) => readonly T[]): World {
  const sources = [...world.sources].map(
    ([name, { table }]) => [name, { table: { ...table, records: arrange(table.records) }, layout }] as const,
  );
  return { ...world, sources: new Map(sources) };
}

/** Another order, the same for the same seed. */
function shuffled<T>(records: readonly T[], seed: number): T[] {
  return fc.sample(fc.shuffledSubarray([...records], { minLength: records.length }), { numRuns: 1, seed })[0] ?? [];
}
