import { describe, expect, test } from 'vitest';
import { COMMUNAL } from '../../src/linkage/profiles/link-hes-ons.ts';
import { csv, LinkFolder, pairsOf, type Row } from './link-here.ts';

const HEADER = 'id,nhs_number,gender,date_of_birth,postcode';
type Person = readonly [nhs: string, sex: string, born: string, postcode: string];

/** CSV of these rows, each identified by `prefix` and its number. */
function numbered(header: string, prefix: string, rows: readonly (readonly string[])[]): string {
  return csv(
    header,
    rows.map((row, index) => [`${prefix}${index}`, ...row]),
  );
}

async function hesOns(hes: readonly Person[], deaths: readonly Person[]): Promise<Row[]> {
  using folder = new LinkFolder();
  folder.write('hes.csv', numbered(HEADER, 'h', hes));
  folder.write('ons.csv', numbered(HEADER, 'd', deaths));
  return await folder.link('hes.csv', 'ons.csv', '--a-id', 'id', '--b-id', 'id', '--profile', 'hes-ons');
}

const WHOLE: Person = ['9990000018', '1', '1961-04-09', 'LS1 4AP'];

describe('the profile hes-ons', () => {
  test.each<[rank: string, other: Person]>([
    ['1', WHOLE],
    ['2', ['9990000018', '1', '1961-04-09', 'YO1 7HH']],
    ['3', ['9990000018', '1', '1961-09-04', 'LS1 4AP']],
    ['4', ['9990000018', '1', '1961-04-10', 'YO1 7HH']],
    ['5', ['9990000018', '2', '1950-01-02', 'LS1 4AP']],
    ['6', ['', '1', '1961-04-09', 'LS1 4AP']],
    ['8', ['9990000018', '2', '1950-01-02', 'YO1 7HH']],
  ])('gives rank %s to %j', async (rank, other) => {
    expect((await hesOns([WHOLE], [other])).map((row) => row['match_rank'])).toEqual([rank]);
  });

  test('does not link against an NHS number that contradicts, nor by a first of January', async () => {
    expect(await hesOns([WHOLE], [['9990000026', '1', '1961-04-09', 'LS1 4AP']])).toEqual([]);
    const born = '1961-01-01';
    expect(await hesOns([['9990000018', '1', born, 'LS1 4AP']], [['', '1', born, 'LS1 4AP']])).toEqual([]);
  });

  test('links at a postcode of many people by rank 7, not 6', async () => {
    const residents = Array.from(
      { length: COMMUNAL + 1 },
      (_, index): Person => ['', '2', `19${30 + index}-05-06`, 'LS1 4AP'],
    );
    const links = await hesOns([['', '2', '1930-05-06', 'LS1 4AP']], residents);
    expect(links.map((row) => [row['b_id'], row['match_rank']])).toEqual([['d0', '7']]);
  });

  test('takes the best rank first, and who is linked leaves the pool', async () => {
    const links = await hesOns([WHOLE, ['9990000018', '2', '1980-02-03', 'YO1 7HH']], [WHOLE]);
    expect(links.map((row) => [row['a_id'], row['match_rank']])).toEqual([['h0', '1']]);
  });

  test('links nobody where a rank gives several', async () => {
    expect(
      await hesOns(
        [['', '1', '1961-04-09', 'LS1 4AP']],
        [
          ['', '1', '1961-04-09', 'LS1 4AP'],
          ['', '1', '1961-04-09', 'LS1 4AP'],
        ],
      ),
    ).toEqual([]);
  });

  test.each(['1111111111', '9990000019', '123'])('takes %j for no NHS number', async (number) => {
    expect(await hesOns([[number, '1', '1961-04-09', '']], [[number, '1', '1961-04-09', '']])).toEqual([]);
  });
});

describe('two profiles compared', () => {
  const header = 'id,nhs_number,given_name,family_name,date_of_birth,gender,postcode';
  const people = [
    ['9990000018', 'Percival', 'Ashworth', '1961-04-09', '1', 'LS1 4AP'],
    ['9990000026', 'Olwen', 'Bracegirdle', '1985-12-31', '2', 'LS1 4AQ'],
    ['9990000069', 'Amina', 'Khan', '1972-03-14', '2', 'B33 8TH'],
  ];
  const cohort = [
    ['9990000018', 'Percival', 'Ashworth', '1961-04-09', '1', 'LS1 4AP'],
    ['', 'Olwen', 'Bracegirdel', '1985-12-13', '2', 'LS1 4AQ'],
    ['', 'Gwendolyn', 'Featherstonehaugh', '1933-08-17', '2', 'TR21 0PW'],
  ];

  test('say record by record where they differ', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', numbered(header, 'c', cohort));
    folder.write('b.csv', numbered(header, 'p', people));
    const rows = await folder.link('a.csv', 'b.csv', '--a-id', 'id', '--b-id', 'id', '--compare', 'mps');
    expect(rows.map((row) => [row['a_id'], row['b_id'], row['other_b_id'], row['agreement']])).toEqual([
      ['c0', 'p0', 'p0', 'same'],
      ['c1', 'p1', '', 'only dars'],
      ['c2', '', '', 'neither'],
    ]);
    const ran = await folder.run(
      'a.csv',
      'b.csv',
      '--a-id',
      'id',
      '--b-id',
      'id',
      '--profile',
      'mps',
      '--compare',
      'hes-ons',
      '--out',
      'links.csv',
    );
    expect(ran.stdout).toContain('mps and hes-ons');
    expect(folder.rows('links.csv').map((row) => row['agreement'])).toEqual(['same', 'neither', 'neither']);
  });

  test.each([
    [['a.csv', '--dedupe', '--profile', 'mps'], 'profiles of rules link two files'],
    [['a.csv', 'b.csv', '--profile', 'mps', '--compare', 'mps'], 'a profile was to be compared with itself'],
    [['a.csv', 'b.csv', '--profile', 'hes-ons', '--all'], '--all goes with the profile dars alone'],
    [['a.csv', 'b.csv', '--compare', 'mps', '--save-model', 'm.json'], '--save-model goes with the profile dars alone'],
    [['a.csv', 'c.csv', '--profile', 'mps'], 'the profile mps needs date_of_birth in both files'],
  ])('%j is refused: %s', async (args, message) => {
    using folder = new LinkFolder();
    for (const name of ['a.csv', 'b.csv']) folder.write(name, numbered(header, '', people));
    folder.write('c.csv', 'id,given_name\n1,Ann\n');
    const ran = await folder.run(...args, '--out', 'links.csv');
    expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('give the same bytes twice', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', numbered(header, 'c', cohort));
    folder.write('b.csv', numbered(header, 'p', people));
    const bytes: string[] = [];
    for (const threads of ['1', '2']) {
      pairsOf(
        await folder.link('a.csv', 'b.csv', '--a-id', 'id', '--b-id', 'id', '--profile', 'mps', '--threads', threads),
      );
      bytes.push(folder.read('links.csv'));
    }
    expect(bytes[1]).toBe(bytes[0]);
  });
});
