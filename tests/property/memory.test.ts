import { beforeAll, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { agreementKey } from '../../src/kernel/pseudonym.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { agreementTree, MASTER_KEY, pipelineTree } from '../support/make-workspace.ts';
import { PATIENCE } from './assert-worlds.ts';
import { parseDocuments, planOf } from './granted-plan.ts';
import { inFolder } from './in-folder.ts';
import { makeFiles } from './make-files.ts';
import { shippedCatalogue } from './shipped-catalogue.ts';
import type { World } from './world.ts';
import { writeWorld } from './write-world.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await shippedCatalogue();
});

const ROWS = 120_000;

describe('little memory', () => {
  test(
    'means more passes and the same bytes',
    async () => {
      const world = largeWorld();
      const documents = parseDocuments(world, catalogue);
      const plan = planOf(documents, catalogue);
      const key = agreementKey(new Secret(Buffer.from(MASTER_KEY, 'hex')), plan.stem);
      await inFolder(async (folder) => {
        const { inputs } = await writeWorld(folder, world, catalogue, key);
        const made = async (memory: string) => {
          const limits = { ...inputs.limits, memory };
          return makeFiles(plan, documents, { ...inputs, limits }, catalogue, key);
        };
        const [much] = await made('1GB');
        const [little] = await made('64MB');
        expect(much?.produced.rows).toBeGreaterThan(ROWS / 2);
        expect(little?.produced).toEqual(much?.produced);
        expect(little?.bytes.equals(much?.bytes ?? Buffer.alloc(0))).toBe(true);
      });
    },
    PATIENCE,
  );
});

/** Many rows of few people, over the whole of the slices. */
function largeWorld(): World {
  const number = (person: number): string => String(4_000_000_000 + person * 7_919);
  const layout = {
    format: 'csv',
    delimiter: '|',
    lineEnd: '\n',
    byteOrderMark: false,
    lowerCase: false,
    renamed: false,
    typed: false,
    files: 1,
  } as const;
  const people = Array.from({ length: 500 }, (_, person) => ({
    nhs_number: number(person),
    replaced_by: null,
    confidentiality: null,
  }));
  const rows = Array.from({ length: ROWS }, (_, row) => ({
    NEWNHSNO: number(row % 600),
    EPIKEY: `row ${row}`,
    SENDER: 'x'.repeat(row % 50),
    EPIEND: '2024-05-01',
  }));
  const agreement = agreementTree('0'.repeat(40));
  (agreement['datasets'] as Record<string, unknown>[])[0] = {
    ...(agreement['datasets'] as Record<string, unknown>[])[0],
    fields: ['EPIKEY', 'SENDER'],
    where: {},
  };
  const pipeline = pipelineTree();
  pipeline['products'] = [
    { name: 'large', product: 'extract', dataset: 'hes_apc', fields: ['SENDER', 'EPIKEY'], compression: 'none' },
  ];
  return {
    sources: new Map([
      ['pds', { table: { columns: ['nhs_number', 'replaced_by', 'confidentiality'], records: people }, layout }],
      ['hes_apc', { table: { columns: ['NEWNHSNO', 'EPIKEY', 'SENDER', 'EPIEND'], records: rows }, layout }],
    ]),
    optOuts: {
      mode: 'deny-list',
      numbers: ['8888888888'],
      request: undefined,
      layout: { format: 'text', commas: false, header: false, lineEnd: '\n' },
    },
    cohortFile: undefined,
    geography: [],
    agreement,
    pipeline,
  };
}
