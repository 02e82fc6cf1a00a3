import { beforeAll, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { normaliseNhsNumber } from '../../src/kernel/nhs-number.ts';
import { arbitraryTraceableWorld } from '../property/arbitrary-traceable-world.ts';
import { assertWorlds, PATIENCE } from '../property/assert-worlds.ts';
import { releasedRows } from '../property/released-rows.ts';
import { shippedCatalogue } from '../property/shipped-catalogue.ts';
import { tryWorld } from '../property/try-world.ts';
import type { World } from '../property/world.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await shippedCatalogue();
});

describe('promise 1: no opted-out person in any output', () => {
  test(
    'no row comes out whose number, or any number of the same tree, opted out',
    async () => {
      const seen = { released: 0, spared: 0 };
      await assertWorlds(arbitraryTraceableWorld, 8, async (world) => {
        const treeOf = trees(world);
        const mayStay = (number: string | undefined): boolean => {
          const { mode, numbers, request } = world.optOuts;
          if (number === undefined) return mode === 'deny-list';
          const tree = treeOf(number);
          const listed = tree.filter((each) => numbers.includes(each));
          if (mode === 'deny-list') return listed.length === 0;
          return listed.length > 0 && tree.every((each) => listed.includes(each) || request?.includes(each) === false);
        };
        const numbersOf = (dataset: string, key: string): (string | undefined)[] =>
          world.sources.get(dataset)?.table.records.map((record) => normaliseNhsNumber(record[key] ?? '')) ?? [];
        const inSource = [...numbersOf('hes_apc', 'NEWNHSNO'), ...numbersOf('deaths', 'NHS_NUMBER')];
        await tryWorld(world, catalogue, async ({ files }) => {
          for (const file of files) {
            for (const record of await releasedRows(file, world)) {
              const number = normaliseNhsNumber(record['NEWNHSNO'] ?? record['NHS_NUMBER'] ?? '');
              expect(mayStay(number)).toBe(true);
              seen.released += 1;
            }
          }
          seen.spared += inSource.filter((number) => !mayStay(number)).length;
        });
      });
      expect(Math.min(seen.released, seen.spared)).toBeGreaterThan(20);
    },
    PATIENCE,
  );
});

/** All numbers that stand in one tree with a number: sets of numbers, joined wherever a record of PDS joins two. */
function trees(world: World): (number: string) => string[] {
  let sets: Set<string>[] = [];
  for (const record of world.sources.get('pds')?.table.records ?? []) {
    const joined = [record['nhs_number'], record['replaced_by']].flatMap(
      (each) => normaliseNhsNumber(each ?? '') ?? [],
    );
    const touched = sets.filter((set) => joined.some((each) => set.has(each)));
    const whole = new Set([...joined, ...touched.flatMap((set) => [...set])]);
    sets = [...sets.filter((set) => !touched.includes(set)), whole];
  }
  return (number) => [...(sets.find((set) => set.has(number)) ?? [number])];
}
