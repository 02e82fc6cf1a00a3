import { beforeAll, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { interpretPlan } from '../oracle/interpret-plan.ts';
import { expectAgreement } from './agreement-with-oracle.ts';
import { arbitraryWorld } from './arbitrary-world.ts';
import { assertWorlds, PATIENCE } from './assert-worlds.ts';
import { shippedCatalogue } from './shipped-catalogue.ts';
import { tryWorld } from './try-world.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await shippedCatalogue();
});

describe('DuckDB and the oracle', () => {
  test(
    'give the same rows in the same order and the same waterfall, for any world that the gate grants',
    async () => {
      const seen = { granted: 0, refused: 0, released: 0 };
      await assertWorlds(arbitraryWorld(catalogue), 40, async (world) => {
        const granted = await tryWorld(world, catalogue, async ({ plan, oracle, files }) => {
          const expected = interpretPlan(plan, oracle);
          expect(files.length).toBe(expected.length);
          for (const [index, wanted] of expected.entries()) {
            await expectAgreement(files[index], wanted);
            seen.released += wanted.rows.length;
          }
        });
        if (granted) seen.granted += 1;
        else seen.refused += 1;
      });
      // A property of nothing would hold as well.
      expect(seen.granted).toBeGreaterThan(seen.refused * 3);
      expect(seen.released).toBeGreaterThan(seen.granted);
    },
    PATIENCE,
  );
});
