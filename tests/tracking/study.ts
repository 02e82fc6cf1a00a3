import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decrypt, readMessage, readPrivateKey } from 'openpgp';
import { makeWorkspace, PDS_HEADER, type TestWorkspace, type Tree, testKeys } from '../support/make-workspace.ts';
import { darsHere, type Ran } from '../support/run-dars.ts';

export const UPLOAD_HEADER =
  'UNIQUE_REFERENCE,STATUS,NHS_NO,FAMILY_NAME,GIVEN_NAME,OTHER_GIVEN_NAME,GENDER,DATE_OF_BIRTH,POSTCODE,ADDRESS_LINE1,ADDRESS_LINE2,ADDRESS_LINE3,ADDRESS_LINE4,ADDRESS_LINE5,PERSON_MIN_DATE,PERSON_MAX_DATE';

/** A record of PDS as far as tracking looks at it. */
export interface PdsRecord {
  readonly nhs: string;
  readonly replacedBy?: string;
  readonly confidentiality?: string;
  readonly family?: string;
  readonly born?: string;
  readonly postcode?: string;
  readonly practice?: string;
  readonly died?: string;
  readonly deathStatus?: string;
  readonly removal?: string;
  readonly removed?: string;
}

export function pdsCsv(records: readonly PdsRecord[]): string {
  const lines = records.map((each) =>
    [
      each.nhs,
      each.replacedBy ?? '',
      each.confidentiality ?? '',
      each.family ?? 'ASHWORTH',
      'PERCIVAL',
      '',
      each.born ?? '1961-04-09',
      '1',
      '1 MILL LANE,,LEEDS,,',
      each.postcode ?? 'LS1 4AP',
      each.practice ?? 'A81001',
      each.died ?? '',
      each.deathStatus ?? '',
      each.removal ?? '',
      each.removed ?? '',
    ].join(','),
  );
  return [PDS_HEADER, ...lines, ''].join('\n');
}

export interface Registration {
  readonly nhs: string;
  readonly registered: string;
  readonly cause: string;
}

export function deathsCsv(registrations: readonly Registration[]): string {
  const lines = registrations.map(({ nhs, registered, cause }) => `${nhs}|${registered}|${cause}`);
  return ['NHS_NUMBER|REG_DATE|S_UNDERLYING_COD_ICD10', ...lines, ''].join('\n');
}

export interface Member {
  readonly study: string;
  readonly status: 'add' | 'delete';
  readonly nhs: string;
  readonly born?: string;
  readonly family?: string;
}

export function uploadCsv(members: readonly Member[]): string {
  const lines = members.map(
    ({ study, status, nhs, born, family }) =>
      `${study},${status},${nhs},${family ?? ''},,,,${born ?? '1961-04-09'},,,,,,,,`,
  );
  return [UPLOAD_HEADER, ...lines, ''].join('\n');
}

const PDS_FIELDS = [
  'death_status',
  'date_of_death',
  'reason_for_removal',
  'gp_practice_code',
  'postcode',
  'nhs_number',
];

/** A workspace in which a study follows its members: reports to the folder `out`, once a month. */
export async function makeStudy(): Promise<TestWorkspace> {
  const terms = {
    products: ['tracking'],
    identifiability: 'identifiable',
    legal_basis: 'Health and Social Care Act 2012 – s261(2)(c)',
    common_law_duty: 'section-251',
    frequency: 'monthly',
  };
  return makeWorkspace({
    workspace: (file) => {
      file['sources'] = {
        pds: { path: 'data/pds.csv' },
        opt_outs: { path: 'data/opt-outs.dat', as_at: '2099-01-01', max_age_days: 21 },
        deaths: { path: 'data/deaths.csv', delimiter: '|' },
      };
    },
    agreement: (file) => {
      file['term'] = { start: '2025-01-01', end: '2035-12-31' };
      for (const each of file['security'] as Tree[]) each['valid_to'] = '2035-12-31';
      file['approvals'] = [
        { body: 'IAO', dataset: 'pds', outcome: 'approved', on: '2024-11-01' },
        { body: 'IAO', dataset: 'deaths', outcome: 'approved', on: '2024-11-01' },
        { body: 'IGARD', outcome: 'recommended', on: '2024-11-14' },
        { body: 'CAG', reference: '20/CAG/0001', outcome: 'supported', review_by: '2035-01-01' },
      ];
      file['cohort'] = { identifiers: ['nhs_number', 'family_name', 'date_of_birth'] };
      file['datasets'] = [
        { dataset: 'pds', ...terms, fields: [...PDS_FIELDS, 'removal_date', 'family_name', 'date_of_birth'] },
        {
          dataset: 'deaths',
          ...terms,
          period: { from: '2020-01-01', to: '2035-12-31' },
          fields: ['REG_DATE', 'S_UNDERLYING_COD_ICD10'],
        },
      ];
    },
    pipeline: (file) => {
      file['pipeline'] = 'follow-up';
      file['products'] = [
        {
          name: 'members',
          product: 'tracking',
          cohort: 'cohort/NIC-147750_members.csv',
          compression: 'none',
          reports: [
            { report: 'event-notification', fields: PDS_FIELDS },
            { report: 'cause-of-death', fields: ['REG_DATE', 'S_UNDERLYING_COD_ICD10'] },
            { report: 'current-status', fields: ['gp_practice_code', 'death_status'] },
            { report: 'list-cleaning', fields: ['nhs_number', 'family_name', 'date_of_birth'] },
          ],
        },
      ];
    },
    files: {
      'data/deaths.csv': deathsCsv([]),
      'data/opt-outs.dat': '9990009999\n',
      'cohort/NIC-147750_members.csv': uploadCsv([]),
    },
  });
}

/** Runs the study's pipeline as of the first day of a month, counted from January 2026, with an opt-out list of that day. */
export async function runMonth(study: TestWorkspace, month: number): Promise<Ran> {
  const day = dayOfMonth(month);
  study.change('dars.yaml', (file) => {
    ((file['sources'] as Tree)['opt_outs'] as Tree)['as_at'] = day;
  });
  return darsHere(study.root, ['--as-of', day, 'run', 'follow-up']);
}

export function dayOfMonth(month: number): string {
  return `${2026 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-02`;
}

/** A place where nothing can be delivered to, for as long as the work takes. */
export async function withoutDestination<T>(study: TestWorkspace, work: () => Promise<T>): Promise<T> {
  const [out, aside] = [join(study.root, 'out'), join(study.root, 'out-aside')];
  if (existsSync(out)) renameSync(out, aside);
  writeFileSync(out, '');
  try {
    return await work();
  } finally {
    rmSync(out);
    if (existsSync(aside)) renameSync(aside, out);
  }
}

/** A row of a report by the names of its columns. */
export type ReportRow = Readonly<Record<string, string>>;

/** What a recipient finds in the folder: every file of every delivered release, by the name of its report. */
export async function deliveredReports(
  study: TestWorkspace,
  out = join(study.root, 'out'),
): Promise<Map<string, { report: string; rows: ReportRow[] }>> {
  const key = await readPrivateKey({ armoredKey: (await testKeys()).recipient.privateKey.reveal() });
  const found = new Map<string, { report: string; rows: ReportRow[] }>();
  for (const release of existsSync(out) ? readdirSync(out) : []) {
    for (const name of readdirSync(join(out, release)).filter((each) => each.endsWith('.gpg'))) {
      const message = await readMessage({ binaryMessage: readFileSync(join(out, release, name)) });
      const { data } = await decrypt({ message, decryptionKeys: key });
      const [header = '', ...lines] = String(data).trimEnd().split('\n');
      const names = header.split('|');
      const rows = lines.map((line) =>
        Object.fromEntries(line.split('|').map((value, index) => [names[index] ?? '', value])),
      );
      const report = name.replace(/^FILE\d+_NIC\d+_/, '').replace(/(_\d{8}_\d{8})?\.csv\.gpg$/, '');
      found.set(name.slice(0, 11), { report, rows });
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
