import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkManifests } from '../support/delivered.ts';
import { makeWorkspace, type TestWorkspace, type Tree, type WorkspaceParts } from '../support/make-workspace.ts';
import type { Recipient } from '../support/recipient.ts';
import { darsHere, type Ran } from '../support/run-dars.ts';

export const TEMPLATE =
  'UNIQUE_REFERENCE,STATUS,NHS_NO,FAMILY_NAME,GIVEN_NAME,OTHER_GIVEN_NAME,GENDER,DATE_OF_BIRTH,POSTCODE,ADDRESS_LINE1,ADDRESS_LINE2,ADDRESS_LINE3,ADDRESS_LINE4,ADDRESS_LINE5,PERSON_MIN_DATE,PERSON_MAX_DATE,LEGAL_BASIS';

/** The rows of a CSV file without quotes in it, by the value of their first column. */
export function byReference(path: string): Map<string, Record<string, string>> {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const names = header.split(',');
  return new Map(
    lines.map((line) => {
      const values = line.split(',');
      return [values[0] ?? '', Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']))];
    }),
  );
}

/** A row of a cohort file; what is not said is empty. */
export interface Participant {
  readonly ref: string;
  readonly status?: string;
  readonly nhs?: string;
  readonly family?: string;
  readonly given?: string;
  readonly sex?: string;
  readonly born?: string;
  readonly postcode?: string;
  readonly from?: string;
  readonly to?: string;
  readonly basis?: string;
}

export function cohortFile(participants: readonly Participant[]): string {
  const rows = participants.map((each) =>
    [
      each.ref,
      each.status ?? 'add',
      each.nhs,
      each.family,
      each.given,
      '',
      each.sex,
      each.born,
      each.postcode,
      ...['', '', '', '', ''],
      each.from,
      each.to,
      each.basis,
    ].join(','),
  );
  return [TEMPLATE, ...rows, ''].join('\n');
}

export const COHORT_PATH = 'cohorts/NIC-147750_study.csv';

/** Makes an agreement one for a bespoke linkage of HES APC, with a match file. */
export function forCohort(agreement: Tree): void {
  agreement['cohort'] = {
    identifiers: ['nhs_number', 'family_name', 'given_name', 'date_of_birth', 'gender', 'postcode'],
    match_file: ['MATCH_RANK', 'ERROR_SUCCESS_CODE'],
    opt_out_exemptions: [{ legal_basis: 'consent', because: 'They agreed.' }],
  };
  const [apc, pds] = agreement['datasets'] as [Tree, Tree];
  Object.assign(apc, { products: ['bespoke-linkage'], identifiability: 'identifiable' });
  Object.assign(pds, {
    products: ['bespoke-linkage'],
    identifiability: 'identifiable',
    legal_basis: 's261(7)',
    common_law_duty: 'section-251',
    frequency: 'quarterly',
  });
  (agreement['approvals'] as Tree[]).push({ body: 'IAO', dataset: 'pds', outcome: 'approved', on: '2024-11-01' });
}

export function linkageProduct(pipeline: Tree): void {
  pipeline['products'] = [
    {
      name: 'study',
      product: 'bespoke-linkage',
      cohort: COHORT_PATH,
      match_file: ['MATCH_RANK', 'ERROR_SUCCESS_CODE'],
      compression: 'none',
      datasets: [{ dataset: 'hes_apc', fields: ['EPIKEY', 'DIAG_4_01', 'DIAG_4_02'] }],
    },
  ];
}

export interface Study extends Disposable {
  readonly workspace: TestWorkspace;
  readonly ran: Ran;
  /** What the recipient reads, without the header: rows of HES APC, and of the match file. */
  readonly rows: readonly string[];
  readonly matches: readonly string[];
}

/** Runs a bespoke linkage of these participants, and gives what its recipient reads with GnuPG. */
export async function study(
  recipient: Recipient,
  participants: readonly Participant[],
  parts: WorkspaceParts & { readonly delivered?: string } = {},
): Promise<Study> {
  const workspace = await makeWorkspace({
    ...parts,
    recipient,
    agreement: (file) => {
      forCohort(file);
      parts.agreement?.(file);
    },
    pipeline: (file) => {
      linkageProduct(file);
      parts.pipeline?.(file);
    },
    files: { [COHORT_PATH]: cohortFile(participants), ...parts.files },
  });
  const ran = await darsHere(workspace.root, ['run', 'diabetes-apc', '--json']);
  const files = await checkManifests(parts.delivered ?? join(workspace.root, 'out'), recipient);
  const rowsOf = (name: string): string[] => files.find((file) => file.name.includes(name))?.lines.slice(1) ?? [];
  return {
    workspace,
    ran,
    rows: rowsOf('HES_APC'),
    matches: rowsOf('MATCH'),
    [Symbol.dispose]: () => workspace[Symbol.dispose](),
  };
}
