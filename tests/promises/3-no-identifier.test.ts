import { expect, test } from 'vitest';
import { HES_HEADER, PDS, PDS_HEADER, type Tree } from '../support/make-workspace.ts';
import { released } from './released.ts';

/** Promise 3: no identifier in a pseudonymised output. */

test('no NHS number, name, postcode or local id of anybody is in the output', async () => {
  using release = await released({
    agreement: (file) => {
      ((file['datasets'] as { fields: unknown[] }[])[0]?.fields ?? []).push('LOPATID', 'NEWNHSNO');
      ((file['datasets'] as { fields: unknown[] }[])[1]?.fields ?? []).push('family_name', 'postcode');
    },
    pipeline: (file) => {
      const fields = (file['products'] as { fields: unknown[] }[])[0]?.fields ?? [];
      fields.push('LOPATID', 'NEWNHSNO', 'pds.family_name', 'pds.postcode');
    },
  });
  expect(release.ran.status).toBe(0);
  const text = release.rows.join('\n');
  const identifying = PDS.split('\n')
    .slice(1)
    .flatMap((line) => {
      const cells = line.split(',');
      return [0, 3, 4, 6, 13].map((index) => cells[index] ?? '').filter((cell) => cell !== '');
    });
  for (const value of [...identifying, 'L-0001', 'L-0002']) expect(text).not.toContain(value);
  expect(release.header).toContain('LOPATID');
  expect(release.header).not.toContain('NEWNHSNO');
  expect(text).toMatch(/\|[0-9A-F]{32}\|/);
});

test('a column that holds somebody’s NHS number by mistake stops the release', async () => {
  const hes = [
    'EPIKEY|NEWNHSNO|ADMIDATE|EPISTART|EPIEND|DIAG_4_01|DIAG_4_02|SEX|MYDOB|LSOA11',
    '9990000018|9990000018|2024-05-01|2024-05-01|2024-05-03|E110||1|041961|E01000001',
    '',
  ].join('\n');
  using release = await released({ files: { 'data/hes_apc/hes_apc_2425.csv': hes } });
  expect(release.ran.status).toBe(13);
  expect(release.ran.stderr).toContain('EPIKEY');
  expect(release.ran.stderr + release.ran.stdout).not.toContain('9990000018');
});

test('an output with names can’t be laid beside one with tokens row by row', async () => {
  const numbers = Array.from({ length: 200 }, (_, index) => String(9_990_100_000 + 10 * index));
  const files = {
    'data/pds.csv': [PDS_HEADER, ...numbers.map((number) => `${number}${','.repeat(18)}`), ''].join('\n'),
    'data/hes_apc/hes_apc_2425.csv': [
      HES_HEADER,
      ...numbers.map((number, index) => `${5000 + index}|${number}||2024-05-01|2024-05-03|E110||1|||`),
      '',
    ].join('\n'),
  };
  const keysInOrder = async (identifiability: string): Promise<string[]> => {
    using release = await released({
      files,
      agreement: (file) => Object.assign((file['datasets'] as Tree[])[0] ?? {}, { identifiability }),
      pipeline: (file) => Object.assign((file['products'] as Tree[])[0] ?? {}, { fields: ['EPIKEY'] }),
    });
    return release.rows.map((row) => row.split('|').at(-1) ?? '');
  };
  const named = await keysInOrder('identifiable');
  const tokens = await keysInOrder('pseudonymised');
  expect([named.length, tokens.length]).toEqual([200, 200]);
  const half = new Set(named.slice(0, 100));
  const together = tokens.slice(0, 100).filter((key) => half.has(key)).length;
  // About half by chance; nearly all if only the slices were the same.
  expect(together).toBeGreaterThan(25);
  expect(together).toBeLessThan(75);
});
