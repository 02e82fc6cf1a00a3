import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { HES, TODAY, type Tree } from '../support/make-workspace.ts';
import { openRecipient } from '../support/recipient.ts';
import { darsHere } from '../support/run-dars.ts';
import { study } from '../tracing/support.ts';
import { deathsCsv, deliveredReports, makeStudy, pdsCsv, uploadCsv } from '../tracking/study.ts';

const LIST = `list: a test
version: "1"
codes:
  - { system: icd10, code: N97 }
`;

function restrict(file: Tree): void {
  const sha256 = createHash('sha256').update(LIST).digest('hex');
  file['lookups'] = { restricted_codes: { path: 'restricted.yaml', version: '1', sha256 } };
}

const PERCIVAL = '9990000018';

describe('a legally restricted code never goes out with what names a person', () => {
  test('in a bespoke linkage: a row that has one, in a column asked for or not, is withheld whole', async () => {
    await using recipient = await openRecipient();
    const hes = HES.replace('|E110|I10X|1|041961|', '|E110|N970|1|041961|');
    const parts = { workspace: restrict, files: { 'restricted.yaml': LIST, 'data/hes_apc/hes_apc_2425.csv': hes } };
    for (const fields of [['EPIKEY', 'DIAG_4_01', 'DIAG_4_02'], ['EPIKEY']]) {
      using done = await study(recipient, [{ ref: 'P', nhs: PERCIVAL, born: '1961-04-09' }], {
        ...parts,
        pipeline: (file) => {
          Object.assign((file['products'] as { datasets: Tree[] }[])[0]?.datasets[0] ?? {}, { fields });
        },
      });
      expect(done.ran.status, done.ran.stderr).toBe(0);
      expect(done.rows.map((row) => row.split('|')[1])).toEqual(['500000000008']);
    }
  });

  test('in a tracking report: one with codes may not run where some would have to be withheld', async () => {
    using followed = await makeStudy();
    followed.write('restricted.yaml', LIST);
    followed.write('data/pds.csv', pdsCsv([{ nhs: PERCIVAL }]));
    followed.write('data/deaths.csv', deathsCsv([{ nhs: PERCIVAL, registered: '2026-01-01', cause: 'N970' }]));
    followed.write('cohort/NIC-147750_members.csv', uploadCsv([{ study: 'S1', status: 'add', nhs: PERCIVAL }]));
    followed.change('dars.yaml', (file) => {
      restrict(file);
      Object.assign((file['sources'] as Record<string, object>)['opt_outs'] ?? {}, { as_at: TODAY });
    });
    const ran = await darsHere(followed.root, ['--as-of', TODAY, 'run', 'follow-up']);
    expect([ran.status, ran.stderr]).toEqual([
      12,
      expect.stringContaining('legally restricted or rare codes of deaths'),
    ]);
    expect((await deliveredReports(followed)).size).toBe(0);
  });
});
