import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeArtificialHesWorld } from '../../fixtures/artificial-hes/make.ts';
import { filesUnder } from '../support/delivered.ts';
import { makeWorkspace, type Tree } from '../support/make-workspace.ts';
import { openRecipient } from '../support/recipient.ts';
import { dars } from '../support/run-dars.ts';
import { independentCount } from './independent-count.ts';

const PERIOD = { from: '2001-04-01', to: '2002-03-31' };

/** What the HES rule prints. */
const hes = (count: number): string => (count === 0 ? '0' : count <= 7 ? '*' : String(5 * Math.round(count / 5)));

test('the artificial HES is tabulated: totals as an independent count rounds them, and nothing small in sight', async () => {
  await using recipient = await openRecipient();
  const folder = mkdtempSync(join(tmpdir(), 'dars-real-'));
  try {
    const world = makeArtificialHesWorld(folder, 7);
    using workspace = await makeWorkspace({
      recipient,
      workspace: (file) => {
        file['sources'] = {
          pds: { path: world.pds },
          opt_outs: { path: world.opt_outs, as_at: '2026-11-20' },
          hes_apc: { path: world.hes_apc },
        };
      },
      agreement: (file) => {
        const [apc] = file['datasets'] as Tree[];
        const { where: _, ...terms } = apc ?? {};
        file['datasets'] = [
          {
            ...terms,
            products: ['tabulation'],
            identifiability: 'aggregated',
            period: PERIOD,
            fields: ['SEX', 'DIAG_4_01', 'ADMIMETH'],
          },
        ];
      },
      pipeline: (file) => {
        file['products'] = [
          {
            name: 'admissions',
            product: 'tabulation',
            dataset: 'hes_apc',
            dimensions: [
              { name: 'sex', from: 'SEX' },
              { name: 'diagnosis', from: 'DIAG_4_01', as: '3_characters', levels: ['chapter'] },
              {
                name: 'method',
                from: 'ADMIMETH',
                groupings: { kind: { Elective: ['11', '12', '13'], Emergency: ['21', '22', '23', '24', '28'] } },
              },
            ],
            measures: ['people', 'rows'],
            tables: [
              { name: 'by-sex-and-chapter', by: ['sex', { dimension: 'diagnosis', levels: ['chapter'] }] },
              { name: 'by-method', by: ['method'] },
              { name: 'by-diagnosis', by: ['diagnosis'] },
            ],
          },
        ];
      },
    });
    const ran = await dars(workspace.root, ['run', 'pipelines/diabetes-apc.yaml']);
    expect(ran.status, ran.stderr).toBe(0);
    const out = join(workspace.root, 'out');
    const [file = ''] = filesUnder(out).filter((path) => path.endsWith('.csv.gpg'));
    const lines = (await recipient.open(join(out, file))).toString('utf8').trim().split('\n');
    const rows = lines
      .slice(1)
      .map((line) => line.split('|'))
      .filter(([table]) => table !== 'notes');
    const total = (measure: string): string | undefined =>
      rows.find((row) => row[0] === 'by-method' && row[5] === 'Total' && row[7] === measure)?.[8];
    const expected = independentCount({
      rows: world.hes_apc,
      pds: world.pds,
      optOuts: world.opt_outs,
      key: 'EPIKEY',
      date: 'EPIEND',
      ...PERIOD,
    });
    expect(['[c]', hes(expected.released)]).toContain(total('rows'));
    expect(['[c]', hes(expected.people)]).toContain(total('people'));
    expect(rows.length).toBeGreaterThan(100);
    for (const row of rows) expect(row[8]).toMatch(/^(0|\*|\[c\]|[1-9]\d*[05])$/);
    expect(rows.filter((row) => /^[1-7]$/.test(row[8] ?? ''))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
