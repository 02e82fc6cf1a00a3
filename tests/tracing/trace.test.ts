import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeCohort } from '../../src/synth/cohort.ts';
import { makeWorkspace, PDS_HEADER, type TestWorkspace } from '../support/make-workspace.ts';
import { darsHere, type Ran } from '../support/run-dars.ts';
import { byReference, cohortFile, type Participant } from './support.ts';

describe('by number', () => {
  const pds = [
    PDS_HEADER,
    '9990000018,,,ASHWORTH,PERCIVAL,,1961-04-09,1,,,,,,LS1 4AP,,,,,',
    '9990000026,,,BRACEGIRDLE,OLWEN,,1985-12-31,2,,,,,,LS1 4AQ,,,,,',
    '9990000034,9990000026,,BRACEGIRDLE,OLWEN,,1985-12-31,2,,,,,,LS9 9ZZ,,,,,',
    '9990000042,,S,CHOLMONDELEY,TABITHA,,1990-02-28,2,,,,,,YO1 7HH,,,,,',
    '9990000050,,,DUNWOODY,ENID,,1950-07-07,2,,,,,,LS2 8BB,,,,,',
    '9990000069,,I,EVERSHED,AGNES,,1940-01-05,2,,,,,,LS2 8BC,,,,,',
    '9990000077,,,FOTHERGILL,WINIFRED,,1932-03-11,2,,,,,,LS2 8BD,,,,,',
    '',
  ].join('\n');
  const participants: readonly (Participant & { found: string })[] = [
    { ref: 'all', nhs: '9990000018', born: '1961-04-09', sex: '1', postcode: 'ls14ap', found: '9990000018 1 00' },
    { ref: 'old', nhs: '999-000-0034', born: '1985/12/31', sex: '2', found: '9990000026 2 90' },
    { ref: 'hidden', nhs: '9990000042', born: '19900228', sex: '2', postcode: 'YO1 7HH', found: '9990000042 2 92' },
    { ref: 'partly', nhs: '9990000077', born: '1932-11-03', given: 'W', family: 'Fotherby', found: '9990000077 3 00' },
    { ref: 'invalid', nhs: '9990000069', born: '1940-01-05', given: 'Agnes', family: 'Evershed', found: ' 98' },
    { ref: 'twice a', nhs: '9990000050', born: '1950-07-07', found: ' 97' },
    { ref: 'twice b', nhs: '9990000050', born: '1950-07-07', found: ' 97' },
    { ref: 'alone', nhs: '9990000085', born: '1999-01-01', given: 'Zeb', family: 'Quill', found: ' 98' },
    { ref: 'bare', nhs: '9990000093', born: '1999-01-02', found: ' 96' },
  ];
  let workspace: TestWorkspace;
  beforeAll(async () => {
    workspace = await makeWorkspace({ files: { 'data/pds.csv': pds, 'cohort.csv': cohortFile(participants) } });
    const at = (name: string): string => join(workspace.root, name);
    const ran = await darsHere(workspace.root, ['trace', at('cohort.csv'), '--out', at('match.csv'), '--with-numbers']);
    expect(ran.stderr.split('\n').filter((line) => line.startsWith('dars:'))).toEqual([]);
  });
  afterAll(() => workspace[Symbol.dispose]());

  test.each(participants)('finds who is meant, or nobody: $ref', ({ ref, found }) => {
    const row = byReference(join(workspace.root, 'match.csv')).get(ref) ?? {};
    const told = [row['MATCHED_NHS_NO'], row['MATCH_RANK'], row['ERROR_SUCCESS_CODE']].filter((value) => value !== '');
    expect(told.join(' ')).toBe(found.trim());
  });
});

/** `dars trace` of these participants to these lines of PDS, with what people decided; gives its match file. */
async function traced(
  pds: readonly string[],
  participants: readonly Participant[],
  decisions: readonly string[] = [],
): Promise<{ readonly ran: Ran; readonly rows: Map<string, Record<string, string>> }> {
  using workspace = await makeWorkspace({
    files: {
      'data/pds.csv': [PDS_HEADER, ...pds, ''].join('\n'),
      'cohort.csv': cohortFile(participants),
      'decisions.csv': ['UNIQUE_REFERENCE,CANDIDATE_NHS_NO,DECISION', ...decisions, ''].join('\n'),
    },
  });
  const at = (name: string): string => join(workspace.root, name);
  const ran = await darsHere(workspace.root, [
    ...['trace', at('cohort.csv'), '--decisions', at('decisions.csv'), '--out', at('match.csv'), '--with-numbers'],
  ]);
  return { ran, rows: ran.status === 0 ? byReference(at('match.csv')) : new Map() };
}

/** Three hundred men and more, by their numbers, of one day and one postcode; they tell nobody apart. */
const NEIGHBOURS = Array.from(
  { length: 320 },
  (_, index) => `${9_990_001_000 + index},,,LODGER,LEONARD,,1961-04-09,1,,,,,,LS1 4AP,,,,,`,
);

describe('what people decided', () => {
  const pds = [
    '9990000018,,,ASHWORTH,PERCIVAL,,1961-04-09,1,,,,,,LS1 4AP,,,,,',
    '9990000026,,,BRACEGIRDLE,OLWEN,,1985-12-31,2,,,,,, ,,,,,',
  ];
  const olwen = { ref: 'O', born: '1985-12-31', sex: '2', given: 'Olwen', family: 'Brace', postcode: 'LS1 4AQ' };

  test('is followed where PDS has nothing but blanks for a postcode, which is not scored', async () => {
    const { ran, rows } = await traced(pds, [olwen], ['O,9990000026,yes']);
    expect(ran.stderr).not.toContain('DuckDB');
    expect(rows.get('O')).toMatchObject({ MATCH_RANK: '7', DOB_SCORE_PERC: '100', POSTCODE_SCORE_PERC: '' });
  });

  test('is not followed if it is yes and no', async () => {
    const { ran } = await traced(pds, [olwen], ['O,9990000026,yes', 'O,9990000026,no']);
    expect(ran.status).toBe(11);
    expect(ran.stderr).toContain('1 candidates are decided both ways');
  });

  test('is not lost among hundreds who are more alike', async () => {
    const lodger = { ref: 'L', born: '1961-04-09', sex: '1', given: 'Leonard', family: 'Lodger', postcode: 'LS1 4AP' };
    const { ran, rows } = await traced([...NEIGHBOURS, ...pds], [lodger], ['L,9990000026,yes']);
    expect(ran.stderr).not.toContain('no current record');
    // Scored all the same, though it is not whom the model would have taken.
    const scored = { DOB_SCORE_PERC: '0', GENDER_SCORE_PERC: '0', ERROR_SUCCESS_CODE: '00' };
    expect(rows.get('L')).toMatchObject({ MATCHED_NHS_NO: '9990000026', MATCH_RANK: '7', ...scored });
  });

  test('tells a sensitive record, however little it is alike', async () => {
    const lodger = { ref: 'L', born: '1961-04-09', sex: '1', given: 'Leonard', family: 'Lodger', postcode: 'LS1 4AP' };
    const sensitive = pds.map((line) => line.replace('9990000026,,,', '9990000026,,S,'));
    const { rows } = await traced([...NEIGHBOURS, ...sensitive], [lodger], ['L,9990000026,yes']);
    expect(rows.get('L')).toMatchObject({ MATCH_RANK: '7', ERROR_SUCCESS_CODE: '92' });
  });
});

test('a PDS with two records for a number is told of as that', async () => {
  const percival = '9990000018,,,ASHWORTH,PERCIVAL,,1961-04-09,1,,,,,,LS1 4AP,,,,,';
  const { ran } = await traced([percival, percival], [{ ref: 'P', nhs: '9990000018', born: '1961-04-09' }]);
  expect(ran.status).toBe(11);
  expect(ran.stderr).toContain('the PDS source has more than one record for an NHS number');
});

test('a gender that is not known is held against nobody, in a study of men too', async () => {
  const pds = [
    '9990000018,,,ASHWORTH,PERCIVAL,,1961-04-09,1,,,,,,LS1 4AP,,,,,',
    '9990000026,,,BRACEGIRDLE,OWEN,,1985-12-31,1,,,,,,LS1 4AQ,,,,,',
    '9990000042,,,CHOLMONDELEY,TABITHA,,1990-02-28,2,,,,,,YO1 7HH,,,,,',
  ];
  const weightOf = async (sex: string): Promise<string | undefined> => {
    const { rows } = await traced(pds, [
      { ref: 'P', nhs: '9990000085', born: '1961-04-09', sex: '1', given: 'Percival', family: 'Ashworth' },
      { ref: 'O', born: '1985-12-31', sex, given: 'Owen', family: 'Bracegirdle', postcode: 'LS1 4AQ' },
    ]);
    return rows.get('O')?.['MATCH_WEIGHT'];
  };
  expect(await weightOf('0')).toMatch(/^-?[0-9.]+$/);
  expect(await weightOf('0')).toBe(await weightOf(''));
});

describe('by likeness', () => {
  const fixture = join(import.meta.dirname, '../../fixtures/data/pds.parquet');
  let workspace: TestWorkspace;
  const at = (name: string): string => join(workspace.root, name);
  let report: Record<string, unknown>;
  let decided: { yes: [string, string]; no: [string, string] };
  beforeAll(async () => {
    workspace = await makeWorkspace({
      workspace: (file) => {
        Object.assign(file['sources'] as object, { pds: { path: 'data/pds.parquet' } });
      },
    });
    copyFileSync(fixture, at('data/pds.parquet'));
    await writeCohort({ directory: workspace.root, pds: fixture, participants: 900, seed: 7, reference: 'NIC-1' });
    for (const name of ['one.csv', 'two.csv']) {
      const flags = ['--out', at(name), '--with-numbers', '--report', at('report.json')];
      const ran = await darsHere(workspace.root, ['trace', at('cohort/NIC-1_cohort.csv'), ...flags]);
      expect(ran.status).toBe(0);
    }
    report = JSON.parse(readFileSync(at('report.json'), 'utf8'));
    const truth = byReference(at('cohort/truth.csv'));
    const rows = [...byReference(at('one.csv'))];
    const missed = rows.find(([ref, row]) => row['MATCH_RANK'] === '' && truth.get(ref)?.['NHS_NUMBER'] !== '');
    const likely = rows.find(([, row]) => row['MATCH_RANK'] === '6');
    if (missed === undefined || likely === undefined) throw new Error('this cohort leaves nothing to decide');
    decided = {
      yes: [missed[0], truth.get(missed[0])?.['NHS_NUMBER'] ?? ''],
      no: [likely[0], likely[1]['MATCHED_NHS_NO'] ?? ''],
    };
    const lines = ['UNIQUE_REFERENCE,CANDIDATE_NHS_NO,DECISION'];
    for (const [decision, pair] of Object.entries(decided)) lines.push(`${pair.join(',')},${decision}`);
    workspace.write('decisions.csv', `${lines.join('\n')}\n`);
    const flags = ['--decisions', at('decisions.csv'), '--clerical', at('clerical.csv'), '--out', at('decided.csv')];
    const ran = await darsHere(workspace.root, [
      'trace',
      at('cohort/NIC-1_cohort.csv'),
      '--with-numbers',
      '--report',
      at('decided.json'),
      ...flags,
    ]);
    expect(ran.status).toBe(0);
  }, 180_000);
  afterAll(() => workspace[Symbol.dispose]());

  test('nearly everybody whom PDS knows is found, and hardly anybody is taken for another', () => {
    const truth = byReference(at('cohort/truth.csv'));
    const rows = [...byReference(at('one.csv'))].map(([ref, row]) => ({
      found: row['MATCHED_NHS_NO'] ?? '',
      person: truth.get(ref)?.['NHS_NUMBER'] ?? '',
    }));
    const known = rows.filter(({ person }) => person !== '');
    const right = known.filter(({ found, person }) => found === person).length;
    const wrong = rows.filter(({ found, person }) => found !== '' && found !== person).length;
    expect(rows.length).toBe(900);
    expect(wrong).toBeLessThanOrEqual(1);
    expect(right / known.length).toBeGreaterThan(0.97);
    const { recall } = report['estimates'] as { recall: { low: number; high: number } };
    expect(recall.low - 0.01).toBeLessThanOrEqual(right / known.length);
    expect(recall.high + 0.01).toBeGreaterThanOrEqual(right / known.length);
  });

  test('the same cohort and PDS give the same bytes', () => {
    expect(readFileSync(at('two.csv'))).toEqual(readFileSync(at('one.csv')));
  });

  test('what people decided stands, and what they have not decided is for them to', () => {
    const rows = byReference(at('decided.csv'));
    const [yes, no] = [rows.get(decided.yes[0]), rows.get(decided.no[0])];
    expect([yes?.['MATCHED_NHS_NO'], yes?.['MATCH_RANK']]).toEqual([decided.yes[1], '7']);
    expect(no?.['MATCHED_NHS_NO']).not.toBe(decided.no[1]);
    const clerical = byReference(at('clerical.csv'));
    for (const [ref, row] of clerical) {
      expect(rows.get(ref)?.['MATCH_RANK']).toBe('');
      expect(row['DECISION']).toBe('');
    }
  });

  test('the report shows no count that could single somebody out', () => {
    const told =
      JSON.stringify(report['counts']) + JSON.stringify(report['weights']) + JSON.stringify(report['blocks']);
    const counts = [...told.matchAll(/"(?:participants|linked|others|pairs|first|too_common)":(\d+|"\*")/g)];
    expect(counts.length).toBeGreaterThan(30);
    for (const [, count] of counts) expect(count === '"*"' || Number(count) % 5 === 0).toBe(true);
  });
});

describe('a history', () => {
  const header = `${PDS_HEADER},former_family_name,former_postcode`;
  const others = Array.from(
    { length: 40 },
    (_, index) =>
      `${9_990_002_000 + index},,,PENHALIGON,MORWENNA,,19${50 + (index % 40)}-02-1${index % 10},2,,,,,,TR1 2AB,,,,,,,`,
  );
  const people = [
    ...others,
    '9990000018,,,ASHWORTH,PERPETUA,,1961-04-09,2,,,,,,LS1 4AP,,,,,,BRACEGIRDLE;TREVELYAN,YO1 7HH;PE30 1AA',
    '9990000026,,S,CHOLMONDELEY,TABITHA,,1990-02-28,2,,,,,,LS2 8BB,,,,,,FOTHERGILL,B33 8TH',
    '9990000034,,,DUNWOODY,ENID,,1950-07-07,2,,,,,,LS2 8BD,,,,,,PENROSE,KY16 9AJ',
  ];
  const asked = {
    ref: 'P',
    born: '1961-04-09',
    sex: '2',
    given: 'Perpetua',
    family: 'Trevelyan',
    postcode: 'PE30 1AA',
  };
  const hidden = {
    ...asked,
    ref: 'T',
    born: '1990-02-28',
    given: 'Tabitha',
    family: 'Featherstone',
    postcode: 'B33 8TH',
  };

  const onlyOfBefore = { ref: 'E', born: '1950-07-07', sex: '2', family: 'Penrose', postcode: 'KY16 9AJ' };
  const csv = (lines: readonly string[]): string => [header, ...lines, ''].join('\n');

  /** The match file of a trace to PDS as CSV, or to the same as Parquet with lists. */
  async function answersOf(pds: string, flags: readonly string[] = [], as: 'text' | 'lists' | 'structures' = 'text') {
    using workspace = await makeWorkspace({
      workspace: (file) => {
        if (as !== 'text') Object.assign(file['sources'] as object, { pds: { path: 'data/pds.parquet' } });
      },
      files: { 'data/pds.csv': pds, 'cohort.csv': cohortFile([asked, hidden, onlyOfBefore]) },
    });
    const at = (name: string): string => join(workspace.root, name);
    if (as !== 'text') {
      const connection = await (await DuckDBInstance.create(':memory:')).connect();
      const each = as === 'lists' ? 'value' : `{'value': value}`;
      const list = (name: string): string => `list_transform(string_split(${name}, ';'), value -> ${each}) AS ${name}`;
      await connection.run(
        `COPY (SELECT * REPLACE (${list('former_family_name')}, ${list('former_postcode')}) FROM read_csv('${at('data/pds.csv')}', all_varchar = true)) TO '${at('data/pds.parquet')}' (FORMAT parquet)`,
      );
      connection.closeSync();
    }
    const ran = await darsHere(workspace.root, [
      'trace',
      at('cohort.csv'),
      '--out',
      at('m.csv'),
      '--with-numbers',
      ...flags,
    ]);
    expect(ran.status, ran.stderr).toBe(0);
    return byReference(at('m.csv'));
  }

  test.each(['text', 'lists'] as const)(
    'that PDS has as %s finds somebody by a name and a home of before',
    async (as) => {
      const rows = await answersOf(csv(people), [], as);
      expect(rows.get('P')).toMatchObject({ MATCHED_NHS_NO: '9990000018', MATCH_RANK: '4' });
      expect(rows.get('E')?.['MATCHED_NHS_NO']).toBe('9990000034');
    },
  );

  test('is all that tells: without it less agrees, or nobody is like the participant', async () => {
    const rows = await answersOf(csv(people.map((line) => line.replace(/,[^,]*,[^,]*$/, ',,'))));
    expect(rows.get('P')?.['MATCH_RANK']).not.toBe('4');
    expect(rows.get('E')).toMatchObject({ MATCHED_NHS_NO: '', MATCH_WEIGHT: '' });
  });

  test('that is a list of something else is refused, with the column and what to do', async () => {
    const refused = await answersOf(csv(people), [], 'structures').catch((error: unknown) => String(error));
    expect(refused).toContain('dars: former_family_name of pds is no list of texts');
    expect(refused).toContain('hint: make it a list of texts');
  });

  test('is looked through by the rules of the Master Person Service', async () => {
    const rows = await answersOf(csv(people), ['--profile', 'mps']);
    expect(rows.get('P')).toMatchObject({ MATCHED_NHS_NO: '9990000018', ERROR_SUCCESS_CODE: '00' });
  });

  test('of where a sensitive record’s person lived is held against nothing', async () => {
    const elsewhere = people.map((line) => line.replace('B33 8TH', 'EX1 1AA'));
    expect(elsewhere).not.toEqual(people);
    expect((await answersOf(csv(elsewhere))).get('T')).toEqual((await answersOf(csv(people))).get('T'));
  });
});
