import { beforeAll, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { agreementKey } from '../../src/kernel/pseudonym.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { interpretPlan } from '../oracle/interpret-plan.ts';
import { MASTER_KEY } from '../support/make-workspace.ts';
import { expectAgreement } from './agreement-with-oracle.ts';
import { arbitraryWorld } from './arbitrary-world.ts';
import { assertWorlds } from './assert-worlds.ts';
import { parseDocuments, planOf, refusalsOf } from './granted-plan.ts';
import { inFolder } from './in-folder.ts';
import { makeFiles } from './release-world.ts';
import { shippedCatalogue } from './shipped-catalogue.ts';
import { writeWorld } from './write-world.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await shippedCatalogue();
});

describe('DuckDB and the oracle', () => {
  test('give the same rows in the same order and the same waterfall, for any world that the gate grants', async () => {
    const seen = { granted: 0, refused: 0, released: 0 };
    await assertWorlds(arbitraryWorld(catalogue), 60, async (world) => {
      const documents = parseDocuments(world, catalogue);
      const refusals = refusalsOf(documents, catalogue);
      if (refusals.length > 0) {
        // Values that the agreement's own condition bars are all that these worlds may ask too much.
        expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['rows-not-granted']));
        seen.refused += 1;
        return;
      }
      seen.granted += 1;
      const plan = planOf(documents, catalogue);
      const key = agreementKey(new Secret(Buffer.from(MASTER_KEY, 'hex')), plan.stem);
      await inFolder(async (folder) => {
        const { inputs, oracle } = await writeWorld(folder, world, catalogue, key);
        const files = await makeFiles(plan, documents, inputs, catalogue, key);
        const expected = interpretPlan(plan, oracle);
        for (const [index, file] of files.entries()) {
          const wanted = expected[index];
          if (wanted === undefined) throw new Error('a file too many');
          await expectAgreement(file, wanted);
          seen.released += wanted.rows.length;
        }
      });
    });
    console.log(seen);
    expect(seen.granted).toBeGreaterThan(seen.refused);
  }, 600_000);
});
