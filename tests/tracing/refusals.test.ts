import { expect, test } from 'vitest';
import { makeWorkspace, type Tree } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';
import { COHORT_PATH, cohortFile, forCohort, linkageProduct } from './support.ts';

/** What `dars check` says of a pipeline under an agreement, both right but for these changes. */
async function check(agreement: (file: Tree) => void, pipeline: (product: Tree) => void = () => {}): Promise<string> {
  using workspace = await makeWorkspace({
    agreement: (file) => {
      forCohort(file);
      agreement(file);
    },
    pipeline: (file) => {
      linkageProduct(file);
      pipeline((file['products'] as Tree[])[0] ?? {});
    },
    files: { [COHORT_PATH]: cohortFile([]) },
  });
  return (await darsHere(workspace.root, ['check'])).stdout;
}

test('a bespoke linkage runs under an agreement that is for one', async () => {
  expect(await check(() => {})).toContain('diabetes-apc: may run');
});

test.each([
  [
    'data granted as pseudonymised, since study ids name people',
    'it is identifiable data',
    (file: Tree) => Object.assign((file['datasets'] as Tree[])[0] ?? {}, { identifiability: 'pseudonymised' }),
    () => {},
  ],
  [
    'an agreement for no cohort',
    'the agreement is for no cohort',
    (file: Tree) => Reflect.deleteProperty(file, 'cohort'),
    () => {},
  ],
  [
    'a match file that tells more than is granted',
    'a match file with MATCH_WEIGHT is not granted',
    () => {},
    (product: Tree) => Object.assign(product, { match_file: ['MATCH_RANK', 'MATCH_WEIGHT'] }),
  ],
  [
    'a match file where PDS is granted only to be joined',
    'pds is not granted as bespoke-linkage',
    (file: Tree) => Object.assign((file['datasets'] as Tree[])[1] ?? {}, { products: [] }),
    () => {},
  ],
  [
    'a cohort file that is named for another agreement',
    'may be another applicant’s',
    () => {},
    (product: Tree) => Object.assign(product, { cohort: 'cohorts/NIC-1477501_study.csv' }),
  ],
])('refuses %s', async (_, says, agreement, pipeline) => {
  const told = await check(agreement, pipeline);
  expect(told).toContain('diabetes-apc: refused');
  expect(told).toContain(says);
});
