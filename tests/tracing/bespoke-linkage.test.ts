import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HES } from '../support/make-workspace.ts';
import { openRecipient, type Recipient } from '../support/recipient.ts';
import { startSshd } from '../support/sshd.ts';
import { type Participant, study } from './support.ts';

let recipient: Recipient;
beforeAll(async () => {
  recipient = await openRecipient();
});
afterAll(() => recipient[Symbol.asyncDispose]());

const PERCIVAL: Participant = { ref: 'P', nhs: '9990000018', born: '1961-04-09', sex: '1', postcode: 'LS1 4AP' };
const OLWEN: Participant = { ref: 'O', nhs: '9990000034', born: '1985-12-31', sex: '2' };
const TABITHA: Participant = { ref: 'T', nhs: '9990000042', born: '1990-02-28', postcode: 'YO1 7HH', sex: '2' };
const ENID: Participant = { ref: 'E', nhs: '9990000050', born: '1950-07-07' };
const ALL = [PERCIVAL, OLWEN, TABITHA, ENID];

describe('a bespoke linkage', () => {
  test('goes by the applicant’s study ids from cohort file to an OpenSSH server, and nobody who opted out is in it', async () => {
    await using sftp = await startSshd();
    using done = await study(recipient, ALL, { sftp, delivered: sftp.directory });
    expect(done.ran.status).toBe(0);
    expect(new Set(done.rows.map((row) => row.split('|')[0]))).toEqual(new Set(['P', 'O', 'T']));
    // By number and all else; by an old number; and a sensitive record, whose postcode is held against nothing.
    expect([...done.matches].sort()).toEqual(['O|2|90', 'P|1|00', 'T|2|92']);
    const entries = readFileSync(join(done.workspace.root, 'state/ledger.jsonl'), 'utf8').trim().split('\n');
    const intended = entries.map((line) => JSON.parse(line)).find(({ kind }) => kind === 'intended');
    expect(intended.cohorts).toMatchObject([{ product: 'study', rows: 4, failed: 0, participants: 4, found: 4 }]);
    expect(intended.files[0].opt_outs).toMatch(/^Yes - .*; not to participants by consent: They agreed\.$/);
    expect(entries.some((line) => JSON.parse(line).kind === 'delivered')).toBe(true);
    const [release = ''] = readdirSync(join(done.workspace.root, 'state/quality'));
    expect(readdirSync(join(done.workspace.root, 'state/quality', release)).sort()).toEqual([
      'trace-study.html',
      'trace-study.json',
    ]);
    for (const { nhs = '?' } of ALL) expect(entries.join('\n') + done.ran.stdout + done.ran.stderr).not.toContain(nhs);
  });

  test('keeps those who opted out and take part by a basis that the agreement exempts, and only those', async () => {
    using done = await study(recipient, [{ ...ENID, basis: 'consent' }, PERCIVAL]);
    using other = await study(recipient, [{ ...ENID, basis: 'section-251' }, PERCIVAL]);
    expect(done.ran.status).toBe(0);
    expect(done.rows.some((row) => row.startsWith('E|'))).toBe(true);
    expect(other.ran.status).toBe(0);
    expect([...other.rows, ...other.matches].some((row) => row.startsWith('E|'))).toBe(false);
  });

  test('gives only rows within each participant’s own dates, both ends included', async () => {
    const keys = (rows: readonly string[]): string[] => rows.map((row) => row.split('|')[1] ?? '').sort();
    using open = await study(recipient, [PERCIVAL]);
    using until = await study(recipient, [{ ...PERCIVAL, to: '2023-05-03' }]);
    using since = await study(recipient, [{ ...PERCIVAL, from: '2023-05-04' }]);
    expect(keys(open.rows)).toEqual(['500000000001', '500000000008']);
    expect(keys(until.rows)).toEqual(['500000000008']);
    expect(keys(since.rows)).toEqual(['500000000001']);
  });

  test('gives nothing of a participant whom the file deletes, or who is no participant', async () => {
    using done = await study(recipient, [PERCIVAL, { ...OLWEN, status: 'delete' }]);
    expect(done.ran.status).toBe(0);
    expect(new Set([...done.rows, ...done.matches].map((row) => row.split('|')[0]))).toEqual(new Set(['P']));
  });

  test('never leaves with a person’s own number in a column that is none', async () => {
    const leaky = HES.replaceAll('|I10X|', '|9990000018|');
    using done = await study(recipient, [PERCIVAL], { files: { 'data/hes_apc/hes_apc_2425.csv': leaky } });
    expect(done.ran.status).toBe(13);
    expect(done.ran.stderr).not.toContain('9990000018');
    expect(existsSync(join(done.workspace.root, 'out'))).toBe(false);
  });

  test('takes in no file with identifiers that the agreement does not list', async () => {
    using done = await study(recipient, [PERCIVAL], {
      agreement: (file) => {
        Object.assign(file['cohort'] as object, { identifiers: ['nhs_number', 'date_of_birth', 'gender'] });
      },
    });
    expect(done.ran.status).toBe(11);
    expect(done.ran.stderr).toContain('POSTCODE has values in 1 rows');
    expect(done.ran.stderr).not.toContain('LS1');
  });
});
