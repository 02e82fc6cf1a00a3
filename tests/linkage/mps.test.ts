import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LinkSession, openLinkSession } from '../../src/engine/link-session.ts';
import {
  dateScore,
  genderScore,
  nameScore,
  partialDate,
  personId,
  postcodeScore,
  successfulStep,
} from '../../src/linkage/profiles/mps-sql.ts';
import { csv, LinkFolder, type Row } from './link-here.ts';

let session: LinkSession;
beforeAll(async () => {
  session = await openLinkSession({ memory: '1GB', threads: 1 });
});
afterAll(() => session[Symbol.asyncDispose]());

/** The value of SQL over columns `a`, `b` … */
async function value(sql: string, ...columns: readonly (string | null)[]): Promise<unknown> {
  const literal = (text: string | null): string =>
    text === null ? 'CAST(NULL AS VARCHAR)' : `'${text.replaceAll("'", "''")}'`;
  const from = columns.map((text, index) => `${literal(text)} AS ${'abc'[index]}`).join(', ');
  const [row] = await session.database.rows(`SELECT ${sql} AS value FROM (SELECT ${from})`);
  return row?.['value'];
}

describe('the scores of the Master Person Service', () => {
  test.each([
    ['Jon', 'James', 51],
    ['Smith-Jones', 'Smith', 89],
    ['Zöe', 'Zoe', 80],
    ['Ó Briain', 'O Briain', 92],
    ['John', 'Jon', 93],
    ['Adams', 'Dan', 51],
    ['SMITH', 'Smith', 100],
  ])('names: %s and %s score %i (Person_ID Handbook)', async (a, b, score) => {
    expect(await value(nameScore('a', 'b'), a, b)).toBe(score);
  });

  test.each([
    ['19610409', '19610409', 100],
    ['19610409', '19610904', 66],
    ['19610409', '19610410', 66],
    ['19610409', '19620409', 66],
    ['19610409', '19611231', 33],
    ['19610409', '19720508', 0],
    ['19610409', null, null],
  ])('dates of birth: %s and %s score %s', async (a, b, score) => {
    expect(await value(dateScore('a', 'b'), a, b)).toBe(score);
  });

  test.each([
    ['1', '1', 100],
    ['1', '9', 50],
    ['0', '2', 50],
    ['1', '2', 0],
  ])('genders: %s and %s score %i', async (a, b, score) => {
    expect(await value(genderScore('a', 'b'), a, b)).toBe(score);
  });

  test.each([
    ['LS14AP', 'LS14AP', 100],
    ['LS14AP', 'LS14AQ', 83],
    ['LS14AP', 'LS9', 33],
    ['LS14AP', 'YO17HH', 0],
    ['LS14AP', null, null],
  ])('postcodes: %s and %s score %s', async (a, b, score) => {
    expect(await value(postcodeScore('a', 'b'), a, b)).toBe(score);
  });

  test.each([
    ['19610409', '19610409', true],
    ['19610409', '19610904', true],
    ['19610413', '19610431', true],
    ['19610409', '19160409', true],
    ['19610409', '19610512', false],
    ['19610409', '19720409', true],
    ['19610409', '19720509', false],
  ])('partial dates of birth: %s and %s agree: %s', async (a, b, agree) => {
    expect(await value(partialDate('a', 'b'), a, b)).toBe(agree);
  });
});

describe('what MPS diagnostics calls the successful step', () => {
  test.each([
    [1, 100, null, 'CCT_cached'],
    [1, 100, 0, 'CCT_live'],
    [3, 100, 0, 'alphanumeric_trace_live'],
    [4, 50, 66, 'algorithmic_trace_live'],
    [4, 92, 100, 'algorithmic_trace_live'],
    [0, 0, null, 'No_PDS_tracing_run'],
    [4, 0, 0, 'No_PDS_match_found'],
    [1, 0, 0, 'No_PDS_match_found'],
    [4, 49, 33, null],
    [1, 99, null, null],
  ])('indicator %s, confidence %s, date of birth %s: %s', async (indicator, confidence, score, step) => {
    const sql = successfulStep('CAST(a AS INTEGER)', 'CAST(b AS INTEGER)', 'CAST(c AS INTEGER)');
    const columns = [indicator, confidence, score].map((each) => (each === null ? null : String(each)));
    expect(await value(sql, ...columns)).toBe(step);
  });
});

/** Real exchanges with the service (nhsengland/Reusable-Code-Library, BSD-3): fixtures/mps. */
describe('exchanges with the service', () => {
  const folder = 'fixtures/mps';
  const responses = readdirSync(folder).filter((name) => name.endsWith('.response.csv'));

  test.each([
    ['00017', ['9234567890', '9565920365', 'U123456789', 'A000000001', 'B000000001']],
    ['00018', ['9565920365', 'B000000001', 'ONE TIME', 'U1234567890']],
    [
      '00024',
      ['U0000002', 'U0000003', 'U0000004', 'U0000005', 'U0000006', 'U0000007', 'U0000008', 'U0000009', 'U0000010'],
    ],
    ['00025', ['9234567890', 'U12345', 'U1234567890', 'A000000001', 'B000000001']],
  ])('%s name the same persons and steps', async (scenario, persons) => {
    const file = responses.find((name) => name.startsWith(scenario)) ?? '';
    expect(existsSync(join(folder, file))).toBe(true);
    const columns = Array.from({ length: 33 }, (_, index) => `'c${index}': 'VARCHAR'`).join(', ');
    const rows = await session.database.rows(
      `SELECT ${personId('c25', 'c23', "'ONE TIME'")} AS person, ${successfulStep('CAST(c26 AS INTEGER)', 'CAST(c27 AS INTEGER)', 'CAST(c30 AS INTEGER)')} AS step
       FROM read_csv('${join(folder, file)}', columns = {${columns}}, header = false, skip = 1, auto_detect = false) ORDER BY CAST(c0 AS INTEGER)`,
    );
    expect(rows.map(({ person }) => person)).toEqual(persons);
    expect(new Set(rows.map(({ step }) => step))).toEqual(new Set(['algorithmic_trace_live']));
  });
});

const PDS_HEADER =
  'nhs_number,replaced_by,confidentiality,family_name,given_name,date_of_birth,gender,postcode,former_postcode';
const PDS: readonly (readonly string[])[] = [
  ['9990000018', '', '', 'Smith', 'James', '1961-04-09', '1', 'LS1 4AP', 'M1 1AE'],
  ['9990000026', '', '', 'Bracegirdle', 'Olwen', '1985-12-31', '2', 'LS1 4AQ', ''],
  ['9990000034', '9990000026', '', 'Bracegirdle', 'Olwen', '1985-12-31', '2', 'LS9 9ZZ', ''],
  ['9990000042', '', 'S', 'Cholmondeley', 'Tabitha', '1990-02-28', '2', 'YO1 7HH', ''],
  ['9990000050', '', 'I', 'Dunwoody', 'Enid', '1950-07-07', '2', 'LS2 8BB', ''],
  ['9990000069', '', '', 'Khan', 'Amina', '1972-03-14', '2', 'B33 8TH', ''],
  ['9990000077', '', '', 'Khan', 'Amira', '1972-03-14', '2', 'B33 8TH', ''],
  ['9990000093', '', 'U', 'Fothergill', 'Winifred', '1932-03-11', '2', 'LS2 8BD', ''],
  ['9990000085', '', '', 'Evershed', 'Agnes', '1940-01-05', '2', '', ''],
];

/** The service's answers to requests: number, family name, given name, born, gender, postcode. */
function answers(...requests: readonly (readonly string[])[]): Promise<Row[]> {
  return answersFrom(PDS, requests);
}

async function answersFrom(
  pds: readonly (readonly string[])[],
  requests: readonly (readonly string[])[],
): Promise<Row[]> {
  using folder = new LinkFolder();
  folder.write('pds.csv', csv(PDS_HEADER, pds));
  folder.write(
    'cohort.csv',
    csv(
      'study_id,nhs_number,family_name,given_name,date_of_birth,gender,postcode',
      requests.map((request, index) => [`${index}`, ...request]),
    ),
  );
  return await folder.link('cohort.csv', 'pds.csv', '--a-id', 'study_id', '--b-id', 'nhs_number', '--profile', 'mps');
}

async function answer(...request: readonly string[]): Promise<Row> {
  const [row] = await answers(request);
  if (row === undefined) throw new Error('there is no answer');
  return row;
}

describe('the profile mps', () => {
  test('finds by number and date of birth: indicator 1, confidence 100, no scores', async () => {
    const [found, unrestricted] = await answers(
      ['9990000018', '', '', '1961-04-09', '', ''],
      ['9990000093', '', '', '1932-03-11', '', ''],
    );
    expect(unrestricted).toMatchObject({ step: 'CCT_cached', error_success_code: '00' });
    expect(found).toMatchObject({
      b_id: '9990000018',
      step: 'CCT_cached',
      matched_algorithm_indicator: '1',
      matched_confidence_percentage: '100',
      dob_score_perc: '',
      error_success_code: '00',
      person_id: '9990000018',
    });
  });

  test('follows a superseded number to the current one: code 90', async () => {
    expect(await answer('9990000034', '', '', '1985-12-31', '', '')).toMatchObject({
      b_id: '9990000026',
      step: 'CCT_live',
      dob_score_perc: '0',
      error_success_code: '90',
      matched_nhs_no: '9990000026',
    });
  });

  test('gives a sensitive record with code 92, and an invalid one not at all: code 91', async () => {
    const [sensitive, invalid] = await answers(
      ['9990000042', '', '', '1990-02-28', '', ''],
      ['9990000050', '', '', '1950-07-07', '', ''],
    );
    expect(sensitive).toMatchObject({ b_id: '9990000042', error_success_code: '92' });
    expect(invalid).toMatchObject({ b_id: '', error_success_code: '91', matched_nhs_no: '0000000000' });
  });

  test('with a partial date of birth needs the names, or the outcode, a former one too, where a name is missing', async () => {
    const found = await answers(
      ['9990000018', 'Smithers', 'Jim', '1961-09-04', '', ''],
      ['9990000018', 'Jones', 'Jim', '1961-09-04', '', 'LS1 9ZZ'],
      ['9990000018', '', '', '1961-09-04', '', 'M1 9ZZ'],
      ['9990000018', '', '', '1961-09-04', '', 'YO1 9ZZ'],
    );
    expect(found.map((row) => row['step'])).toEqual([
      'CCT_live',
      'No_PDS_match_found',
      'CCT_live',
      'No_PDS_match_found',
    ]);
  });

  test('without a number finds the only one who agrees on all that is given: indicator 3', async () => {
    expect(await answer('', 'Brasegirdle', 'Olwen', '1985-12-31', '2', 'LS1 4AQ')).toMatchObject({
      b_id: '9990000026',
      step: 'alphanumeric_trace_live',
      matched_algorithm_indicator: '3',
      matched_confidence_percentage: '100',
    });
  });

  test('scores the rest: 51 and 89 for the names of the handbook, 100 for the others, 88 in all', async () => {
    const found = await answer('', 'Smith-Jones', 'Jon', '1961-04-09', '1', 'LS1 4AP');
    expect(found).toMatchObject({
      b_id: '9990000018',
      step: 'algorithmic_trace_live',
      matched_algorithm_indicator: '4',
      matched_confidence_percentage: '88',
      given_name_score_perc: '51',
      family_name_score_perc: '89',
      dob_score_perc: '100',
      gender_score_perc: '100',
      postcode_score_perc: '100',
      error_success_code: '00',
    });
  });

  test('takes the mean of what both sides know: a record without a postcode is not scored for it', async () => {
    expect(await answer('', 'Eversched', 'Agnus', '1940-01-05', '2', 'LS2 8BC')).toMatchObject({
      b_id: '9990000085',
      step: 'algorithmic_trace_live',
      matched_confidence_percentage: '97',
      postcode_score_perc: '',
    });
  });

  test('gives nobody where the next is within five points: code 97', async () => {
    const found = await answer('', 'Kahn', 'Ami', '1972-03-14', '2', 'B33 8TH');
    expect(found).toMatchObject({
      b_id: '',
      error_success_code: '97',
      matched_nhs_no: '9999999999',
      step: 'No_PDS_match_found',
    });
    expect(Number(found['gap'])).toBeLessThanOrEqual(5);
    expect(found['person_id']).toMatch(/^U[0-9A-Z]{9}$/);
  });

  /**
   * The handbook's other worked examples tell what candidates scored, and not who they were: these score the same. What each
   * comes to is told by tracing to it alone.
   */
  describe('decides by the scores', () => {
    const home = ['1961-04-09', '2', 'LS1 4AP'] as const;
    const record = (number: string, family: string, given: string): string[] => [
      ...[number, '', '', family, given],
      ...home,
      '',
    ];
    const confidences = async (
      pds: readonly string[][],
      request: readonly string[],
    ): Promise<(string | undefined)[]> => {
      const alone = await Promise.all(pds.map((one) => answersFrom([one], [request])));
      return alone.map(([row]) => row?.['matched_confidence_percentage']);
    };

    test('98 and 94: nobody, code 97', async () => {
      const pds = [record('9990000018', 'Ó Briain', 'Zoe'), record('9990000026', 'Ó Briain', 'Zöe')];
      const request = ['', 'O Briain', 'Zoe', ...home];
      // Alone each is the only one who sounds like that, which an earlier step finds: another of the sound is in its way.
      const other = record('9990000034', 'Obarheen', 'Zayyahwi');
      const scores = await Promise.all(pds.map((one) => answersFrom([one, other], [request])));
      expect(scores.map(([row]) => row?.['matched_confidence_percentage'])).toEqual(['98', '94']);
      const [both] = await answersFrom(pds, [request]);
      expect(both).toMatchObject({ b_id: '', error_success_code: '97', matched_nhs_no: '9999999999' });
      expect(Number(both?.['gap'])).toBeCloseTo(4, 1);
    });

    test('82, 99 and 91: the second', async () => {
      const pds = [
        record('9990000018', 'Briain', 'Jenny'),
        record('9990000026', 'Smithson', 'John'),
        record('9990000034', 'Smithson', 'Jenny'),
      ];
      const request = ['', 'Smith', 'John', ...home];
      expect(await confidences(pds, request)).toEqual(['82', '99', '91']);
      const [found] = await answersFrom(pds, [request]);
      expect(found).toMatchObject({
        b_id: '9990000026',
        step: 'algorithmic_trace_live',
        matched_confidence_percentage: '99',
        error_success_code: '00',
      });
    });
  });

  test('says 98 for nobody, 96 for too little to look for', async () => {
    const [nobody, nothing] = await answers(
      ['', 'Featherstonehaugh', 'Percival', '1933-08-17', '1', 'TR21 0PW'],
      ['9990000018', 'Smith', 'James', '', '1', 'LS1 4AP'],
    );
    expect(nobody).toMatchObject({ b_id: '', error_success_code: '98', step: 'No_PDS_match_found' });
    expect(nothing).toMatchObject({
      b_id: '',
      error_success_code: '96',
      step: 'No_PDS_tracing_run',
      matched_algorithm_indicator: '0',
    });
  });

  test('traces each request by itself: two can find one person', async () => {
    const request = ['9990000018', '', '', '1961-04-09', '', ''];
    expect((await answers(request, request)).map((row) => row['b_id'])).toEqual(['9990000018', '9990000018']);
  });
});
