import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { csv, LinkFolder, pairsOf } from './link-here.ts';

const HEADER = 'id,given_name,family_name,date_of_birth,sex,postcode';
const PEOPLE = [
  ['Percival', 'Ashworth', '1961-04-09', '1', 'LS1 4AP'],
  ['Olwen', 'Bracegirdle', '1985-12-31', '2', 'LS1 4AQ'],
  ['Tabitha', 'Cholmondeley', '1990-02-28', '2', 'YO1 7HH'],
  ['Enid', 'Dunwoody', '1950-07-07', '2', 'LS2 8BB'],
  ['Zoë', 'van der Berg', '1972-03-14', '2', 'M1 1AE'],
  ['Jean-Luc', 'O’Neill', '1948-11-02', '1', 'B33 8TH'],
  ['Aoife', 'Smith-Jones', '2001-06-19', '2', 'CR2 6XH'],
  ['Muhammad', 'Khan', '1966-09-23', '1', 'DN55 1PT'],
] as const;
const CLEAN = csv(
  HEADER,
  PEOPLE.map((person, index) => [`a${index}`, ...person]),
);
/** The same people with mistakes, in another order and with other names for the columns; and one whom nobody knows. */
const MISTAKEN = csv('number;first;last;born;gender;post code'.replaceAll(';', ','), [
  ['7', 'Mohammed', 'KHAN', '23/09/1966', 'M', 'DN55 1PT'],
  ['6', 'Aoife', 'Jones', '19/06/2001', 'F', 'CR26XH'],
  ['5', 'Jean Luc', "O'Neil", '02/11/1948', 'M', ''],
  ['4', 'Zoe', 'Van Den Berg', '14/03/1972', '', 'M1 1AE'],
  ['3', 'Enid', 'Dunwody', '07/07/1951', 'F', 'LS2 8BB'],
  ['2', 'Tabitha', 'Cholmondley', '28/02/1990', 'F', 'YO1 7HH'],
  ['1', 'Bracegirdle', 'Olwen', '31/12/1985', 'F', 'LS1 4AQ'],
  ['0', 'Percy', 'Ashworth', '09/04/1961', 'M', 'LS1 4AP'],
  ['9', 'Gwendolyn', 'Featherstonehaugh', '17/08/1933', 'F', 'TR21 0PW'],
]);
const MAPPING = ['--b', 'given_name=first,family_name=last,date_of_birth=born,sex=gender,postcode=post code'];
const IDS = ['--a-id', 'id', '--b-id', 'number'];

describe('linking two files', () => {
  test('finds everybody through mistakes of every kind, and nobody else', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', CLEAN);
    folder.write('b.csv', MISTAKEN);
    const links = await folder.link('a.csv', 'b.csv', ...IDS, ...MAPPING);
    expect(pairsOf(links)).toEqual(PEOPLE.map((_, index) => `a${index}-${index}`));
    expect(Object.keys(links[0] ?? {})).toEqual([
      ...['a_id', 'b_id', 'match_rank', 'step', 'match_weight', 'match_probability', 'gap'],
    ]);
    for (const { match_rank: rank, match_probability: probability, gap } of links) {
      expect(rank).toBe('6');
      expect(Number(probability)).toBeGreaterThan(0.5);
      if (gap !== '') expect(Number(gap)).toBeGreaterThan(0);
    }
  });

  test('the other way round finds the same pairs', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', CLEAN);
    folder.write('b.csv', MISTAKEN);
    const links = await folder.link('b.csv', 'a.csv', '--a-id', 'number', '--b-id', 'id', '--a', MAPPING[1] ?? '');
    expect(links.map((row) => `${row['b_id']}-${row['a_id']}`).sort()).toEqual(
      PEOPLE.map((_, index) => `a${index}-${index}`),
    );
  });

  test('links nobody to either of two records that are the same', async () => {
    using folder = new LinkFolder();
    const again = ['Enid', 'Dunwoody', '1950-07-07', '2', 'LS2 8BB'];
    folder.write(
      'a.csv',
      csv(HEADER, [...PEOPLE.map((person, index) => [`a${index}`, ...person]), ['again', ...again]]),
    );
    folder.write('b.csv', MISTAKEN);
    const links = await folder.link('a.csv', 'b.csv', ...IDS, ...MAPPING);
    expect(pairsOf(links)).toEqual(PEOPLE.flatMap((_, index) => (index === 3 ? [] : [`a${index}-${index}`])));
  });

  test('keeps twins apart: all but the given name is the same', async () => {
    using folder = new LinkFolder();
    const twins = (id: string): string[][] => [
      [`${id}1`, 'Rosalind', 'Pettigrew', '1994-10-21', '2', 'EH12 9QQ'],
      [`${id}2`, 'Margaret', 'Pettigrew', '1994-10-21', '2', 'EH12 9QQ'],
    ];
    folder.write('a.csv', csv(HEADER, [...PEOPLE.map((person, index) => [`a${index}`, ...person]), ...twins('t')]));
    folder.write('b.csv', csv(HEADER, [...PEOPLE.map((person, index) => [`b${index}`, ...person]), ...twins('u')]));
    const links = await folder.link('a.csv', 'b.csv', '--a-id', 'id', '--b-id', 'id');
    expect(pairsOf(links)).toEqual([...PEOPLE.map((_, index) => `a${index}-b${index}`), 't1-u1', 't2-u2']);
  });

  test('ranks by NHS number first, and never links a number that nothing confirms', async () => {
    using folder = new LinkFolder();
    const numbers = ['9990000018', '9990000026', '9990000042', '9990000050'];
    const header = 'id,nhs_number,given_name,family_name,date_of_birth,sex,postcode';
    const rows = PEOPLE.slice(0, 4).map((person, index) => [String(index), numbers[index] ?? '', ...person]);
    const changed = rows.map((row) => [...row]);
    const [first, second, third, fourth] = changed;
    if (second !== undefined) second[6] = 'SA1 1AA';
    if (third !== undefined) third[4] = '1990-02-27';
    fourth?.splice(2, 5, 'Gwendolyn', 'Featherstonehaugh', '1933-08-17', '1', 'TR21 0PW');
    expect(first).toEqual(rows[0]);
    folder.write('a.csv', csv(header, rows));
    folder.write('b.csv', csv(header, changed));
    const links = await folder.link('a.csv', 'b.csv', '--a-id', 'id', '--b-id', 'id');
    expect(links.map((row) => [row['a_id'], row['match_rank']])).toEqual([
      ['0', '1'],
      ['1', '2'],
      ['2', '3'],
    ]);
  });
});

describe('finding duplicates', () => {
  const TWICE = csv('id,given_name,family_name,date_of_birth,sex,postcode', [
    ...PEOPLE.map((person, index) => [`${index}`, ...person]),
    ['10', 'Percy', 'Ashworth', '1961-04-09', '1', 'LS1 4AP'],
    ['20', 'Percival', 'Ashwort', '1961-04-09', '', 'LS1 4AP'],
    ['11', 'Olwen', 'Bracegirdel', '1985-12-13', '2', 'LS1 4AQ'],
  ]);

  test('gives every pair of a group, also where one row needs another to vouch for it', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', TWICE);
    const links = await folder.link('a.csv', '--dedupe', '--a-id', 'id');
    expect(pairsOf(links).sort()).toEqual(['0-10', '0-20', '1-11', '10-20']);
  });

  test('without an identifier numbers the rows from 1', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', TWICE);
    const links = await folder.link('a.csv', '--dedupe');
    expect(pairsOf(links)).toEqual(['1-9', '1-10', '2-11', '9-10']);
  });

  test('with --all gives every pair above the floor, those that were accepted with their rank', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', TWICE);
    const few = await folder.link('a.csv', '--dedupe', '--a-id', 'id', '--all', '0.5');
    const many = await folder.link('a.csv', '--dedupe', '--a-id', 'id', '--all', '0.000000000001');
    expect(many.length).toBeGreaterThan(few.length);
    for (const row of few) expect(Number(row['match_probability'])).toBeGreaterThanOrEqual(0.5);
    for (const row of many) expect(Number(row['match_weight'])).toBeGreaterThanOrEqual(Math.log2(1e-12) - 1e-4);
    expect(many.filter(({ step }) => step === 'not accepted').every((row) => row['match_rank'] === '')).toBe(true);
    expect(pairsOf(many.filter((row) => row['match_rank'] !== '')).sort()).toEqual(['0-10', '0-20', '1-11', '10-20']);
  });
});

describe('the output', () => {
  test('is the same to the byte in two runs, on one thread and on two, as CSV and as Parquet', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', CLEAN);
    folder.write('b.csv', MISTAKEN);
    const digests: string[] = [];
    const digest = (file: string): void => {
      digests.push(`${file} ${createHash('sha256').update(folder.read(file)).digest('hex')}`);
    };
    for (const threads of ['1', '2', '2']) {
      for (const out of ['out.csv', 'out.parquet']) {
        const ran = await folder.run(
          ...['a.csv', 'b.csv', ...IDS, ...MAPPING, '--threads', threads, '--all', '0.0001', '--out', out],
          ...['--clerical', 'clerical.csv', '--save-model', 'model.json', '--report', 'report.html'],
        );
        expect(ran.status).toBe(0);
        digest(out);
      }
      for (const other of ['clerical.csv', 'model.json', 'report.html']) digest(other);
    }
    expect(new Set(digests).size).toBe(5);
  });

  test('in Parquet holds identifiers in the type in which Parquet had them, and links as CSV does', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', CLEAN);
    folder.write('b.csv', MISTAKEN);
    const fromCsv = await folder.link('a.csv', 'b.csv', ...IDS, ...MAPPING);
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      `COPY (SELECT CAST(number AS INTEGER) AS number, * EXCLUDE (number, born), strptime(born, '%d/%m/%Y')::DATE AS born FROM read_csv('${folder.at('b.csv')}', all_varchar = true)) TO '${folder.at('b.parquet')}' (FORMAT parquet)`,
    );
    const ran = await folder.run('a.csv', 'b.parquet', ...IDS, ...MAPPING, '--out', 'links.parquet');
    expect(ran.stderr).not.toContain('hint');
    const read = await connection.runAndReadAll(
      `SELECT a_id, b_id, typeof(b_id) AS type FROM read_parquet('${folder.at('links.parquet')}')`,
    );
    connection.closeSync();
    const rows = read.getRowObjectsJson();
    expect(rows.map((row) => `${row['a_id']}-${row['b_id']}`)).toEqual(pairsOf(fromCsv));
    expect(new Set(rows.map((row) => row['type']))).toEqual(new Set(['INTEGER']));
  });
});
