import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { passesFor, provingPartsFor } from '../../src/engine/passes.ts';
import { SLICES, type SliceRange } from '../../src/relation/slices.ts';
import { arbitraryWorld } from './arbitrary-world.ts';
import { assertWorlds, PATIENCE } from './assert-worlds.ts';
import { readOutput } from './read-output.ts';
import { shippedCatalogue } from './shipped-catalogue.ts';
import { tryWorld } from './try-world.ts';

const forced = vi.hoisted(() => ({ ranges: undefined as readonly SliceRange[] | undefined }));

// Worlds are small: they would always fit into one pass.
vi.mock('../../src/engine/passes.ts', async (original) => {
  const real = await original<{ passesFor: typeof passesFor; provingPartsFor: typeof provingPartsFor }>();
  return {
    ...real,
    passesFor: (...args: Parameters<typeof passesFor>) => forced.ranges?.slice() ?? real.passesFor(...args),
    provingPartsFor: (...args: Parameters<typeof provingPartsFor>) =>
      forced.ranges?.length ?? real.provingPartsFor(...args),
  };
});

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await shippedCatalogue();
});

describe('the number of passes', () => {
  test(
    'changes nothing in what comes out, wherever the slices are cut',
    async () => {
      const everywhere = Array.from({ length: SLICES - 1 }, (_, index) => index + 1);
      const cuts = fc.oneof(
        { weight: 1, arbitrary: fc.constant(everywhere) },
        {
          weight: 9,
          arbitrary: fc.uniqueArray(fc.integer({ min: 1, max: SLICES - 1 }), { minLength: 1, maxLength: 6 }),
        },
      );
      const several = fc.tuple(arbitraryWorld(catalogue), cuts).map(([world, at]) => ({ ...world, cuts: at }));
      await assertWorlds(several, 6, async (world) => {
        forced.ranges = undefined;
        await tryWorld(world, catalogue, async ({ files, again }) => {
          const at = [0, ...world.cuts.toSorted((a, b) => a - b), SLICES];
          forced.ranges = at.slice(1).map((to, index) => ({ from: at[index] ?? 0, to }));
          for (const [index, many] of (await again()).entries()) {
            const one = files[index];
            if (one === undefined) throw new Error('a file too many');
            expect(await readOutput(many.file, many.bytes)).toEqual(await readOutput(one.file, one.bytes));
            expect(many.produced).toEqual(one.produced);
            // Parquet and Arrow have a group of rows a pass; of CSV every byte is the same.
            if (many.file.format === 'csv') expect(many.bytes.equals(one.bytes)).toBe(true);
          }
        });
      });
    },
    PATIENCE,
  );
});
