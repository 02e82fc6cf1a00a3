import { afterEach, expect, test, vi } from 'vitest';
import type { Counted } from '../../../src/engine/count-tables.ts';
import type { passesFor, provingPartsFor } from '../../../src/engine/passes.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { SLICES, type SliceRange } from '../../../src/relation/slices.ts';
import { releaseKey } from '../../../src/release/release-key.ts';
import { agreementOf } from '../../../src/release.ts';
import { HES_HEADER, makeWorkspace, PDS_HEADER, type Tree } from '../../support/make-workspace.ts';
import { wiredWorld } from '../../support/wired-world.ts';

const forced = vi.hoisted(() => ({ ranges: undefined as readonly SliceRange[] | undefined }));

// The world is small: it would always fit into one pass.
vi.mock('../../../src/engine/passes.ts', async (original) => {
  const real = await original<{ passesFor: typeof passesFor; provingPartsFor: typeof provingPartsFor }>();
  return {
    ...real,
    passesFor: (...args: Parameters<typeof passesFor>) => forced.ranges?.slice() ?? real.passesFor(...args),
  };
});
afterEach(() => {
  forced.ranges = undefined;
});

const PRODUCT = {
  ...{ name: 'tables', product: 'tabulation', dataset: 'hes_apc' },
  dimensions: [
    { name: 'sex', from: 'SEX' },
    { name: 'diagnosis', from: 'DIAG_4_01', levels: ['3_characters'] },
  ],
  measures: [
    'people',
    'rows',
    { name: 'days', mean: 'EPIDUR' },
    { name: 'middle', median: 'EPIDUR' },
    { name: 'total', sum: 'EPIDUR' },
  ],
  tables: [{ name: 'both', by: ['sex', 'diagnosis'] }],
};

/** 60 people with one to three episodes each, some of them under several diagnoses. */
const NUMBERS = Array.from({ length: 60 }, (_, index) => String(9_990_100_000 + 7 * index));
const PDS = NUMBERS.map((number) => `${number},,,NAME,PERSON,,1961-04-09,1,,,,,,LS1 4AP,A81001,,,,`);
const HES = NUMBERS.flatMap((number, index) =>
  Array.from({ length: 1 + (index % 3) }, (_, row) => {
    const diagnosis = ['E110', 'E119', 'E101', 'E112'][(index + row) % 4];
    const days = '2024-05-01|2024-05-01|2024-05-03';
    return `${5_000_000 + 10 * index + row}|${number}|${days}|${diagnosis}||${1 + (index % 2)}||||${index + row}`;
  }),
);

/** What is counted of the sources in this order of their rows. */
async function counted(turned: <T>(list: readonly T[]) => readonly T[] = (list) => list): Promise<Counted> {
  using workspace = await makeWorkspace({
    agreement: (file) => {
      const changes = {
        products: ['tabulation'],
        identifiability: 'aggregated',
        fields: ['SEX', 'DIAG_4_01', 'EPIDUR'],
      };
      Object.assign((file['datasets'] as Tree[])[0] ?? {}, changes);
    },
    pipeline: (file) => {
      file['products'] = [PRODUCT];
    },
    files: {
      'data/pds.csv': [PDS_HEADER, ...turned(PDS), ''].join('\n'),
      'data/hes_apc/hes_apc_2425.csv': [`${HES_HEADER}|EPIDUR`, ...turned(HES), ''].join('\n'),
    },
  });
  const { world, pipeline } = await wiredWorld(workspace.root);
  const plan = buildPlan(pipeline, agreementOf(pipeline, world), world.workspace.catalogue, 'NHS Digital');
  const [file] = plan.files;
  if (file === undefined) throw new Error('the pipeline has a product');
  const { key } = await releaseKey(plan.stem, [], world);
  await using session = await world.engine.open(plan, world.inputs, key, () => {});
  const made = await session.count(file);
  await session.prove(file, made.produced);
  return made;
}

test('counts, sums and medians are the same, in however many passes and from whatever order of the rows', async () => {
  const whole = await counted();
  const everybody = whole.counted.tables[0]?.find(({ at }) => at.every((place) => place === null));
  expect(everybody).toMatchObject({ people: 60, rows: HES.length });
  for (const width of [SLICES / 2, SLICES / 4, 1]) {
    forced.ranges = Array.from({ length: SLICES / width }, (_, n) => ({ from: n * width, to: (n + 1) * width }));
    expect(await counted()).toEqual(whole);
  }
  forced.ranges = undefined;
  expect(await counted((list) => list.toReversed())).toEqual(whole);
});
