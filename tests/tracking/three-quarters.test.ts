import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CalendarDate } from '../../src/kernel/calendar-date.ts';
import { writeCohort } from '../../src/synth/cohort.ts';
import { advanceWorld, makeWorld } from '../../src/synth/world-file.ts';
import type { TestWorkspace, Tree } from '../support/make-workspace.ts';
import { sftpTree } from '../support/make-workspace.ts';
import { darsHere, type Ran } from '../support/run-dars.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { type Known, recipientOf } from './recipient.ts';
import { deliveredReports, makeStudy, type ReportRow } from './study.ts';

/*
 * A study followed over three quarters of a world that moves, by `dars due` and to a real server. What arrives is
 * counted again from the snapshots of PDS, without dars.
 */

const QUARTERS = ['2026-10-01', '2027-01-04', '2027-04-01'] as const;

interface Quarter {
  readonly ran: readonly Ran[];
  readonly known: ReadonlyMap<string, Known>;
  readonly events: readonly ReportRow[];
  readonly causes: readonly ReportRow[];
}

let sshd: Sshd;
let study: TestWorkspace;
let connection: DuckDBConnection;
const quarters: Quarter[] = [];

async function due(day: string, time: string): Promise<Ran> {
  return darsHere(study.root, ['due', '--as-of', `${day}T${time}:00.000Z`]);
}

beforeAll(async () => {
  sshd = await startSshd();
  study = await makeStudy();
  mkdirSync(join(sshd.directory, 'out'));
  const data = join(study.root, 'data');
  const options = { people: 4000, seed: 11, datasets: ['pds', 'opt_outs', 'deaths'] as const, threads: 2 };
  await makeWorld({ ...options, directory: data, asAt: '2026-09-30' as CalendarDate });
  await writeCohort({
    directory: data,
    pds: join(data, 'pds.parquet'),
    participants: 300,
    seed: 3,
    reference: 'NIC-147750',
  });
  study.write('keys/sftp_ed25519', sshd.privateKey);
  study.change('dars.yaml', (file) => {
    const asAt = { file: 'data/as-at' };
    file['sources'] = {
      pds: { path: 'data/pds.parquet', as_at: asAt, max_age_days: 14 },
      opt_outs: { path: 'data/opt-outs.dat', as_at: asAt },
      deaths: { path: 'data/deaths/*.parquet', as_at: asAt, max_age_days: 14 },
    };
    file['destinations'] = { shelf: { ...sftpTree(sshd), directory: 'out' } };
    file['outbox'] = { retry_seconds: [0.01] };
  });
  study.change('agreements/dsa.yaml', (file) => {
    for (const grant of file['datasets'] as Tree[]) grant['frequency'] = 'quarterly';
    file['cohort'] = {
      identifiers: [
        'nhs_number',
        'family_name',
        'given_name',
        'other_given_name',
        'date_of_birth',
        'gender',
        'postcode',
      ],
    };
  });
  study.change('pipelines/diabetes-apc.yaml', (file) => {
    file['schedule'] = {};
    ((file['products'] as Tree[])[0] as Tree)['cohort'] = 'data/cohort/NIC-147750_cohort.csv';
  });
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  for (const [quarter, day] of QUARTERS.entries()) {
    if (quarter > 0) await advanceWorld(data, '3 months', { threads: 2 });
    // In three months few of three hundred opt out by chance: three more do.
    const more =
      quarter === 2
        ? reportedOf(1)
            .slice(0, 3)
            .map(([, { events }]) => `${events.get('NHS_NUMBER')}\n`)
        : [];
    study.write('data/opt-outs.dat', study.read('data/opt-outs.dat') + more.join(''));
    copyFileSync(join(data, 'pds.parquet'), join(data, `pds-${quarter}.parquet`));
    const ran: Ran[] = [];
    if (quarter === 1) {
      sshd.kill('server');
      ran.push(await due(day, '02:00'));
      await sshd.restart();
    }
    ran.push(await due(day, '06:00'), await due(day, '07:00'));
    const reports = [...(await deliveredReports(study, join(sshd.directory, 'out'))).values()].slice(-4);
    const rowsOf = (name: string): readonly ReportRow[] =>
      reports.find(({ report }) => report.startsWith(name))?.rows ?? [];
    quarters.push({
      ran,
      known: await recipientOf(study, new Set(), join(sshd.directory, 'out')),
      events: rowsOf('EVENT_NOTIFICATION'),
      causes: rowsOf('CAUSE_OF_DEATH'),
    });
    await connection.run(`CREATE TABLE known_${quarter} (study VARCHAR, nhs VARCHAR)`);
    const values = reportedOf(quarter).map(([id, known]) => `('${id}', '${known.events.get('NHS_NUMBER')}')`);
    await connection.run(`INSERT INTO known_${quarter} VALUES ${values.join(', ')}`);
    await connection.run(`CREATE VIEW pds_${quarter} AS FROM '${join(data, `pds-${quarter}.parquet`)}'`);
    await connection.run(
      `CREATE TABLE opted_${quarter} AS FROM read_csv('${join(data, 'opt-outs.dat')}', header = false, columns = {n: 'VARCHAR'})`,
    );
  }
}, 600_000);
afterAll(async () => {
  connection.closeSync();
  study[Symbol.dispose]();
  await sshd[Symbol.asyncDispose]();
});

function reportedOf(quarter: number): [string, Known][] {
  return [...(quarters[quarter]?.known ?? [])].filter(([, { reported }]) => reported);
}

async function number(sql: string): Promise<number> {
  const [row = {}] = (await connection.runAndReadAll(sql)).getRowObjects();
  return Number(Object.values(row)[0]);
}

describe('three quarters of a study', () => {
  it('bring one delivery each, as soon as the server is there, and nothing when run again', () => {
    expect(quarters.map(({ ran }) => ran.map(({ status }) => status))).toEqual([
      [0, 0],
      [15, 0, 0],
      [0, 0],
    ]);
    for (const { ran } of quarters) expect(ran.at(-1)?.stdout).toContain('done 0, refused 0, failed 0, waiting 0');
  });

  it('begin with everybody who can be reported on, and go on with what changed', () => {
    expect(reportedOf(0).length).toBeGreaterThan(250);
    const [first = 0, ...later] = quarters.map(({ events }) => events.length);
    for (const each of later) {
      expect(each).toBeGreaterThan(0);
      expect(each).toBeLessThan(first / 5);
    }
  });

  it.each([1, 2])(
    'tell in quarter %i what PDS says has changed of those reported on, counted from the snapshots',
    async (quarter) => {
      const told = (event: string): number => {
        const stays = new Set(reportedOf(quarter - 1).map(([id]) => id));
        return (quarters[quarter]?.events ?? []).filter(
          (row) => row['EVENT'] === event && stays.has(row['STUDY_ID'] ?? ''),
        ).length;
      };
      const pairs = `known_${quarter - 1} a JOIN known_${quarter} b USING (study) JOIN pds_${quarter - 1} was ON was.nhs_number = a.nhs
      JOIN pds_${quarter} now ON now.nhs_number = b.nhs`;
      const open = `coalesce(was.confidentiality, '') = '' AND coalesce(now.confidentiality, '') = ''`;
      const changed = (column: string): Promise<number> =>
        number(`SELECT count(*) FROM ${pairs} WHERE ${open} AND was.${column} IS DISTINCT FROM now.${column}`);
      expect(told('NHS_NUMBER')).toBe(await number(`SELECT count(*) FROM ${pairs} WHERE a.nhs <> b.nhs`));
      expect(told('PRACTICE')).toBe(await changed('gp_practice_code'));
      expect(told('AREA')).toBe(await changed('postcode'));
      expect(told('REMOVAL') + told('RE_ENTRY')).toBe(await changed('reason_for_removal'));
      expect(told('DEATH')).toBe(
        await number(
          `SELECT count(*) FROM ${pairs} WHERE ${open} AND (was.date_of_death, was.death_status) IS DISTINCT FROM (now.date_of_death, now.death_status)`,
        ),
      );
    },
  );

  it('leave the recipient with PDS as it is, for all who are reported on and not sensitive', async () => {
    for (const quarter of QUARTERS.keys()) {
      await connection.run(`CREATE OR REPLACE TABLE knows (nhs VARCHAR, practice VARCHAR, postcode VARCHAR)`);
      const rows = reportedOf(quarter).map(([, { events }]) =>
        ['NHS_NUMBER', 'PRACTICE', 'AREA'].map((event) => (events.has(event) ? `'${events.get(event)}'` : 'NULL')),
      );
      await connection.run(`INSERT INTO knows VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`);
      const wrong = `SELECT count(*) FROM knows k LEFT JOIN pds_${quarter} p ON k.nhs = p.nhs_number
        WHERE p.nhs_number IS NULL OR (coalesce(p.confidentiality, '') = '' AND (k.practice IS DISTINCT FROM p.gp_practice_code OR k.postcode IS DISTINCT FROM p.postcode))`;
      expect([quarter, await number(wrong)]).toEqual([quarter, 0]);
    }
  });

  it('report on nobody who had opted out, under whichever of their numbers', async () => {
    for (const quarter of QUARTERS.keys()) {
      const tree = `SELECT nhs_number AS n, coalesce(nullif(replaced_by, ''), nhs_number) AS now FROM pds_${quarter}`;
      const opted = `SELECT n FROM opted_${quarter} UNION SELECT t.now FROM (${tree}) t JOIN opted_${quarter} o ON t.n = o.n`;
      expect(await number(`SELECT count(*) FROM known_${quarter} k JOIN (${opted}) o ON k.nhs = o.n`)).toBe(0);
    }
    const stops = quarters.flatMap(({ events }) => events.filter(({ EVENT }) => EVENT === 'NO_LONGER_REPORTED'));
    expect(stops.length).toBeGreaterThanOrEqual(3);
  });

  it('tell each registered death once', async () => {
    const causes = quarters.flatMap(({ causes: of }) => of.filter(({ CHANGE }) => CHANGE === 'new'));
    expect(new Set(causes.map(({ EVENT_ID: id }) => id)).size).toBe(causes.length);
    expect(causes.length).toBeGreaterThan(0);
  });
});
