import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connect } from '../../src/engine/connect.ts';
import { takeInUploads } from '../../src/engine/trace-members.ts';
import { COHORT } from '../../src/linkage/cohort/cohort-tables.ts';
import { makeWorkspace } from '../support/make-workspace.ts';
import { darsHere, type Ran } from '../support/run-dars.ts';
import { cohortFile, type Participant, TEMPLATE } from './support.ts';

/** What intake says of a file: the faults of its rows as `row column category`, and what the terminal shows. */
async function intake(content: string): Promise<{ ran: Ran; faults: string[] }> {
  using workspace = await makeWorkspace({ files: { 'cohort.csv': content } });
  const report = join(workspace.root, 'validation.csv');
  const ran = await darsHere(workspace.root, [
    'trace',
    join(workspace.root, 'cohort.csv'),
    '--check',
    '--validation',
    report,
  ]);
  const lines = ran.status === 0 ? workspace.read('validation.csv').trim().split('\n').slice(1) : [];
  return { ran, faults: lines.map((line) => line.split(',').slice(0, 3).join(' ')) };
}

const GOOD: Participant = { ref: 'A', nhs: '9990000018', born: '1970-01-01' };

test('every fault of every row is told by row, column and category, and no value is', async () => {
  const { ran, faults } = await intake(
    cohortFile([
      GOOD,
      { ...GOOD, ref: '' },
      { ...GOOD, ref: 'twice' },
      { ...GOOD, ref: 'twice', status: 'amend' },
      { ...GOOD, ref: 'B', nhs: '99900000180', sex: 'F' },
      { ...GOOD, ref: 'C', born: '01/02/1970' },
      { ...GOOD, ref: 'D', born: '1970-02-30' },
      { ...GOOD, ref: 'E', born: '2026-11-21' },
      { ...GOOD, ref: 'F', from: '2024-02-01', to: '2024-01-31' },
      { ref: 'G', born: '1970-01-01', family: 'Only' },
      { ...GOOD, ref: 'H', family: 'X'.repeat(41), basis: 'because' },
    ]),
  );
  expect(faults).toEqual([
    '2 UNIQUE_REFERENCE null',
    '3 UNIQUE_REFERENCE duplicate-reference',
    '4 STATUS status',
    '4 UNIQUE_REFERENCE duplicate-reference',
    '5 GENDER gender',
    '5 NHS_NO nhs-number',
    '6 DATE_OF_BIRTH date',
    '7 DATE_OF_BIRTH date',
    '8 DATE_OF_BIRTH birth-date-range',
    '9 PERSON_MAX_DATE max-before-min',
    '10 UNIQUE_REFERENCE insufficient-information',
    '11 FAMILY_NAME length',
    '11 LEGAL_BASIS legal-basis',
  ]);
  expect(ran.stdout).toContain('11 rows, 1 passed (1 to add, 0 to delete), 10 failed');
  expect(ran.stdout + ran.stderr).not.toContain('XXXX');
});

describe('a file is refused as a whole', () => {
  test.each([
    ['without a header of the template', 'A,add,9990000018\n', 'the header lacks UNIQUE_REFERENCE'],
    ['whose first line is a participant', 'A,add,9990000018,Thomas,Thomas,,1,1970-01-01\n', 'the header lacks'],
    ['with a column that the template does not have', `${TEMPLATE},SHOE_SIZE\n`, 'the header has 1 column'],
    ['with a column twice', `${TEMPLATE},GENDER\n`, 'the header names a column twice'],
    ['without rows', `${TEMPLATE}\n`, 'the file has no rows'],
    [
      'whose references are NHS numbers',
      cohortFile(['9990000018', '9990000026', '9990000034'].map((ref) => ({ ...GOOD, ref }))),
      'the unique references read like NHS numbers',
    ],
  ])('%s', async (_, content, says) => {
    const { ran } = await intake(content);
    expect(ran.status).toBe(11);
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).not.toMatch(/9990000018|SHOE|Thomas/);
  });
});

test('a folder is no cohort file, and is said to be none', async () => {
  using workspace = await makeWorkspace();
  const ran = await darsHere(workspace.root, ['trace', join(workspace.root, 'data'), '--check']);
  expect([ran.status, ran.stderr]).toEqual([11, expect.stringContaining('data can’t be read')]);
});

test('a header may be spelt with blanks, as the template prints it', async () => {
  const { ran } = await intake(cohortFile([GOOD]).replace('UNIQUE_REFERENCE', 'Unique Reference'));
  expect(ran.status).toBe(0);
});

test('whoever asked to be left out is, whatever else is wrong with the row that says so', async () => {
  using workspace = await makeWorkspace({
    files: {
      'first.csv': cohortFile(['A', 'B', 'C', 'D'].map((ref) => ({ ...GOOD, ref }))),
      'second.csv': cohortFile([
        { ref: 'A', status: 'delete', born: 'spring', sex: 'F', nhs: 'none' },
        { ...GOOD, ref: 'B', status: 'delete' },
        { ...GOOD, ref: 'B' },
        { ...GOOD, ref: 'C', status: 'delete' },
        { ...GOOD, ref: 'C', status: 'delete' },
      ]),
    },
  });
  const { instance, connection } = await connect({ memory: '1GB', threads: 1 });
  const paths = ['first.csv', 'second.csv'].map((name) => join(workspace.root, name));
  const terms = { identifiers: ['nhs_number', 'date_of_birth', 'gender'], size: {} };
  const report = await takeInUploads(connection, paths, terms, '2026-11-20');
  const added = await connection.runAndReadAll(`SELECT study_id FROM ${COHORT} WHERE adds`);
  expect(added.getRows().flat()).toEqual(['D']);
  expect(report).toMatchObject({ rows: 9, adds: 4, deletes: 3, failed: 2 });
  connection.closeSync();
  instance.closeSync();
});

test('the report of several uploads counts the faults of all', async () => {
  using workspace = await makeWorkspace({
    files: {
      'first.csv': cohortFile([GOOD, { ...GOOD, ref: 'B', born: 'spring' }, { ...GOOD, ref: 'C', sex: 'F' }]),
      'second.csv': cohortFile([
        { ...GOOD, ref: 'D', nhs: '9990000019' },
        { ...GOOD, ref: 'E', sex: 'M' },
      ]),
      'third.csv': cohortFile([{ ...GOOD, status: 'delete' }]),
    },
  });
  const { instance, connection } = await connect({ memory: '1GB', threads: 1 });
  const paths = ['first.csv', 'second.csv', 'third.csv'].map((name) => join(workspace.root, name));
  const identifiers = ['nhs_number', 'date_of_birth', 'gender'];
  const report = await takeInUploads(connection, paths, { identifiers, size: {} }, '2026-11-20');
  connection.closeSync();
  instance.closeSync();
  expect(report).toMatchObject({ rows: 6, failed: 3, adds: 2, deletes: 1, unchecked: { checkDigit: 1 } });
  expect(report.categories.map(({ category, rows }) => `${category} ${rows}`)).toEqual(['date 1', 'gender 2']);
});
