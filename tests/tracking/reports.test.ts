import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import type { TestWorkspace, Tree } from '../support/make-workspace.ts';
import {
  deathsCsv,
  deliveredReports,
  type Member,
  makeStudy,
  type PdsRecord,
  pdsCsv,
  type ReportRow,
  runMonth,
  uploadCsv,
  withoutDestination,
} from './study.ts';

const ASHWORTH = '9990000018';
const BRACEGIRDLE = '9990000026';
const MEMBERS: readonly Member[] = [
  { study: 'S1', status: 'add', nhs: ASHWORTH },
  { study: 'S2', status: 'add', nhs: BRACEGIRDLE },
];

interface Month {
  readonly pds: readonly PdsRecord[];
  readonly members?: readonly Member[];
  readonly optOuts?: readonly string[];
  readonly deaths?: Parameters<typeof deathsCsv>[0];
}

async function nextMonth(
  study: TestWorkspace,
  month: number,
  { pds, members = MEMBERS, optOuts = [], deaths = [] }: Month,
) {
  study.write('data/pds.csv', pdsCsv(pds));
  study.write('cohort/NIC-147750_members.csv', uploadCsv(members));
  study.write('data/opt-outs.dat', `${['9990009999', ...optOuts].join('\n')}\n`);
  study.write('data/deaths.csv', deathsCsv(deaths));
  return runMonth(study, month);
}

/** The rows of one report of the last release. */
async function last(study: TestWorkspace, report: string): Promise<readonly ReportRow[]> {
  return [...(await deliveredReports(study)).values()].findLast((each) => each.report.startsWith(report))?.rows ?? [];
}

const short = (rows: readonly ReportRow[], ...columns: string[]): string[] =>
  rows
    .map((row) =>
      ['STUDY_ID', 'EVENT', 'CHANGE', ...columns]
        .map((name) => row[name])
        .join(' ')
        .trim(),
    )
    .sort();

const alive: readonly PdsRecord[] = [{ nhs: ASHWORTH }, { nhs: BRACEGIRDLE, practice: 'B82001' }];

describe('event notification', () => {
  test('is full the first time, and then tells only what is new', async () => {
    using study = await makeStudy();
    expect((await nextMonth(study, 0, { pds: alive })).status).toBe(0);
    expect(short(await last(study, 'EVENT_NOTIFICATION'), 'gp_practice_code')).toEqual([
      'S1 AREA new',
      'S1 NHS_NUMBER new',
      'S1 PRACTICE new A81001',
      'S2 AREA new',
      'S2 NHS_NUMBER new',
      'S2 PRACTICE new B82001',
    ]);
    const moved = [
      { nhs: ASHWORTH, practice: 'C83001' },
      { nhs: BRACEGIRDLE, practice: 'B82001' },
    ];
    const second = await nextMonth(study, 1, { pds: moved });
    expect(short(await last(study, 'EVENT_NOTIFICATION'), 'gp_practice_code')).toEqual(['S1 PRACTICE new C83001']);
    expect(second.stdout).toContain('told before');
  });

  test('corrects a death under its own event id: informal becomes formal, and a death that was none ends', async () => {
    using study = await makeStudy();
    await nextMonth(study, 0, { pds: [{ nhs: ASHWORTH, deathStatus: '1', died: '2026-01-01' }, ...alive.slice(1)] });
    const [informal] = (await last(study, 'EVENT_NOTIFICATION')).filter(({ EVENT }) => EVENT === 'DEATH');
    await nextMonth(study, 1, { pds: [{ nhs: ASHWORTH, deathStatus: '2', died: '2026-01-02' }, ...alive.slice(1)] });
    const [formal] = await last(study, 'EVENT_NOTIFICATION');
    expect(formal).toEqual({ ...informal, CHANGE: 'corrected', death_status: '2', date_of_death: '2026-01-02' });
    await nextMonth(study, 2, { pds: [{ nhs: ASHWORTH, deathStatus: 'U' }, ...alive.slice(1)] });
    const [none] = await last(study, 'EVENT_NOTIFICATION');
    expect(none).toEqual({ ...informal, CHANGE: 'ended', death_status: '', date_of_death: '' });
  });

  test('tells of a removal and of the re-entry that ends it', async () => {
    using study = await makeStudy();
    await nextMonth(study, 0, { pds: [{ nhs: ASHWORTH, removal: 'EMB' }, ...alive.slice(1)] });
    const [removal] = (await last(study, 'EVENT_NOTIFICATION')).filter(({ EVENT }) => EVENT === 'REMOVAL');
    await nextMonth(study, 1, { pds: alive });
    const [back, ...others] = await last(study, 'EVENT_NOTIFICATION');
    expect(others).toEqual([]);
    expect(back).toMatchObject({ EVENT: 'RE_ENTRY', CHANGE: 'ended', EVENT_ID: removal?.['EVENT_ID'] });
  });

  test('follows a member to a new NHS number', async () => {
    using study = await makeStudy();
    await nextMonth(study, 0, { pds: alive });
    const merged = [{ nhs: ASHWORTH, replacedBy: '9990000042' }, { nhs: '9990000042' }, ...alive.slice(1)];
    await nextMonth(study, 1, { pds: merged });
    expect(short(await last(study, 'EVENT_NOTIFICATION'), 'nhs_number')).toEqual(['S1 NHS_NUMBER new 9990000042']);
  });

  test('says once that a member is not reported any more, in the same row for an opt-out and for who can’t be found', async () => {
    using study = await makeStudy();
    await nextMonth(study, 0, {
      pds: [...alive, { nhs: '9990000050' }],
      members: [...MEMBERS, { study: 'S3', status: 'add', nhs: '9990000050' }],
    });
    const members: readonly Member[] = [...MEMBERS, { study: 'S3', status: 'add', nhs: '9990000050' }];
    const ran = await nextMonth(study, 1, { pds: alive, members, optOuts: [ASHWORTH] });
    const rows = await last(study, 'EVENT_NOTIFICATION');
    expect(short(rows)).toEqual(['S1 NO_LONGER_REPORTED new', 'S3 NO_LONGER_REPORTED new']);
    const [optedOut, notFound] = rows.map(({ STUDY_ID: _, EVENT_ID: __, ...rest }) => rest);
    expect(optedOut).toEqual(notFound);
    expect(ran.stdout).not.toMatch(/opted out|unresolved/);
    await nextMonth(study, 2, {
      pds: [{ nhs: ASHWORTH, deathStatus: '2', died: '2026-02-01' }, ...alive.slice(1)],
      members,
      optOuts: [ASHWORTH],
    });
    expect(await last(study, 'EVENT_NOTIFICATION')).toEqual([]);
    expect((await last(study, 'CURRENT_STATUS')).map(({ STUDY_ID: id }) => id)).toEqual(['S2']);
    expect((await last(study, 'LIST_CLEANING')).map(({ STUDY_ID: id }) => id)).toEqual(['S2']);
  });

  test('never told of somebody, it does not say that they are no longer reported', async () => {
    using study = await makeStudy();
    await nextMonth(study, 0, { pds: alive, optOuts: [ASHWORTH] });
    await nextMonth(study, 1, { pds: alive, optOuts: [ASHWORTH] });
    const all = [...(await deliveredReports(study)).values()].flatMap(({ rows }) => rows);
    expect(all.filter(({ STUDY_ID: id }) => id === 'S1')).toEqual([]);
  });

  test('reports, where the list is the national service’s answer, on those whom it lists and nobody else', async () => {
    using study = await makeStudy();
    study.change('dars.yaml', (file) => {
      Object.assign((file['sources'] as Record<string, object>)['opt_outs'] ?? {}, { mode: 'keep-list' });
    });
    const ran = await nextMonth(study, 0, { pds: alive, optOuts: [BRACEGIRDLE] });
    expect(ran.status, ran.stderr).toBe(0);
    const all = [...(await deliveredReports(study)).values()].flatMap(({ rows }) => rows);
    expect(new Set(all.map(({ STUDY_ID: id }) => id))).toEqual(new Set(['S2']));
  });

  test('tells nothing of a record that became sensitive, not even that', async () => {
    using study = await makeStudy();
    const dead = { nhs: ASHWORTH, deathStatus: '2', died: '2026-01-01' };
    await nextMonth(study, 0, { pds: [dead, ...alive.slice(1)] });
    await nextMonth(study, 1, { pds: [{ ...dead, confidentiality: 'S', practice: 'Z99001' }, ...alive.slice(1)] });
    expect(await last(study, 'EVENT_NOTIFICATION')).toEqual([]);
    await nextMonth(study, 2, { pds: [{ ...dead, practice: 'Z99001' }, ...alive.slice(1)] });
    expect(short(await last(study, 'EVENT_NOTIFICATION'), 'gp_practice_code')).toEqual(['S1 PRACTICE new Z99001']);
  });

  test('leaves a member alone whom the applicant deleted, and goes on when they are added again', async () => {
    using study = await makeStudy();
    await nextMonth(study, 0, { pds: alive });
    study.write('cohort/NIC-147750_second.csv', uploadCsv([{ study: 'S1', status: 'delete', nhs: ASHWORTH }]));
    const uploads = (paths: readonly string[]): void =>
      study.change('pipelines/diabetes-apc.yaml', (file) => {
        ((file['products'] as Tree[])[0] as Tree)['cohort'] = paths;
      });
    uploads(['cohort/NIC-147750_members.csv', 'cohort/NIC-147750_second.csv']);
    const moved = [{ nhs: ASHWORTH, practice: 'C83001' }, ...alive.slice(1)];
    await nextMonth(study, 1, { pds: moved });
    expect(await last(study, 'EVENT_NOTIFICATION')).toEqual([]);
    study.write('cohort/NIC-147750_third.csv', uploadCsv([{ study: 'S1', status: 'add', nhs: ASHWORTH }]));
    uploads(['cohort/NIC-147750_members.csv', 'cohort/NIC-147750_second.csv', 'cohort/NIC-147750_third.csv']);
    await nextMonth(study, 2, { pds: moved });
    expect(short(await last(study, 'EVENT_NOTIFICATION'), 'gp_practice_code')).toEqual(['S1 PRACTICE new C83001']);
  });
});

describe('cause of death', () => {
  test('reissues a registration whose cause was changed under its event id, and takes back one that was cancelled', async () => {
    using study = await makeStudy();
    const registered = '2026-01-20';
    await nextMonth(study, 0, { pds: alive, deaths: [{ nhs: ASHWORTH, registered, cause: 'R99X' }] });
    const [first] = await last(study, 'CAUSE_OF_DEATH');
    await nextMonth(study, 1, { pds: alive, deaths: [{ nhs: ASHWORTH, registered, cause: 'I219' }] });
    expect(await last(study, 'CAUSE_OF_DEATH')).toEqual([
      { ...first, CHANGE: 'corrected', S_UNDERLYING_COD_ICD10: 'I219' },
    ]);
    await nextMonth(study, 2, { pds: alive, deaths: [{ nhs: '9990000077', registered, cause: 'I219' }] });
    expect(await last(study, 'CAUSE_OF_DEATH')).toEqual([
      { ...first, CHANGE: 'ended', REG_DATE: '', S_UNDERLYING_COD_ICD10: '' },
    ]);
  });
});

describe('list cleaning', () => {
  test('names the columns in which PDS knows better than the applicant', async () => {
    using study = await makeStudy();
    const members: readonly Member[] = [
      { study: 'S1', status: 'add', nhs: ASHWORTH, family: 'ashworth ' },
      { study: 'S2', status: 'add', nhs: BRACEGIRDLE, family: 'Bracegirdel' },
    ];
    const merged = [
      { nhs: ASHWORTH, replacedBy: '9990000042' },
      { nhs: '9990000042' },
      { nhs: BRACEGIRDLE, family: 'BRACEGIRDLE' },
    ];
    await nextMonth(study, 0, { pds: merged, members });
    const rows = await last(study, 'LIST_CLEANING');
    expect(Object.fromEntries(rows.map((row) => [row['STUDY_ID'], row['DIFFERS']]))).toEqual({
      S1: 'nhs_number',
      S2: 'family_name',
    });
  });
});

describe('what was told', () => {
  test('is kept as digests: no value of a patient lies in the state folder', async () => {
    using study = await makeStudy();
    await nextMonth(study, 0, { pds: alive });
    const folder = join(study.root, 'state/told/DARS-NIC-147750-8GS7S');
    const names = readdirSync(folder);
    expect(names).toHaveLength(4);
    for (const name of names) {
      const bytes = readFileSync(join(folder, name)).toString('latin1');
      for (const value of [ASHWORTH, 'LS1 4AP', 'A81001', 'ASHWORTH', 'S1;']) expect(bytes).not.toContain(value);
    }
  });

  test('is digests and nothing else, keyed so that nobody without the key can try values out', async () => {
    const toldWith = async (key: string | undefined): Promise<ReadonlySet<string>> => {
      using study = await makeStudy();
      if (key !== undefined) study.write('keys/pseudonym.key', `${key}\n`);
      const ran = await nextMonth(study, 0, { pds: alive });
      expect(ran.status, ran.stderr).toBe(0);
      const connection = await (await DuckDBInstance.create(':memory:')).connect();
      const read = `SELECT item, member, digest, open FROM '${join(study.root, 'state/told/*/*.parquet')}'`;
      const rows = (await connection.runAndReadAll(read)).getRows();
      connection.closeSync();
      return new Set(rows.flat().flatMap((value) => (value === null || value === '' ? [] : [String(value)])));
    };
    const [first, second] = [await toldWith(undefined), await toldWith('ff'.repeat(32))];
    expect(first.size).toBeGreaterThan(12);
    for (const each of first) expect(each).toMatch(/^[0-9A-F]{32}$/);
    expect([...first].filter((each) => second.has(each))).toEqual([]);
  });

  test('counts from its delivery: what failed to arrive and was given up is told again', async () => {
    using study = await makeStudy();
    await withoutDestination(study, () => nextMonth(study, 0, { pds: alive }));
    // The opt-out list of the next month is another one, so that what waited is made again.
    const ran = await nextMonth(study, 1, { pds: alive, optOuts: ['9990000077'] });
    expect(ran.stdout).toContain('was given up and made again');
    expect(await last(study, 'EVENT_NOTIFICATION')).toHaveLength(6);
  });

  test('is told again by the file that replaces the one that told it', async () => {
    using study = await makeStudy();
    await nextMonth(study, 0, { pds: alive });
    const { darsHere } = await import('../support/run-dars.ts');
    const replaced = ['run', 'follow-up', '--replaces', 'FILE0000001', '--because', 'the recipient could not read it'];
    const ran = await darsHere(study.root, ['--as-of', '2026-01-03', ...replaced]);
    expect(ran.status, ran.stderr).toBe(0);
    expect(await last(study, 'EVENT_NOTIFICATION')).toHaveLength(6);
    await nextMonth(study, 1, { pds: alive });
    expect(await last(study, 'EVENT_NOTIFICATION')).toEqual([]);
  });

  test('must be what the ledger says: a file that is lost or changed releases nothing', async () => {
    using study = await makeStudy();
    await nextMonth(study, 0, { pds: alive });
    const folder = join(study.root, 'state/told/DARS-NIC-147750-8GS7S');
    const [name = ''] = readdirSync(folder);
    const whole = readFileSync(join(folder, name));
    writeFileSync(join(folder, name), whole.subarray(0, whole.length - 1));
    const changed = await nextMonth(study, 1, { pds: alive });
    expect([changed.status, changed.stderr]).toEqual([11, expect.stringContaining('is not what the ledger says')]);
    rmSync(join(folder, name));
    const lost = await nextMonth(study, 1, { pds: alive });
    expect([lost.status, lost.stderr]).toEqual([11, expect.stringContaining('is not there')]);
    writeFileSync(join(folder, name), whole);
    expect((await nextMonth(study, 1, { pds: alive })).status).toBe(0);
  });

  test('with another key nobody could say what it was, and nothing is released', async () => {
    using study = await makeStudy();
    await nextMonth(study, 0, { pds: alive });
    study.write('keys/pseudonym.key', `${'ff'.repeat(32)}\n`);
    const ran = await nextMonth(study, 1, { pds: alive });
    expect([ran.status, ran.stderr]).toEqual([12, expect.stringContaining('is not the key that earlier releases')]);
  });

  test('goes on with the version of the key that it began with', async () => {
    using study = await makeStudy();
    await nextMonth(study, 0, { pds: alive });
    study.write('keys/new.key', `${'ff'.repeat(32)}\n`);
    study.change('dars.yaml', (file) => {
      const before = [{ file: 'keys/pseudonym.key', version: 1 }];
      (file['keys'] as Tree)['pseudonym'] = { file: 'keys/new.key', version: 2, before };
    });
    const ran = await nextMonth(study, 1, { pds: alive });
    expect([ran.status, ran.stderr]).toEqual([0, expect.any(String)]);
    expect(await last(study, 'EVENT_NOTIFICATION')).toEqual([]);
  });
});

describe('a cohort', () => {
  test('of nobody releases nothing, nor does one of nobody whom PDS knows', async () => {
    using study = await makeStudy();
    const stranger: Member = { study: 'S1', status: 'add', nhs: '9990000077' };
    for (const [members, sentence] of [
      [[], 'the file has no rows'],
      [[{ ...stranger, status: 'delete' }], 'members has no members'],
      [[stranger], 'none of the members of members can be reported on'],
    ] as const) {
      const ran = await nextMonth(study, 0, { pds: alive, members });
      expect([ran.status, ran.stderr]).toEqual([11, expect.stringContaining(sentence)]);
      expect(ran.stderr).not.toContain('9990000077');
    }
    expect((await deliveredReports(study)).size).toBe(0);
  });

  test('is used without the rows that break the rules of intake, which are counted', async () => {
    using study = await makeStudy();
    const members = [...MEMBERS, { study: 'S3', status: 'maybe' as 'add', nhs: '9990000050' }];
    expect((await nextMonth(study, 0, { pds: [...alive, { nhs: '9990000050' }], members })).status).toBe(0);
    expect(new Set((await last(study, 'EVENT_NOTIFICATION')).map(({ STUDY_ID: id }) => id))).toEqual(
      new Set(['S1', 'S2']),
    );
    expect(study.read('state/ledger.jsonl')).toContain('"failed":1');
  });
});

describe('what a tracking product tells', () => {
  const granted = (study: TestWorkspace, changes: Readonly<Record<string, Tree>>): void =>
    study.change('agreements/dsa.yaml', (file) => {
      for (const grant of file['datasets'] as Tree[]) Object.assign(grant, changes[String(grant['dataset'])]);
    });
  const studies = (rows: readonly ReportRow[]): string[] =>
    [...new Set(rows.map((row) => row['STUDY_ID'] ?? ''))].sort();

  test('is of the years that the agreement grants, both ends included', async () => {
    using study = await makeStudy();
    granted(study, { deaths: { period: { from: '2020-01-01', to: '2025-12-31' } } });
    const deaths = ['2019-12-31', '2020-01-01', '2025-12-31', '2026-01-01'].map((registered) => {
      return { nhs: ASHWORTH, registered, cause: 'I219' };
    });
    const ran = await nextMonth(study, 0, { pds: alive, deaths });
    expect(ran.status, ran.stderr).toBe(0);
    const told = (await last(study, 'CAUSE_OF_DEATH')).map((row) => row['REG_DATE']).sort();
    expect(told).toEqual(['2020-01-01', '2025-12-31']);
  });

  test('is of the rows that the agreement grants, of PDS as of other datasets', async () => {
    using study = await makeStudy();
    granted(study, {
      pds: { where: { gp_practice_code: { in: ['B82001'] } } },
      deaths: { where: { S_UNDERLYING_COD_ICD10: { starts_with: ['I'] } } },
    });
    const registered = '2026-01-01';
    const deaths = [
      { nhs: ASHWORTH, registered, cause: 'I219' },
      { nhs: BRACEGIRDLE, registered, cause: 'F102' },
    ];
    const ran = await nextMonth(study, 0, { pds: alive, deaths });
    expect(ran.status, ran.stderr).toBe(0);
    expect(studies(await last(study, 'CAUSE_OF_DEATH'))).toEqual(['S1']);
    for (const report of ['EVENT_NOTIFICATION', 'CURRENT_STATUS', 'LIST_CLEANING'])
      expect([report, studies(await last(study, report))]).toEqual([report, ['S2']]);
  });

  test('stands in one order, whatever that of the sources is, and in none that they show', async () => {
    const numbers = Array.from({ length: 12 }, (_, index) => String(9_990_001_000 + index));
    const pds = numbers.map((nhs): PdsRecord => ({ nhs }));
    const members = numbers.map((nhs, index): Member => ({ study: `S${10 + index}`, status: 'add', nhs }));
    const deaths = numbers.map((nhs) => ({ nhs, registered: '2026-01-01', cause: 'I219' }));
    const made = async (turned: <T>(list: readonly T[]) => readonly T[]): Promise<unknown[]> => {
      using study = await makeStudy();
      const ran = await nextMonth(study, 0, { pds: turned(pds), members: turned(members), deaths: turned(deaths) });
      expect(ran.status, ran.stderr).toBe(0);
      return [...(await deliveredReports(study)).values()];
    };
    const [first, second] = [await made((list) => list), await made((list) => list.toReversed())];
    expect(first).toHaveLength(4);
    expect(second).toEqual(first);
    for (const { rows } of first as { rows: ReportRow[] }[]) {
      const order = rows.map((row) => row['STUDY_ID'] ?? '');
      expect([order.toSorted(), order.toSorted().toReversed()]).not.toContainEqual(order);
    }
  });
});

describe('what a tracking product may ask', () => {
  const refusedWith = async (change: (product: Tree, grant: Tree) => void): Promise<string> => {
    using study = await makeStudy();
    study.write('data/pds.csv', pdsCsv(alive));
    study.write('cohort/NIC-147750_members.csv', uploadCsv(MEMBERS));
    study.change('pipelines/diabetes-apc.yaml', (file) => change((file['products'] as Tree[])[0] as Tree, {}));
    study.change('agreements/dsa.yaml', (file) => change({ reports: [{}] }, (file['datasets'] as Tree[])[0] as Tree));
    const { status, stderr } = await runMonth(study, 0);
    return `${status} ${stderr}`;
  };

  test('a field that is not granted is a refusal', async () => {
    const said = await refusedWith((product) => {
      ((product['reports'] as Tree[])[0] as Tree)['fields'] = ['gender'];
    });
    expect(said).toMatch(/^12 [\s\S]*pds gender is not granted/);
  });

  test('pseudonymised data can’t be tracked: the study id says who it is', async () => {
    const said = await refusedWith((_, grant) => {
      grant['identifiability'] = 'pseudonymised';
    });
    expect(said).toMatch(/^12 [\s\S]*under the applicant’s own study ids/);
  });

  test('a change of a column that is no event is a problem of the pipeline', async () => {
    const said = await refusedWith((product) => {
      ((product['reports'] as Tree[])[0] as Tree)['fields'] = ['telephone'];
    });
    expect(said).toMatch(/^10 [\s\S]*a change of telephone is no event/);
  });

  test('a cohort outside the workspace is a problem of the pipeline', async () => {
    const said = await refusedWith((product) => {
      if (product['product'] === 'tracking') product['cohort'] = '../upload.csv';
    });
    expect(said).toMatch(/^10 [\s\S]*leads out of the workspace/);
  });
});
