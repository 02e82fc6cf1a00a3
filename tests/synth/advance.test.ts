import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CalendarDate } from '../../src/kernel/calendar-date.ts';
import type { SynthOptions } from '../../src/synth/options.ts';
import { synthesise } from '../../src/synth/synthesise.ts';
import { advanceWorld, later, makeWorld } from '../../src/synth/world-file.ts';
import { filesUnder } from '../support/delivered.ts';
import { darsHere } from '../support/run-dars.ts';

const base = mkdtempSync(join(tmpdir(), 'dars-advance-'));
const [before, after] = [join(base, 'before'), join(base, 'after')];
const EPOCH = '2026-09-20' as CalendarDate;
const LATER = '2027-05-20' as CalendarDate;
const options: SynthOptions = {
  directory: before,
  people: 5_000,
  seed: 5,
  asAt: EPOCH,
  datasets: ['pds', 'opt_outs', 'ecds', 'dids', 'deaths'],
  years: 2,
  threads: 2,
};

let connection: DuckDBConnection;
beforeAll(async () => {
  await makeWorld(options);
  cpSync(before, after, { recursive: true });
  await advanceWorld(after, '8 months', { threads: 2 });
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  for (const [name, folder] of [
    ['was', before],
    ['is', after],
  ]) {
    await connection.run(`CREATE VIEW ${name}_pds AS FROM '${folder}/pds.parquet'`);
    await connection.run(
      `CREATE VIEW ${name}_opted AS FROM read_csv('${folder}/opt-outs.dat', header = false, columns = {n: 'VARCHAR'})`,
    );
    for (const dataset of ['ecds', 'dids', 'deaths'])
      await connection.run(`CREATE VIEW ${name}_${dataset} AS FROM '${folder}/${dataset}/*.parquet'`);
  }
});
afterAll(() => {
  connection.closeSync();
  rmSync(base, { recursive: true, force: true });
});

async function row(sql: string): Promise<Readonly<Record<string, number>>> {
  const [found = {}] = (await connection.runAndReadAll(sql)).getRowObjects();
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, Number(value)]));
}

function digests(folder: string): Record<string, string> {
  const files = filesUnder(folder).filter((path) => path !== 'synth.json');
  return Object.fromEntries(
    files.map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex'),
    ]),
  );
}

describe('a world that is moved forward', () => {
  it('is the same, byte for byte, in one step, in two, and made on that day at once', async () => {
    const [steps, atOnce] = [join(base, 'steps'), join(base, 'at-once')];
    cpSync(before, steps, { recursive: true });
    await advanceWorld(steps, '2 months', { threads: 1 });
    await advanceWorld(steps, '6 months', { threads: 2 });
    await synthesise({ ...options, directory: atOnce, asAt: LATER, epoch: EPOCH });
    const whole = digests(after);
    expect(digests(steps)).toEqual(whole);
    const { 'as-at': _, ...data } = whole;
    expect(digests(atOnce)).toEqual(data);
  });

  it('loses nobody; some are born or move in, die, move, merge, leave or come back; who they are stays', async () => {
    const { lost, odd, ...changes } = await row(`SELECT
      count(*) FILTER (b.nhs_number IS NULL) AS lost,
      count(*) FILTER (b.nhs_number IS NOT NULL AND (a.family_name, a.given_name, a.date_of_birth, a.gender, a.confidentiality)
        IS DISTINCT FROM (b.family_name, b.given_name, b.date_of_birth, b.gender, b.confidentiality)) AS odd,
      count(*) FILTER (a.postcode IS DISTINCT FROM b.postcode) AS moved,
      count(*) FILTER (a.replaced_by IS NULL AND b.replaced_by IS NOT NULL) AS merged,
      count(*) FILTER (a.date_of_death IS NULL AND b.date_of_death IS NOT NULL) AS died,
      count(*) FILTER (a.death_status = '1' AND b.death_status = '2') AS registered,
      count(*) FILTER (a.reason_for_removal IS NULL AND b.reason_for_removal <> 'DEA') AS gone,
      count(*) FILTER (a.reason_for_removal IS NOT NULL AND b.reason_for_removal IS NULL) AS back
      FROM was_pds a LEFT JOIN is_pds b USING (nhs_number)`);
    expect({ lost, odd }).toEqual({ lost: 0, odd: 0 });
    for (const [what, count] of Object.entries(changes)) expect(count, what).toBeGreaterThan(0);
    const found = await row(`SELECT count(*) AS new, count(*) FILTER (date_of_birth > DATE '${EPOCH}') AS born,
      count(*) FILTER (date_of_birth > DATE '${LATER}') AS unborn FROM is_pds ANTI JOIN was_pds USING (nhs_number)`);
    expect(found['new']).toBe(73);
    expect(found['born']).toBeGreaterThan(15);
    expect(found['unborn']).toBe(0);
    const { resurrected } = await row(`SELECT count(*) AS resurrected FROM was_pds a JOIN is_pds b USING (nhs_number)
      WHERE a.date_of_death IS DISTINCT FROM b.date_of_death AND a.date_of_death IS NOT NULL`);
    expect(resurrected).toBe(0);
  });

  it('has newborns in the households of their mothers', async () => {
    const { born, mothered } = await row(`SELECT count(*) AS born, count(*) FILTER (EXISTS (FROM is_pds m
        WHERE m.gender = '2' AND m.postcode = b.postcode AND m.address_line_2 = b.address_line_2 AND m.replaced_by IS NULL
        AND date_diff('year', m.date_of_birth, b.date_of_birth) BETWEEN 16 AND 45)) AS mothered
      FROM is_pds b WHERE b.date_of_birth > DATE '${EPOCH}' AND b.address_line_2 IS NOT NULL`);
    expect((mothered ?? 0) / (born ?? 1)).toBeGreaterThan(0.9);
  });

  it('has more opt-outs, and some withdrawn', async () => {
    const found = await row(`SELECT (SELECT count(*) FROM is_opted ANTI JOIN was_opted USING (n)) AS newly,
      (SELECT count(*) FROM was_opted ANTI JOIN is_opted USING (n)) AS withdrawn`);
    expect(found['newly']).toBeGreaterThan(0);
    expect(found['withdrawn']).toBeGreaterThan(0);
  });

  it('keeps every row that was known, but for what is found out later, and knows more', async () => {
    for (const [dataset, day] of [
      ['ecds', 'ARRIVAL_DATE'],
      ['dids', 'DIAGNOSTIC_TEST_DATE'],
      ['deaths', "strptime(REG_DATE, '%Y%m%d')"],
    ] as const) {
      // A report of a test may come after the test.
      const same = dataset === 'dids' ? 'SELECT * EXCLUDE (SERVICE_REPORT_DATE)' : 'SELECT *';
      const found =
        await row(`SELECT (SELECT count(*) FROM (${same} FROM was_${dataset} EXCEPT ALL ${same} FROM is_${dataset})) AS lost,
        (SELECT count(*) FROM is_${dataset} WHERE ${day} > DATE '${EPOCH}') AS more,
        (SELECT count(*) FROM is_${dataset} WHERE ${day} > DATE '${LATER}') AS later`);
      expect([dataset, found['lost'], found['later']]).toEqual([dataset, 0, 0]);
      expect(found['more']).toBeGreaterThan(20);
    }
  });

  it('does not make files again of years that were over long ago, and begins those of a new year', () => {
    const [then, now] = [digests(before), digests(after)];
    expect(now['ecds/ecds_2526.parquet']).toBe(then['ecds/ecds_2526.parquet']);
    expect(Object.keys(now).filter((path) => !(path in then))).toEqual([
      'dids/dids_2728.parquet',
      'ecds/ecds_2728.parquet',
    ]);
    expect(readFileSync(join(after, 'as-at'), 'utf8')).toBe(`${LATER}\n`);
  });
});

describe('a world that is on its way', () => {
  it('says no day that it is of, and one that was stopped there is moved again as if it had not been', async () => {
    const [stopped, whole] = [join(base, 'stopped'), join(base, 'whole')];
    await makeWorld({ ...options, directory: stopped, people: 500, datasets: ['pds', 'opt_outs', 'deaths'] });
    cpSync(stopped, whole, { recursive: true });
    await advanceWorld(whole, '3 months', { threads: 1 });
    const days: boolean[] = [];
    const onProgress = (): never => {
      days.push(existsSync(join(stopped, 'as-at')));
      throw new Error('the lights went out');
    };
    await expect(advanceWorld(stopped, '3 months', { threads: 1, onProgress })).rejects.toThrow('the lights went out');
    expect(days).toEqual([false]);
    expect(existsSync(join(stopped, 'as-at'))).toBe(false);
    await advanceWorld(stopped, '3 months', { threads: 1 });
    expect(digests(stopped)).toEqual(digests(whole));
  });
});

describe('steps', () => {
  it.each([
    ['2026-11-20', '3 months', '2027-02-20'],
    ['2026-11-30', '3 months', '2027-02-28'],
    ['2024-02-29', '1 year', '2025-02-28'],
    ['2026-11-20', '10 days', '2026-11-30'],
    ['2026-12-31', '2weeks', '2027-01-14'],
  ])('from %s by %s lead to %s', (from, step, to) => {
    expect(later(from as CalendarDate, step)).toBe(to);
  });

  it('that are none, folders without a world and what was settled before are refused', async () => {
    const refused = async (...args: string[]) => (await darsHere(base, ['synth', ...args])).stderr;
    expect(await refused('--advance', 'soon', '--out', after)).toContain('wants a number of days');
    expect(await refused('--advance', '3', 'months', '--out', base)).toContain('holds no synth.json');
    expect(await refused('--advance', '1 day', '--out', after, '--seed', '3')).toContain('--seed was settled');
    expect(await refused('--advance', '1 day', '--out', after, '--cohort', '3')).toContain('--cohort was settled');
    expect(await refused('--advance', '9999 years', '--out', after)).toContain('leads to no day');
    expect(await refused('--out', join(base, 'nothing'))).toContain('--people is missing');
    const cohort = ['--people', '9', '--cohort', '3', '--datasets', 'deaths', '--out', join(base, 'nothing')];
    expect(await refused(...cohort)).toContain('--cohort is of people in PDS');
    expect(existsSync(join(base, 'nothing'))).toBe(false);
  });

  it('with options that are refused leave the world, and the day that it tells of, as they are', async () => {
    const refused = await darsHere(base, ['synth', '--advance', '1 day', '--out', after, '--memory', 'much']);
    expect(refused.status).toBe(2);
    expect(readFileSync(join(after, 'as-at'), 'utf8')).toBe(`${LATER}\n`);
  });
});
