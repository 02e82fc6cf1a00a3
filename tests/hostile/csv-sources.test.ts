import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesUnder, readDelivered } from '../support/delivered.ts';
import { HES, HES_HEADER, makeWorkspace, PDS, type Tree, type WorkspaceParts } from '../support/make-workspace.ts';
import { openRecipient, type Recipient } from '../support/recipient.ts';
import { darsHere } from '../support/run-dars.ts';
import { expectStopped } from './expect-stopped.ts';

const FILE = 'data/hes_apc/hes_apc_2425.csv';
const hes = (content: string | Uint8Array): WorkspaceParts => ({ files: { [FILE]: content } });
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

let recipient: Recipient;
beforeAll(async () => {
  recipient = await openRecipient();
});
afterAll(() => recipient[Symbol.asyncDispose]());

/** The rows that a pipeline over these sources delivers. */
async function delivered(parts: WorkspaceParts): Promise<string[]> {
  using workspace = await makeWorkspace({ ...parts, recipient });
  const ran = await darsHere(workspace.root, ['run', 'diabetes-apc']);
  expect(ran.stderr).not.toContain('dars:');
  expect(ran.status).toBe(0);
  const out = join(workspace.root, 'out');
  const file = filesUnder(out).find((path) => path.endsWith('.csv.gpg')) ?? '';
  return readDelivered(join(out, file), recipient);
}

describe('a CSV source that is written in another way and means the same', () => {
  let usual: string[];
  beforeAll(async () => {
    usual = await delivered({});
  });

  it.each([
    { what: 'begins with a byte order mark', content: `\ufeff${HES}` },
    { what: 'has the line ends of Windows', content: HES.replaceAll('\n', '\r\n') },
    { what: 'has neither, and no end of its last line', content: HES.trimEnd() },
    { what: 'has both', content: `\ufeff${HES.replaceAll('\n', '\r\n')}` },
    { what: 'has its columns in another order', content: swapped(HES) },
    { what: 'has quotes around every value', content: HES.replaceAll(/[^|\n]+/g, '"$&"') },
    { what: 'has its header in lower case', content: HES.replace(HES_HEADER, HES_HEADER.toLowerCase()) },
    { what: 'holds a line without anything', content: HES.replace('\n500000000005', '\n\n500000000005') },
  ])('gives the same release: it $what', async ({ content }) => {
    expect(await delivered(hes(content))).toEqual(usual);
  });
});

/** SEX and MYDOB changed places, in the header and in every row. */
function swapped(csv: string): string {
  const lines = csv.split('\n').map((line) => line.split('|'));
  return lines
    .map(([...cells]) =>
      (cells.length < 9 ? cells : [...cells.slice(0, 7), cells[8], cells[7], ...cells.slice(9)]).join('|'),
    )
    .join('\n');
}

describe('a CSV source that is broken', () => {
  const row = (text: string, other: string): string => HES.replace(text, other);

  it.each([
    {
      what: 'lacks a value',
      content: row('|L-0003', ''),
      says: 'hes_apc_2425.csv, line 4: 11 columns expected, 10 found',
    },
    {
      what: 'has a value too many',
      content: row('|L-0003', '|L-0003|X'),
      says: 'line 4: 11 columns expected, 12 found',
    },
    { what: 'opens a quote for good', content: row('|L-0003', '|"L-0003'), says: 'line 4: a quote is not closed' },
    {
      what: 'goes on after a quote',
      content: row('|E101|', '|"E1"01|'),
      says: 'line 4: a quote is not closed, or text',
    },
    { what: 'mixes line ends', content: HES.replace('\n', '\r\n'), says: 'hes_apc_2425.csv: it is not regular CSV' },
    { what: 'mixes them later', content: row('L-0003\n', 'L-0003\r\n'), says: 'its line ends may be mixed' },
    { what: 'is Latin-1', content: latin1(row('E101', 'E1\u00e9')), says: 'line 4: the text is not UTF-8' },
    {
      what: 'has a Latin-1 header',
      content: latin1(row('LSOA11', 'LSO\u00c9')),
      says: 'the header of hes_apc_2425.csv is not UTF-8',
    },
    { what: 'is UTF-16', content: Buffer.from(`\ufeff${HES}`, 'utf16le'), says: 'the header of hes_apc_2425.csv' },
    {
      what: 'holds a NUL in a value',
      content: row('|E101|', '|E1\u000001|'),
      says: 'row 3, column DIAG_4_01: the value holds a NUL',
    },
    {
      what: 'holds a NUL in its header',
      content: row('LSOA11', 'LSOA\u000011'),
      says: 'the header of hes_apc_2425.csv holds a NUL',
    },
    {
      what: 'names a column twice',
      content: row('LSOA11', 'sex'),
      says: 'the header of hes_apc_2425.csv names a column twice',
    },
    { what: 'has no header', content: HES.slice(HES_HEADER.length + 1), says: 'the header of hes_apc_2425.csv' },
    { what: 'has a header that opens a quote', content: row('LSOA11', '"LSOA11'), says: 'is not a line of CSV' },
    { what: 'has nothing in it', content: '', says: 'the header of hes_apc_2425.csv is missing' },
    { what: 'has a header alone', content: `${HES_HEADER}\n`, says: 'the source of hes_apc has no rows' },
    { what: 'has a line of 20 MB', content: row('E101', 'E'.repeat(20_000_000)), says: 'line 4: the line is too long' },
    { what: 'has another delimiter', content: HES.replaceAll('|', ';'), says: 'hes_apc has no column NEWNHSNO' },
  ])('stops the run: it $what', async ({ content, says }) => {
    await expectStopped(hes(content), { exit: 11, says: [says, 'hint: '], hides: ['L-0003', '9990000042'] });
  });

  it('stops the run where two files of a dataset have their columns in another order, which swaps no values', async () => {
    await expectStopped(
      { files: { 'data/hes_apc/a.csv': HES, [FILE]: swapped(HES) } },
      { exit: 11, says: ['hes_apc_2425.csv of hes_apc has another header than a.csv'] },
    );
  });

  it('stops the run where a file could be taken for a pattern that means another file', async () => {
    await expectStopped(
      { files: { 'data/hes_apc/hes[1].csv': HES } },
      { exit: 11, says: ['hes[1].csv', 'rename the file'] },
    );
  });

  it('stops the run where there is no file, and says where the path stands', async () => {
    const workspace = (tree: Tree): void => {
      (tree['sources'] as Tree)['hes_apc'] = { path: 'data/hes_op/*.csv' };
    };
    await expectStopped(
      { workspace },
      { exit: 11, says: ['Admitted Patient Care', 'see sources.hes_apc.path in dars.yaml'] },
    );
  });
});

describe('a value that its column can’t hold', () => {
  const asking = (field: string) => (tree: Tree) => {
    const [product] = tree['products'] as { fields: string[] }[];
    product?.fields.push(field);
  };
  const granting = (field: string) => (tree: Tree) => {
    const [grant] = tree['datasets'] as { fields: string[] }[];
    grant?.fields.push(field);
  };

  it.each([
    { what: 'a date that the calendar lacks', content: HES.replace('2024-07-09', '2024-02-30'), hides: '2024-02-30' },
    { what: 'a date in words', content: HES.replace('2024-07-09', '9 July 2024'), hides: '9 July' },
    { what: 'a time of day', content: HES.replace('2024-07-09', '2024-07-09 23:59:59'), hides: '23:59' },
  ])('is found in a date: $what', async ({ content, hides }) => {
    const says = ['hes_apc_2425.csv, row 3, column EPIEND: the value is no date'];
    await expectStopped(hes(content), { exit: 11, says, hides: [hides] });
  });

  it.each(['3 days', '3.5', '--', '1e400', '12345678901234567890'])('is found in an integer: %s', async (value) => {
    const content = HES.replace('|LOPATID\n', '|EPIDUR\n').replaceAll(
      /\|L-(\d+)\n/g,
      (_, id) => `|${id === '0003' ? value : 3}\n`,
    );
    await expectStopped(
      { ...hes(content), agreement: granting('EPIDUR'), pipeline: asking('EPIDUR') },
      { exit: 11, says: ['hes_apc_2425.csv, row 3, column EPIDUR: the value is no integer'], hides: [value] },
    );
  });

  it('is found in the second file of a dataset, by its row there', async () => {
    await expectStopped(
      { files: { 'data/hes_apc/z.csv': HES.replace('1801-01-01|E110', 'yesterday|E110') } },
      { exit: 11, says: ['z.csv, row 10, column EPIEND: the value is no date'], hides: ['yesterday'] },
    );
  });

  it('is found in PDS', async () => {
    await expectStopped(
      { files: { 'data/pds.csv': PDS.replace('1961-04-09', '09/04/1961') } },
      { exit: 11, says: ['pds.csv, row 1, column date_of_birth: the value is no date'], hides: ['09/04/1961'] },
    );
  });
});

describe('a PDS source', () => {
  const [header = '', plain = '', , old = ''] = PDS.split('\n');
  it.each([
    { what: 'has a record twice', content: `${PDS}${plain}\n` },
    { what: 'has a record twice in two spellings', content: `${PDS}${plain.replace('9990000018', '999 000 0018')}\n` },
    { what: 'has a superseded record twice', content: `${PDS}${old}\n` },
    { what: 'has a number as superseded and as current', content: `${PDS}${old.replace(',9990000026,', ',,')}\n` },
  ])('stops the run where it $what', async ({ content }) => {
    const says = ['more than one record for an NHS number', 'hint: '];
    await expectStopped(
      { files: { 'data/pds.csv': content } },
      { exit: 11, says, hides: ['9990000018', '9990000034'] },
    );
  });

  it.each([
    { what: 'a header alone', content: `${header}\n` },
    { what: 'other people', content: `${header}\n${plain.replace('9990000018', '9990009990')}\n` },
  ])('stops the run where it is $what: a release of nobody is no release', async ({ content }) => {
    await expectStopped(
      { files: { 'data/pds.csv': content } },
      { exit: 11, says: ['PDS knows nobody in the source of hes_apc'] },
    );
  });
});
