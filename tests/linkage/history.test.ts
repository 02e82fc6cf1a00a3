import { describe, expect, test } from 'vitest';
import { csv, LinkFolder, pairsOf } from './link-here.ts';

const HEADER = 'person,from,given_name,family_name,date_of_birth,postcode';
/** Olwen married in 2010 and moved twice; her first row stands last in the file. */
const HISTORY = csv(HEADER, [
  ['p1', '2015-06-01', 'Olwen', 'Bracegirdle', '1985-12-31', 'LS1 4AQ'],
  ['p1', '2010-05-01', 'Olwen', 'Bracegirdle', '1985-12-31', 'M1 1AE'],
  ['p2', '1990-02-28', 'Tabitha', 'Cholmondeley', '1990-02-28', 'YO1 7HH'],
  ['p3', '1972-03-14', 'Amina', 'Khan', '1972-03-14', 'B33 8TH'],
  ['p1', '1985-12-31', 'Olwen', 'Ap Rhys', '1985-12-31', 'CF10 1AA'],
]);
const COHORT = csv('study_id,given_name,family_name,date_of_birth,postcode', [
  ['maiden name and first address', 'Olwen', 'Ap Rhys', '1985-12-31', 'CF10 1AA'],
  ['nobody', 'Gwendolyn', 'Featherstonehaugh', '1933-08-17', 'TR21 0PW'],
]);
const IDS = ['--a-id', 'study_id', '--b-id', 'person'];

describe('a history', () => {
  test('finds a person by former name and address, as one record', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', COHORT);
    folder.write('b.csv', HISTORY);
    const ran = await folder.run(
      'a.csv',
      'b.csv',
      ...IDS,
      '--b-history',
      'from',
      '--out',
      'links.csv',
      '--report',
      'report.json',
      '--clerical',
      'clerical.csv',
      '--band',
      '0.001-0.9999999999',
    );
    expect(ran.status).toBe(0);
    expect(pairsOf(folder.rows('links.csv'))).toEqual(['maiden name and first address-p1']);
    const report = JSON.parse(folder.read('report.json')) as { records: { rows: number }[] };
    expect(report.records.map(({ rows }) => rows)).toEqual([2, 3]);
    const [pair] = folder.rows('clerical.csv');
    expect([pair?.['family_name'], pair?.['postcode']]).toEqual(['former', 'former']);
  });

  test('is in the order of its column, or as it stands', async () => {
    using folder = new LinkFolder();
    const today = csv('study_id,given_name,family_name,date_of_birth,postcode', [
      ['today', 'Olwen', 'Bracegirdle', '1985-12-31', 'LS1 4AQ'],
    ]);
    folder.write('a.csv', today);
    folder.write('b.csv', HISTORY);
    const levels = async (...order: readonly string[]): Promise<(string | undefined)[]> => {
      await folder.link(
        'a.csv',
        'b.csv',
        ...IDS,
        '--b-history',
        ...order,
        '--clerical',
        'clerical.csv',
        '--band',
        '0.001-0.9999999999',
      );
      const [pair] = folder.rows('clerical.csv');
      return [pair?.['family_name'], pair?.['postcode']];
    };
    expect(await levels('from')).toEqual(['exact', 'exact']);
    expect(await levels()).toEqual(['former', 'former']);
  });

  test('counts as lists of former values do, which a file may have as well', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', COHORT);
    folder.write(
      'b.csv',
      csv('person,given_name,family_name,former_family_name,date_of_birth,postcode,former_postcode', [
        ['p1', 'Olwen', 'Bracegirdle', 'Ap Rhys', '1985-12-31', 'LS1 4AQ', 'CF10 1AA;M1 1AE'],
        ['p2', 'Tabitha', 'Cholmondeley', '', '1990-02-28', 'YO1 7HH', ''],
      ]),
    );
    expect(pairsOf(await folder.link('a.csv', 'b.csv', ...IDS))).toEqual(['maiden name and first address-p1']);
  });

  test('is followed by the profile mps too', async () => {
    using folder = new LinkFolder();
    folder.write(
      'a.csv',
      csv('study_id,given_name,family_name,gender,date_of_birth,postcode', [
        ['s', 'Olwyn', 'Ap Rhys', '2', '1985-12-31', 'CF10 1AA'],
      ]),
    );
    folder.write(
      'b.csv',
      csv('person,from,given_name,family_name,gender,date_of_birth,postcode', [
        ['p1', '1985', 'Olwen', 'Ap Rhys', '2', '1985-12-31', 'CF10 1AA'],
        ['p1', '2015', 'Olwen', 'Bracegirdle', '2', '1985-12-31', 'LS1 4AQ'],
      ]),
    );
    const [row] = await folder.link('a.csv', 'b.csv', ...IDS, '--b-history', 'from', '--profile', 'mps');
    expect(row).toMatchObject({
      b_id: 'p1',
      step: 'algorithmic_trace_live',
      family_name_score_perc: '100',
      postcode_score_perc: '100',
    });
  });

  test('gives the same bytes whatever the order of its rows, where a column orders them', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', COHORT);
    const [header = '', ...rows] = HISTORY.trimEnd().split('\n');
    const bytes: string[] = [];
    for (const order of [rows, [...rows].reverse()]) {
      folder.write('b.csv', `${[header, ...order].join('\n')}\n`);
      await folder.link('a.csv', 'b.csv', ...IDS, '--b-history', 'from', '--all', '0.000001');
      bytes.push(folder.read('links.csv'));
    }
    expect(bytes[1]).toBe(bytes[0]);
  });

  test('wants to be named as one, and to say whose it is', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', COHORT);
    folder.write('b.csv', HISTORY);
    const unnamed = await folder.run('a.csv', 'b.csv', ...IDS, '--out', 'links.csv');
    expect([unnamed.status, unnamed.stderr]).toEqual([11, expect.stringContaining('add --a-history or --b-history')]);
    const whose = await folder.run('a.csv', 'b.csv', '--b-history', 'from', '--out', 'links.csv');
    expect([whose.status, whose.stderr]).toEqual([2, expect.stringContaining('--b-history wants --b-id')]);
  });
});
