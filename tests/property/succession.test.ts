import { beforeAll, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { interpretPlan } from '../oracle/interpret-plan.ts';
import { expectAgreement } from './agreement-with-oracle.ts';
import { arbitraryTraceableWorld } from './arbitrary-traceable-world.ts';
import { assertWorlds, PATIENCE } from './assert-worlds.ts';
import { shippedCatalogue } from './shipped-catalogue.ts';
import { tryWorld } from './try-world.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await shippedCatalogue();
});

describe('DuckDB and the oracle, over succession trees of every shape', () => {
  test(
    'find the same people, remove the same trees and keep the same order',
    async () => {
      const seen = { released: 0, opted: 0, unresolved: 0 };
      await assertWorlds(arbitraryTraceableWorld, 16, async (world) => {
        await tryWorld(world, catalogue, async ({ plan, oracle, files }) => {
          for (const [index, wanted] of interpretPlan(plan, oracle).entries()) {
            await expectAgreement(files[index], wanted);
            const rows = (step: string): number => wanted.waterfall.find((each) => each.step === step)?.rows ?? 0;
            seen.released += rows('released');
            seen.opted += rows('opted out');
            seen.unresolved += rows('unresolved');
          }
        });
      });
      expect(Math.min(seen.released, seen.opted, seen.unresolved)).toBeGreaterThan(30);
    },
    PATIENCE,
  );
});
