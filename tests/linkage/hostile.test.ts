import { describe, expect, test } from 'vitest';
import { LinkFolder, pairsOf } from './link-here.ts';

/** What a file says that nobody should have to see through, and what is said of it. */
async function said(content: string | Uint8Array, ...args: readonly string[]): Promise<string> {
  using folder = new LinkFolder();
  folder.write('a.csv', content);
  const { status, stderr } = await folder.run('a.csv', ...args, '--out', 'links.csv');
  const message = stderr.split('\n').filter((line) => /^dars: | {2}hint: /.test(line));
  return [`exit ${status}`, ...message].join('\n');
}

async function links(content: string | Uint8Array, ...args: readonly string[]): Promise<string[]> {
  using folder = new LinkFolder();
  folder.write('a.csv', content);
  return pairsOf(await folder.link('a.csv', '--dedupe', ...args));
}

describe('a bad file gets one sentence and a hint', () => {
  test.each([
    ['an empty file', '', ['--dedupe'], 11, 'a.csv is empty'],
    [
      'a file without a line of names',
      'Ann,Lee,1970-01-02\nAnn,Lee,1970-01-02\n',
      ['--dedupe'],
      11,
      'a.csv begins with no line of column names',
    ],
    [
      'a row with too few values',
      'id,given_name,family_name\n1,Ann,Lee\n2,Ann\n',
      ['--dedupe'],
      11,
      'a.csv, line 3: 3 columns expected, 2 found',
    ],
    [
      'a quote that is not closed',
      'id,given_name,family_name\n1,"Ann,Lee\n2,Ann,Lee\n',
      ['--dedupe'],
      11,
      'a.csv, line 2: a quote is not closed',
    ],
    ['a column twice', 'given_name,given_name\nAnn,Lee\n', ['--dedupe'], 11, 'a.csv names its columns 1 and 2 alike'],
    [
      'an identifier twice',
      'id,given_name,family_name\n1,Ann,Lee\n1,Ann,Lee\n',
      ['--dedupe', '--a-id', 'id'],
      11,
      'the identifier "id" repeats itself in one row',
    ],
    [
      'an identifier that is empty',
      'id,given_name\n1,Ann\n,Ann\n',
      ['--dedupe', '--a-id', 'id'],
      11,
      'the identifier "id" is empty in one row',
    ],
    [
      'no known column',
      'id,colour\n1,red\n',
      ['--dedupe', '--a-id', 'id'],
      2,
      'no column is mapped or named as a known field',
    ],
    [
      'a mapping to a column that is not there',
      'id,firstname\n1,Ann\n',
      ['--dedupe', '--a', 'given_name=firstnam'],
      2,
      'there is no column "firstnam"',
    ],
    [
      'an identifier that is not there',
      'id,given_name\n1,Ann\n',
      ['--dedupe', '--a-id', 'ident'],
      2,
      'there is no column "ident"',
    ],
    ['one file and no --dedupe', 'id,given_name\n1,Ann\n', [], 2, 'one file and no --dedupe'],
    [
      'a threshold that is no probability',
      'id,given_name\n1,Ann\n',
      ['--dedupe', '--threshold', '7'],
      2,
      'a probability between 0 and 1',
    ],
  ])('%s', async (_, content, args, exit, message) => {
    const told = await said(content, ...args);
    expect(told).toMatch(new RegExp(`^exit ${exit}\ndars: .*\n  hint: `));
    expect(told).toContain(message);
  });

  test('a file that is not there, a folder that is not there', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', 'given_name,family_name\nAnn,Lee\n');
    expect((await folder.run('nothing.csv', '--dedupe', '--out', 'links.csv')).status).toBe(2);
    const ran = await folder.run('a.csv', '--dedupe', '--out', folder.at('no/such/links.csv'));
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('can’t be written');
  });

  test('Parquet that is none', async () => {
    using folder = new LinkFolder();
    folder.write('a.parquet', 'PAR1 and no more');
    const ran = await folder.run('a.parquet', '--dedupe', '--out', 'links.csv');
    expect(ran.status).toBe(11);
    expect(ran.stderr).toContain('a.parquet can’t be read: it is cut short or is no Parquet file');
  });

  test('never with a value of it', async () => {
    for (const content of [
      'id,given_name,family_name\n1,Ann,Featherstonehaugh,9\n',
      'id,given_name\n1,"Featherstonehaugh\n',
      'Ann,Featherstonehaugh,1970-01-02,1\n',
      'Ann,Featherstonehaugh,TR21 0PW\n',
    ]) {
      expect(await said(content, '--dedupe')).not.toContain('Featherstonehaugh');
    }
  });
});

describe('an odd file is read', () => {
  const ROWS = 'Ann,Lee,1970-01-02\nBob,Ray,1980-03-04\nAnn,Lee,1970-01-02\n';

  test.each([
    [
      'with a byte order mark and CRLF',
      `\ufeffid,given_name,family_name,date_of_birth\n${ROWS}`.replaceAll('\n', '\r\n').replace('id,', ''),
      [],
    ],
    ['with semicolons', `given_name,family_name,date_of_birth\n${ROWS}`.replaceAll(',', ';'), []],
    ['with tabs', `given_name,family_name,date_of_birth\n${ROWS}`.replaceAll(',', '\t'), []],
    ['without an end of its last line', `given_name,family_name,date_of_birth\n${ROWS.trimEnd()}`, []],
    [
      'with quotes and SQL in its header',
      `"given ""nick"" name",x'); DROP TABLE y; --,date_of_birth\n${ROWS}`,
      ['--a', `given_name=given "nick" name,family_name=x'); DROP TABLE y; --`],
    ],
    [
      'with a column in which nobody has a value',
      `given_name,family_name,date_of_birth,postcode\n${ROWS.replaceAll('\n', ',\n')}`,
      [],
    ],
    [
      'in Latin-1',
      Buffer.from(`given_name,family_name,date_of_birth\n${ROWS.replaceAll('Lee', 'Müller')}`, 'latin1'),
      [],
    ],
    [
      'with blanks around names and values',
      `given_name , family_name, date_of_birth\n${ROWS.replaceAll(',', ' , ')}`,
      [],
    ],
  ])('%s', async (_, content, args) => {
    expect(await links(content, ...args)).toEqual(['1-3']);
  });

  test('with a text of hundreds of words for an address', async () => {
    const address = Array.from({ length: 300 }, (_, index) => `word${index}`).join(' ');
    const row = `Ann,Lee,1970-01-02,${address}\n`;
    expect(await links(`given_name,family_name,date_of_birth,address\n${row}Bob,Ray,1980-03-04,\n${row}`)).toEqual([
      '1-3',
    ]);
  });

  test('with a header and no rows, or with one row, gives no links', async () => {
    expect(await links('given_name,family_name\n')).toEqual([]);
    expect(await links('given_name,family_name\nAnn,Lee\n')).toEqual([]);
  });

  test('with dates that are none says how many, of which side', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', 'given_name,family_name,date_of_birth\nAnn,Lee,last spring\nBob,Ray,1980-03-04\n');
    folder.write('b.csv', 'given_name,family_name,date_of_birth\nAnn,Lee,1970-01-02\n');
    const ran = await folder.run('a.csv', 'b.csv', '--out', 'links.csv');
    expect(ran.stderr).toContain('A: 1 value of date_of_birth could not be read as dates');
    expect(ran.stderr).not.toContain('last spring');
    expect(ran.stderr).not.toContain('B: 0');
  });

  test('against one without rows gives no links', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', 'given_name,family_name\nAnn,Lee\n');
    folder.write('b.csv', 'given_name,family_name\n');
    expect(await folder.link('a.csv', 'b.csv')).toEqual([]);
  });

  test('against itself, one row of it, links the row', async () => {
    using folder = new LinkFolder();
    folder.write('a.csv', 'given_name,family_name,date_of_birth\nAnn,Lee,1970-01-02\n');
    expect(pairsOf(await folder.link('a.csv', 'a.csv'))).toEqual(['1-1']);
  });
});
