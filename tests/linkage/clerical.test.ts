import { describe, expect, test } from 'vitest';
import { csv, LinkFolder, pairsOf, type Row } from './link-here.ts';

const HEADER = 'id,given_name,family_name,date_of_birth,postcode';
const PEOPLE = [
  ['0', 'Percival', 'Ashworth', '1961-04-09', 'LS1 4AP'],
  ['1', 'Olwen', 'Bracegirdle', '1985-12-31', 'LS1 4AQ'],
  ['2', 'Tabitha', 'Cholmondeley', '1990-02-28', 'YO1 7HH'],
  ['3', 'Enid', 'Dunwoody', '1950-07-07', 'LS2 8BB'],
  ['4', 'Percy', 'Ashworth', '1961-04-09', 'LS1 4AP'],
  ['5', 'Olwen', 'Bracegirdle', '1985-12-31', 'LS1 4AQ'],
  ['6', 'Enid', 'Dunwody', '1973-01-02', 'M1 1AE'],
  ['7', 'Humphrey', 'Ashworth', '1931-10-19', 'LS1 4AP'],
];
const FILES = ['a.csv', '--dedupe', '--a-id', 'id'] as const;

async function reviewed(folder: LinkFolder, ...more: readonly string[]): Promise<Row[]> {
  folder.write('a.csv', csv(HEADER, PEOPLE));
  await folder.link(...FILES, '--clerical', 'clerical.csv', '--band', '0.000001-0.999999', ...more);
  return folder.rows('clerical.csv');
}

function decided(folder: LinkFolder, decisions: readonly (readonly [string, string, string])[]): Promise<Row[]> {
  folder.write('decisions.csv', csv('a_id,b_id,decision', decisions));
  return folder.link(...FILES, '--decisions', 'decisions.csv');
}

describe('the file for clerical review', () => {
  test('holds the pairs of the band with what each field adds, and no value unless asked for', async () => {
    using folder = new LinkFolder();
    const rows = await reviewed(folder);
    expect(rows.length).toBeGreaterThan(0);
    expect(folder.read('clerical.csv')).not.toMatch(/Ashworth|ASHWORTH|1961/);
    for (const row of rows) {
      expect(row['decision']).toBe('');
      const probability = Number(row['match_probability']);
      expect(probability).toBeGreaterThanOrEqual(0.000001);
      expect(probability).toBeLessThanOrEqual(0.999999);
    }
    expect(Object.keys(rows[0] ?? {})).toContain('family_name_bits');
  });

  test('holds the values of both records with --with-values', async () => {
    using folder = new LinkFolder();
    const rows = await reviewed(folder, '--with-values');
    expect(rows.some((row) => row['a_family_name'] === 'ASHWORTH' && row['b_family_name'] === 'ASHWORTH')).toBe(true);
  });
});

describe('decisions', () => {
  test('stand against the evidence: no match parts, match joins', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', csv(HEADER, PEOPLE));
    expect(pairsOf(await folder.link(...FILES)).sort()).toEqual(['0-4', '1-5']);
    const links = await decided(folder, [
      ['1', '5', 'no match'],
      ['3', '6', 'match'],
      ['0', '2', ''],
    ]);
    expect(links.map((row) => `${row['a_id']}-${row['b_id']} ${row['match_rank']} ${row['step']}`).sort()).toEqual([
      '0-4 6 probabilistic',
      '3-6 7 clerical',
    ]);
  });

  test('count whichever way round the pair is named', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', csv(HEADER, PEOPLE));
    expect(pairsOf(await decided(folder, [['5', '1', 'No Match']]))).toEqual(['0-4']);
  });

  test('when replayed give the same bytes', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', csv(HEADER, PEOPLE));
    await decided(folder, [['3', '6', 'match']]);
    const first = folder.read('links.csv');
    await decided(folder, [['3', '6', 'match']]);
    expect(folder.read('links.csv')).toBe(first);
  });

  test.each([
    ['maybe', [['1', '5', 'maybe']], '1 decisions are neither match nor no match'],
    ['on records that are not here', [['1', '77', 'match']], '1 decisions are on records that are not here'],
    [
      'both ways',
      [
        ['1', '5', 'match'],
        ['5', '1', 'no match'],
      ],
      '1 pairs are decided both ways',
    ],
  ] as const)('that are %s are refused', async (_, decisions, message) => {
    using folder = new LinkFolder();
    folder.write('a.csv', csv(HEADER, PEOPLE));
    await expect(decided(folder, decisions)).rejects.toThrow(message);
  });

  test('that are none are not quoted: where columns are parted wrongly they are somebody’s values', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', csv(HEADER, PEOPLE));
    await expect(decided(folder, [['1', '5', 'Bracegirdle']])).rejects.toThrow(/^(?!.*Bracegirdle)/is);
  });
});

describe('a model', () => {
  test('that was saved and is used on the same files gives the same bytes', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', csv(HEADER, PEOPLE));
    await folder.link(...FILES, '--save-model', 'model.json', '--all', '0.0001');
    const learnt = folder.read('links.csv');
    await folder.link(...FILES, '--model', 'model.json', '--all', '0.0001');
    expect(folder.read('links.csv')).toBe(learnt);
  });

  test('holds no value of the data', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', csv(HEADER, PEOPLE));
    await folder.link(...FILES, '--save-model', 'model.json');
    expect(folder.read('model.json')).not.toMatch(/ashworth|percival|1961|LS1/i);
  });

  test('of other fields, or that is none, is refused', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', csv(HEADER, PEOPLE));
    await folder.link(...FILES, '--save-model', 'model.json');
    folder.write(
      'b.csv',
      csv('id,given_name,email', [
        ['1', 'Ann', 'a@b.example'],
        ['2', 'Bob', 'b@b.example'],
      ]),
    );
    const other = await folder.run('b.csv', '--dedupe', '--a-id', 'id', '--model', 'model.json', '--out', 'links.csv');
    expect(other.stderr).toContain('the model was not made for the field email');
    const none = await folder.run(...FILES, '--model', 'a.csv', '--out', 'links.csv');
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('a.csv is no linkage model')]);
    const saved = JSON.parse(folder.read('model.json')) as Record<string, unknown>;
    folder.write('model.json', JSON.stringify({ ...saved, prior: 0.5, kin: 0.5 }));
    const empty = await folder.run(...FILES, '--model', 'model.json', '--out', 'links.csv');
    expect([empty.status, empty.stderr]).toEqual([2, expect.stringContaining('model.json is no linkage model')]);
  });

  test('made with more fields than the data have still fits', async () => {
    using folder = new LinkFolder();
    folder.write(
      'a.csv',
      csv(
        HEADER,
        PEOPLE.map((row) => row.with(1, `${row[1]} Jane`)),
      ),
    );
    await folder.link(...FILES, '--save-model', 'model.json');
    folder.write('a.csv', csv(HEADER, PEOPLE));
    expect(pairsOf(await folder.link(...FILES, '--model', 'model.json'))).toEqual(
      expect.arrayContaining(['0-4', '1-5']),
    );
  });
});

describe('an explanation', () => {
  test('of a pair adds up to the weight that the links give it', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', csv(HEADER, PEOPLE));
    const [link] = await folder.link(...FILES, '--explain', '4,0', '--report', 'report.json');
    const { example } = JSON.parse(folder.read('report.json')) as {
      example: { weight: number; contributions: { bits: number }[] };
    };
    expect(example.weight).toBeCloseTo(Number(link?.['match_weight']), 2);
    expect(example.contributions.reduce((sum, { bits }) => sum + bits, 0)).toBeCloseTo(example.weight, 6);
  });

  test('wants two identifiers that are there', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', csv(HEADER, PEOPLE));
    for (const pair of ['1', '1,99', 'x']) {
      const ran = await folder.run(...FILES, '--explain', pair, '--out', 'links.csv');
      expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining('--explain wants the identifiers')]);
    }
  });
});

describe('the report', () => {
  test('is one page that fetches nothing, and JSON of the same figures, with no value of the data', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', csv(HEADER, PEOPLE));
    await folder.link(...FILES, '--report', 'report.html');
    const page = folder.read('report.html');
    await folder.link(...FILES, '--report', 'report.json');
    const report = JSON.parse(folder.read('report.json')) as Record<string, unknown>;
    expect(report).toMatchObject({ format: 'dars-linkage-report/1', accepted: 2, blocking: { compared: 28, of: 28 } });
    expect(page).toContain('<svg');
    for (const text of [page, folder.read('report.json')]) expect(text).not.toMatch(/ashworth|percival|1961-04-09/i);
    expect(page).not.toMatch(/<script|https?:\/\/|src=|@import/);
  });
});
