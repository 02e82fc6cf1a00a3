import { beforeAll, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { Selection } from '../../src/pipeline/pipeline-schema.ts';
import { selectionsOf } from '../../src/pipeline/pipeline-schema.ts';
import { type FilePlan, type Step, stepOf, stepsOf } from '../../src/plan/plan.ts';
import { toCondition } from '../../src/relation/condition.ts';
import { arbitraryWorld } from './arbitrary-world.ts';
import { assertWorlds, PATIENCE } from './assert-worlds.ts';
import { type ParsedDocuments, parseDocuments, planOf, refusalsOf } from './granted-plan.ts';
import { shippedCatalogue } from './shipped-catalogue.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await shippedCatalogue();
});

/** Columns of worlds that identify somebody, and those that are withheld of sensitive records. */
const IDENTIFIERS = {
  pds: ['replaced_by', 'family_name', 'given_name', 'date_of_birth', 'address_line_1', 'postcode', 'email'],
  hes_apc: ['DOB', 'HOMEADD', 'LOPATID', 'MOTDOB'],
  deaths: ['LEDRID', 'PCDR'],
};
const WITHHELD = {
  pds: ['address_line_1', 'postcode', 'gp_practice_code', 'email', 'date_of_death'],
  hes_apc: ['HOMEADD', 'GPPRAC'],
  deaths: ['PCDR', 'GP_PRACTICE_CODE', 'REG_DATE_OF_DEATH'],
};
const KEYS = { pds: 'nhs_number', hes_apc: 'NEWNHSNO', deaths: 'NHS_NUMBER' };
type Name = keyof typeof KEYS;

describe('a plan', () => {
  test(
    'says what agreement and pipeline say, and leaves nothing out',
    async () => {
      let files = 0;
      await assertWorlds(arbitraryWorld(catalogue, 1), 150, async (world) => {
        const documents = parseDocuments(world, catalogue);
        if (refusalsOf(documents, catalogue).length > 0) return;
        const { pipeline } = documents.pipeline;
        const plan = planOf(documents, catalogue);
        const asked = pipeline.products.flatMap((product) =>
          selectionsOf(product, []).map(({ selection }) => selection),
        );
        expect(plan.files.map(({ dataset }) => dataset)).toEqual(asked.map(({ dataset }) => dataset));
        for (const [index, file] of plan.files.entries()) {
          const selection = asked[index];
          if (selection === undefined) throw new Error('a file too many');
          const grant = grantOf(documents, file.dataset);
          expectSelection(file.steps, selection, documents);
          expect(stepOf(file.steps, 'resolve')?.unresolved).toBe(grant.unresolved);
          expect(stepOf(file.steps, 'remove-opt-outs')?.policy).toEqual(grant.opt_outs);
          expect(stepOf(file.steps, 'keep-cohort') !== undefined).toBe(pipeline.cohort !== undefined);
          expectColumns(file, selection);
          files += 1;
        }
        if (plan.cohort?.kind === 'dataset' && pipeline.cohort !== undefined && 'dataset' in pipeline.cohort) {
          expectSelection(plan.cohort.steps, { ...pipeline.cohort, fields: [] }, documents);
        }
      });
      expect(files).toBeGreaterThan(100);
    },
    PATIENCE,
  );
});

function grantOf({ agreement }: ParsedDocuments, name: string) {
  const grant = agreement.agreement.datasets.find(({ dataset }) => dataset === name);
  if (grant === undefined) throw new Error('no grant');
  return grant;
}

/** The agreement's period and condition stand in the steps, and the pipeline's on top of them. */
function expectSelection(steps: readonly Step[], selection: Selection, documents: ParsedDocuments): void {
  const both = [grantOf(documents, selection.dataset), selection];
  const periods = stepsOf(steps, 'select-period').map(({ from, to }) => ({ from, to }));
  expect(periods).toEqual(both.flatMap(({ period }) => period ?? []));
  const conditions = stepsOf(steps, 'select-rows').map(({ condition }) => condition);
  expect(conditions).toEqual(both.flatMap(({ where }) => toCondition(where) ?? []));
}

/** The columns asked for, in order; the person's own number stands for the token where there is one. */
function expectColumns({ identifiability, dataset, steps }: FilePlan, { fields }: Selection): void {
  const tokens = identifiability === 'pseudonymised';
  const wanted = fields.flatMap(({ from, as }) => {
    const joined = from.startsWith('pds.');
    const owner = (joined ? 'pds' : dataset) as Name;
    const column = joined ? from.slice(4) : from;
    if (tokens && as === undefined && column === KEYS[owner]) return [];
    return [
      {
        of: joined ? 'pds' : 'own',
        from: column,
        as,
        token: tokens && as === undefined && IDENTIFIERS[owner].includes(column) ? column.toUpperCase() : undefined,
        withheld: WITHHELD[owner].includes(column),
      },
    ];
  });
  const columns = stepOf(steps, 'minimise')?.columns ?? [];
  expect(columns.map(({ of, from, as, token, withheld }) => ({ of, from, as, token, withheld }))).toEqual(wanted);
}
