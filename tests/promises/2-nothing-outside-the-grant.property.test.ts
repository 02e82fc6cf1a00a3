import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { findColumn } from '../../src/catalogue/dataset.ts';
import { derivationsOf } from '../../src/catalogue/derivation.ts';
import { agreementKey } from '../../src/kernel/pseudonym.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { selectionsOf } from '../../src/pipeline/pipeline-schema.ts';
import type { FilePlan, OutputColumn, Step } from '../../src/plan/plan.ts';
import { datasetOf } from '../property/arbitrary-rows.ts';
import { arbitraryTraceableWorld } from '../property/arbitrary-traceable-world.ts';
import { arbitraryWorld } from '../property/arbitrary-world.ts';
import { assertWorlds, PATIENCE } from '../property/assert-worlds.ts';
import { parseDocuments, planOf, refusalsOf } from '../property/granted-plan.ts';
import { inFolder } from '../property/in-folder.ts';
import { makeFiles } from '../property/make-files.ts';
import { releasedRows } from '../property/released-rows.ts';
import { shippedCatalogue } from '../property/shipped-catalogue.ts';
import { tryWorld } from '../property/try-world.ts';
import type { World } from '../property/world.ts';
import { writeWorld } from '../property/write-world.ts';
import { MASTER_KEY, type Tree } from '../support/make-workspace.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await shippedCatalogue();
});

describe('promise 2: no column, row or year outside the grant', () => {
  test(
    'no row comes out of a year or of a kind that is not granted, though the pipeline asks for all',
    async () => {
      const seen = { released: 0, left: 0 };
      await assertWorlds(arbitraryTraceableWorld, 6, async (world) => {
        await tryWorld(world, catalogue, async ({ files }) => {
          for (const made of files) {
            const { period, where } = grantsOf(world).find(({ dataset }) => dataset === made.file.dataset) ?? {};
            const { from, to } = period as { from: string; to: string };
            const granted = Object.values(where as Record<string, { in: string[] }>).flatMap(
              ({ in: values }) => values,
            );
            const rows = await releasedRows(made, world);
            for (const record of rows) {
              const day = record['EPIEND'] ?? record['REG_DATE'] ?? '';
              expect(day >= from && day <= to && day !== '1801-01-01', `${day} in ${from} to ${to}`).toBe(true);
              expect(granted).toContain(record['SEX'] ?? record['DEC_SEX']);
            }
            seen.released += rows.length;
            seen.left += (world.sources.get(made.file.dataset)?.table.records.length ?? 0) - rows.length;
          }
        });
      });
      expect(Math.min(seen.released, seen.left)).toBeGreaterThan(20);
    },
    PATIENCE,
  );

  test(
    'a release is refused as soon as the agreement lacks one of the columns asked, or grants it coarser',
    async () => {
      let refused = 0;
      await assertWorlds(arbitraryWorld(catalogue), 25, async (world) => {
        if (isRefused(world)) return;
        for (const { dataset, from, as } of askedFields(world)) {
          const chain = derivationsOf(findColumn(datasetOf(catalogue, dataset), from)?.concept);
          const coarser = chain[as === undefined ? 0 : chain.indexOf(as) + 1];
          const left = [PLACEHOLDER[dataset], ...(coarser === undefined ? [] : [{ from, as: coarser }])];
          const agreement = regranted(world, dataset, from, left);
          expect(refusalCodes({ ...world, agreement }), `${dataset} ${from}`).toContain('field-not-granted');
          refused += 1;
        }
      });
      expect(refused).toBeGreaterThan(50);
    },
    PATIENCE,
  );

  test(
    'a release is refused for one day more than is granted',
    async () => {
      let refused = 0;
      await assertWorlds(arbitraryTraceableWorld, 25, async (world) => {
        for (const grant of grantsOf(world)) {
          const { from, to } = grant['period'] as { from: string; to: string };
          for (const period of [
            { from: shifted(from, -1), to },
            { from, to: shifted(to, 1) },
          ]) {
            const product = { name: 'more', product: 'extract', dataset: grant['dataset'], period };
            const fields = grant['dataset'] === 'deaths' ? ['POD_CODE'] : ['SEX'];
            const pipeline = { ...world.pipeline, products: [{ ...product, fields }] };
            expect(refusalCodes({ ...world, pipeline })).toEqual(['period-not-granted']);
            refused += 1;
          }
        }
      });
      expect(refused).toBeGreaterThan(50);
    },
    PATIENCE,
  );

  test(
    'a column that a plan smuggles past the gate is stopped by the airlock',
    async () => {
      for (const world of fc.sample(arbitraryTraceableWorld, { numRuns: 3, seed: 2 })) {
        const documents = parseDocuments(world, catalogue);
        const honest = planOf(documents, catalogue);
        const plan = { ...honest, files: honest.files.map(withColumn) };
        const key = agreementKey(new Secret(Buffer.from(MASTER_KEY, 'hex')), plan.stem);
        const smuggled = inFolder(async (folder) => {
          const { inputs } = await writeWorld(folder, world, catalogue, key);
          return makeFiles(plan, documents, inputs, catalogue, key);
        });
        await expect(smuggled).rejects.toMatchObject({ exit: 13, code: 'column-not-granted' });
      }
    },
    PATIENCE,
  );
});

/** Columns that are granted in place of others and never asked for. */
const PLACEHOLDER: Readonly<Record<string, string>> = { hes_apc: 'ETHNOS', deaths: 'DEC_OCC_TYPE', pds: 'mobile' };

function grantsOf(world: World): Tree[] {
  return world.agreement['datasets'] as Tree[];
}

function refusalCodes(world: World): string[] {
  return refusalsOf(parseDocuments(world, catalogue), catalogue).map(({ code }) => code);
}

function isRefused(world: World): boolean {
  return refusalCodes(world).length > 0;
}

/** Every field that a world's pipeline asks for, with the dataset that owns it. */
function askedFields(world: World): { dataset: string; from: string; as: never | undefined }[] {
  const { pipeline } = parseDocuments(world, catalogue).pipeline;
  return pipeline.products.flatMap((product) =>
    selectionsOf(product, []).flatMap(({ selection: { dataset, fields } }) =>
      fields.map(({ from, as }) =>
        from.startsWith('pds.')
          ? { dataset: 'pds', from: from.slice(4), as: as as never }
          : { dataset, from, as: as as never },
      ),
    ),
  );
}

/** The agreement with other fields in the place of one. */
function regranted(world: World, dataset: string, from: string, instead: readonly unknown[]): Tree {
  const nameOf = (field: unknown): unknown => (typeof field === 'string' ? field : (field as Tree)['from']);
  const datasets = grantsOf(world).map((grant) => {
    if (grant['dataset'] !== dataset) return grant;
    const others = (grant['fields'] as unknown[]).filter((field) => nameOf(field) !== from);
    return { ...grant, fields: [...others, ...instead] };
  });
  return { ...world.agreement, datasets };
}

function shifted(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The plan of a file with a column more, read and given out, which its agreement does not grant. */
function withColumn(file: FilePlan): FilePlan {
  const [from, type] = file.dataset === 'deaths' ? (['REG_DATE', 'date'] as const) : (['EPIEND', 'date'] as const);
  const column: OutputColumn = {
    name: 'MORE',
    type,
    of: 'own',
    from,
    sourceType: type,
    concept: 'date',
    withheld: false,
  };
  const steps = file.steps.map(
    (step): Step => (step.kind === 'minimise' ? { ...step, columns: [...step.columns, column] } : step),
  );
  return { ...file, columns: [...file.columns, 'MORE'], steps };
}
