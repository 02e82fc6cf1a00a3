import { mkdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { agreementKey, pseudonym } from '../../src/kernel/pseudonym.ts';
import { Secret } from '../../src/kernel/secret.ts';
import {
  agreementTree,
  HES_HEADER,
  MASTER_KEY,
  makeWorkspace,
  PDS_HEADER,
  sftpTree,
  type TestWorkspace,
  type Tree,
  testKeys,
} from '../support/make-workspace.ts';
import type { Sshd } from '../support/sshd.ts';

/** A pipeline and the agreement that it stands on. */
export interface Commission {
  readonly name: string;
  readonly frequency: 'monthly' | 'quarterly' | 'annual' | 'one-off';
  readonly schedule: Tree;
  readonly product: 'extract' | 'linked' | 'bespoke-linkage' | 'tracking' | 'tabulation';
  readonly format: 'csv' | 'parquet' | 'arrow';
  readonly to: 'north' | 'south' | 'shelf';
  readonly term?: { readonly start: string; readonly end: string };
}

export const COMMISSIONS: readonly Commission[] = [
  { name: 'm1', frequency: 'monthly', schedule: {}, product: 'extract', format: 'csv', to: 'north' },
  { name: 'm2', frequency: 'monthly', schedule: { after: 'm1' }, product: 'linked', format: 'csv', to: 'shelf' },
  { name: 'm3', frequency: 'monthly', schedule: { on: 5 }, product: 'extract', format: 'parquet', to: 'shelf' },
  { name: 'm4', frequency: 'monthly', schedule: {}, product: 'extract', format: 'csv', to: 'south' },
  { name: 'q1', frequency: 'quarterly', schedule: {}, product: 'extract', format: 'csv', to: 'north' },
  { name: 'q2', frequency: 'quarterly', schedule: { on: 10 }, product: 'linked', format: 'arrow', to: 'shelf' },
  { name: 'q3', frequency: 'quarterly', schedule: { every: 'year' }, product: 'extract', format: 'csv', to: 'shelf' },
  {
    name: 'q4',
    frequency: 'quarterly',
    schedule: { after: ['q1', 'm1'] },
    product: 'extract',
    format: 'csv',
    to: 'north',
  },
  { name: 'y1', frequency: 'annual', schedule: {}, product: 'extract', format: 'csv', to: 'shelf' },
  { name: 'b1', frequency: 'quarterly', schedule: {}, product: 'bespoke-linkage', format: 'csv', to: 'north' },
  { name: 't1', frequency: 'quarterly', schedule: {}, product: 'tracking', format: 'csv', to: 'north' },
  { name: 's1', frequency: 'quarterly', schedule: {}, product: 'tabulation', format: 'csv', to: 'shelf' },
  { name: 'o1', frequency: 'one-off', schedule: {}, product: 'extract', format: 'csv', to: 'south' },
  {
    ...{ name: 'o2', frequency: 'one-off', schedule: {}, product: 'extract', format: 'csv', to: 'shelf' },
    term: { start: '2026-12-10', end: '2027-12-31' },
  },
  {
    ...{ name: 'e1', frequency: 'quarterly', schedule: {}, product: 'extract', format: 'csv', to: 'shelf' },
    term: { start: '2025-01-01', end: '2026-12-31' },
  },
];

const PEOPLE = 40;
/** The first of them are the cohort of each study. */
const MEMBERS = 20;

export function stemOf(name: string): string {
  return `DARS-NIC-${200_000 + COMMISSIONS.findIndex((each) => each.name === name)}-A1B2C`;
}

function cohortOf(name: string): string {
  return `cohort/NIC-${stemOf(name).split('-')[2]}_members.csv`;
}

const studyOf = (person: number): string => `S-${String(person).padStart(3, '0')}`;

function numberOf(person: number): string {
  return String(1_000_000_000 + person * 7);
}

/**
 * A custodian's data over some months, in the files of a workspace, and beside it what those files say, so that what a
 * release must hold can be counted without them.
 */
export class Custodian implements Disposable {
  readonly workspace: TestWorkspace;
  readonly #optedOut = new Set<number>();
  /** The people of the episodes of each file of HES. */
  readonly #episodes: number[][] = [];

  private constructor(workspace: TestWorkspace) {
    this.workspace = workspace;
  }

  static async open(sshd: Sshd): Promise<Custodian> {
    const { recipient } = await testKeys();
    const files: Record<string, string> = { 'keys/sftp_ed25519': sshd.privateKey };
    for (const commission of COMMISSIONS) {
      files[`agreements/${commission.name}.yaml`] = stringify(agreementOf(commission, recipient.fingerprint));
      files[`pipelines/${commission.name}.yaml`] = stringify(pipelineOf(commission));
      if (isOfCohort(commission)) files[cohortOf(commission.name)] = cohort();
    }
    const workspace = await makeWorkspace({
      files,
      workspace: (file) => {
        file['sources'] = {
          pds: { path: 'data/pds.csv', as_at: { file: 'data/pds.date' }, max_age_days: 14, ready: 'data/pds.date' },
          opt_outs: { path: 'data/opt-outs.dat', as_at: { file: 'data/opt-outs.date' } },
          hes_apc: { path: 'data/hes_apc/*.csv', delimiter: '|' },
        };
        file['destinations'] = {
          shelf: { type: 'folder', path: 'out' },
          north: { ...sftpTree(sshd), directory: 'north' },
          south: { ...sftpTree(sshd), directory: 'south' },
        };
        file['outbox'] = { retry_seconds: [0.01] };
      },
    });
    for (const path of ['agreements/dsa.yaml', 'pipelines/diabetes-apc.yaml', 'data/hes_apc/hes_apc_2425.csv'])
      rmSync(join(workspace.root, path));
    for (const folder of ['north', 'south']) mkdirSync(join(sshd.directory, folder));
    return new Custodian(workspace);
  }

  /** What the jobs of an evening write: PDS, the opt-out list, and each month a file of HES. */
  evening(day: string): void {
    this.workspace.write('data/pds.csv', pds(PEOPLE));
    this.workspace.write(
      'data/opt-outs.dat',
      [...this.#optedOut, PEOPLE + 1].map((each) => `${numberOf(each)}\n`).join(''),
    );
    this.workspace.write('data/opt-outs.date', `${day}\n`);
    this.workspace.write('data/pds.date', `${day}\n`);
    // Now, in the world's time; no later than what is written next.
    this.#age('data/pds.csv', 10);
  }

  /** The job that writes PDS died in the middle, and with it nobody says that PDS is whole. */
  halfAnEvening(): void {
    const whole = pds(PEOPLE);
    this.workspace.write('data/pds.csv', whole.slice(0, whole.length / 2));
    this.#age('data/pds.date', 10);
  }

  watch(metrics: string): void {
    this.workspace.change('dars.yaml', (file) => {
      file['monitoring'] = { metrics };
    });
  }

  #age(path: string, seconds: number): void {
    const then = Date.now() / 1000 - seconds;
    utimesSync(join(this.workspace.root, path), then, then);
  }

  optOut(...people: readonly number[]): void {
    for (const person of people) this.#optedOut.add(person);
  }

  /** A month's file of HES: everybody has an episode, some have two. */
  month(): void {
    const nth = this.#episodes.length;
    const people = [...Array(PEOPLE).keys()].flatMap((person) =>
      (person + nth) % 3 === 0 ? [person, person] : [person],
    );
    const rows = people.map((person, index) => {
      const key = 500_000_000_000 + nth * 1000 + index;
      return `${key}|${numberOf(person)}|2024-05-01|2024-05-01|2024-05-03|E110|I10X|${1 + (person % 2)}|011970|E01000001|L-${person}`;
    });
    this.workspace.write(
      `data/hes_apc/hes_apc_${String(nth).padStart(2, '0')}.csv`,
      [HES_HEADER, ...rows, ''].join('\n'),
    );
    this.#episodes.push(people);
  }

  /** Who has opted out by now. */
  optedOut(): ReadonlySet<number> {
    return new Set(this.#optedOut);
  }

  /**
   * What a release that is made now has to hold, in any order: a token or a study id for each row; for tables the
   * category and the count of each. A study is told of who is new to it, and of who is gone since it was told last:
   * `before` is who had opted out then.
   */
  expected(name: string, before: ReadonlySet<number> | undefined): readonly string[] {
    const product = COMMISSIONS.find((each) => each.name === name)?.product;
    const stays = (person: number): boolean => !this.#optedOut.has(person);
    const rows = this.#episodes.flat().filter(stays);
    if (product === 'bespoke-linkage') {
      return rows
        .filter((person) => person < MEMBERS)
        .map(studyOf)
        .sort();
    }
    if (product === 'tracking') {
      const members = [...Array(MEMBERS).keys()];
      const told = members.filter((person) =>
        before === undefined ? stays(person) : !stays(person) && !before.has(person),
      );
      return told.map(studyOf).sort();
    }
    if (product === 'tabulation') {
      const people = [...new Set(rows)];
      const counted = (of: readonly number[]): string => String(5 * Math.round(of.length / 5));
      const ofSex = (sex: number): string => counted(people.filter((person) => 1 + (person % 2) === sex));
      return [`1 ${ofSex(1)}`, `2 ${ofSex(2)}`, `Total ${counted(people)}`];
    }
    const key = agreementKey(new Secret(new Uint8Array(Buffer.from(MASTER_KEY, 'hex'))), stemOf(name));
    return rows.map((person) => pseudonym(key, 'PERSON', numberOf(person))).sort();
  }

  [Symbol.dispose](): void {
    this.workspace[Symbol.dispose]();
  }
}

function pds(people: number): string {
  const records = [...Array(people).keys()].map(
    (person) => `${numberOf(person)},,,FAMILY${person},GIVEN,,1970-01-01,${1 + (person % 2)},,,,,,LS1 4AP,A81001,,,,`,
  );
  return [PDS_HEADER, ...records, ''].join('\n');
}

const isOfCohort = ({ product }: Commission): boolean => product === 'bespoke-linkage' || product === 'tracking';

function cohort(): string {
  const header =
    'UNIQUE_REFERENCE,STATUS,NHS_NO,FAMILY_NAME,GIVEN_NAME,OTHER_GIVEN_NAME,GENDER,DATE_OF_BIRTH,POSTCODE,ADDRESS_LINE1,ADDRESS_LINE2,ADDRESS_LINE3,ADDRESS_LINE4,ADDRESS_LINE5,PERSON_MIN_DATE,PERSON_MAX_DATE';
  const rows = [...Array(MEMBERS).keys()].map(
    (person) => `${studyOf(person)},add,${numberOf(person)},FAMILY${person},GIVEN,,,1970-01-01,,,,,,,,`,
  );
  return [header, ...rows, ''].join('\n');
}

function agreementOf(commission: Commission, fingerprint: string): Tree {
  const { name, frequency, to, term, product } = commission;
  const tree = agreementTree(fingerprint);
  const [grant, ...rest] = tree['datasets'] as Tree[];
  const [security] = tree['security'] as Tree[];
  const [iao, igard, cag] = tree['approvals'] as Tree[];
  const identifiability = isOfCohort(commission)
    ? 'identifiable'
    : product === 'tabulation'
      ? 'aggregated'
      : 'pseudonymised';
  const products = isOfCohort(commission) || product === 'tabulation' ? [product] : grant?.['products'];
  const own = { ...grant, products, identifiability, frequency };
  const pds = { ...own, dataset: 'pds', period: undefined, where: undefined, fields: ['gp_practice_code'] };
  return {
    ...tree,
    reference: `${stemOf(name)}-v1.0`,
    term: term ?? tree['term'],
    security: [{ ...security, valid_to: '2027-12-31' }],
    approvals: [
      { ...iao, dataset: product === 'tracking' ? 'pds' : 'hes_apc' },
      igard,
      { ...cag, review_by: '2027-12-31' },
    ],
    ...(isOfCohort(commission)
      ? { cohort: { identifiers: ['nhs_number', 'family_name', 'given_name', 'date_of_birth'] } }
      : {}),
    datasets: product === 'tracking' ? [pds] : [own, ...rest],
    recipient: { ...(tree['recipient'] as Tree), destination: to },
  };
}

function pipelineOf({ name, schedule, product, format }: Commission): Tree {
  const selection = { dataset: 'hes_apc', fields: ['EPIKEY', 'DIAG_4_01', 'SEX'] };
  const shapes: Record<Commission['product'], Tree> = {
    extract: { ...selection, format, compression: 'none' },
    linked: { datasets: [selection], format, compression: 'none' },
    'bespoke-linkage': { cohort: cohortOf(name), datasets: [selection], format, compression: 'none' },
    tracking: {
      cohort: cohortOf(name),
      reports: [{ report: 'event-notification', fields: ['gp_practice_code'] }],
      format,
      compression: 'none',
    },
    tabulation: {
      dataset: 'hes_apc',
      dimensions: [{ name: 'sex', from: 'SEX' }],
      tables: [{ name: 'by-sex', by: ['sex'] }],
    },
  };
  return {
    pipeline: name,
    agreement: `${stemOf(name)}-v1.0`,
    schedule,
    products: [{ name: 'apc', product, ...shapes[product] }],
  };
}
