import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { generateKeyPair, type KeyPair } from '../../src/encrypt/generate-key-pair.ts';
import type { Sshd } from './sshd.ts';

export const REFERENCE = 'DARS-NIC-147750-8GS7S-v2.2';
export const MASTER_KEY = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
/** Signs publications of test workspaces; 32 bytes of 7. */
export const REGISTER_KEY =
  'PRIVATE+KEY+register.example.org/test+681598a3+AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH';
export const TODAY = '2026-11-20';

let keys: Promise<{ custodian: KeyPair; recipient: KeyPair }> | undefined;

/** One pair of keys for all workspaces of a test file: making them is the slow part. */
export function testKeys(): Promise<{ custodian: KeyPair; recipient: KeyPair }> {
  keys ??= (async () => {
    const at = new Date('2026-01-01T00:00:00Z');
    return {
      custodian: await generateKeyPair({ name: 'Custodian', email: 'custodian@example.org', type: 'ecc', at }),
      recipient: await generateKeyPair({ name: 'Recipient', email: 'recipient@example.org', type: 'ecc', at }),
    };
  })();
  return keys;
}

export type Tree = Record<string, unknown>;

export interface WorkspaceParts {
  /** Whose key the files are for; a pair of `testKeys` if left out. */
  readonly recipient?: Pick<KeyPair, 'fingerprint' | 'publicKey'>;
  /** The custodian's private key; of `testKeys` if left out. */
  readonly custodian?: Pick<KeyPair, 'privateKey'>;
  /** Delivers to this server instead of to the folder `out`. */
  readonly sftp?: Pick<Sshd, 'port' | 'hostKey' | 'username' | 'privateKey'>;
  /** Changes to the documents, which are right as they come. */
  readonly workspace?: (file: Tree) => void;
  readonly agreement?: (file: Tree) => void;
  readonly pipeline?: (file: Tree) => void;
  /** path in the workspace -> content */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

export const PDS_HEADER =
  'nhs_number,replaced_by,confidentiality,family_name,given_name,other_given_name,date_of_birth,gender,address_line_1,address_line_2,address_line_3,address_line_4,address_line_5,postcode,gp_practice_code,date_of_death,death_status,reason_for_removal,removal_date';

/** Four people: one plain, one with an old number, one sensitive, one who opted out. */
export const PDS = [
  PDS_HEADER,
  '9990000018,,,ASHWORTH,PERCIVAL,,1961-04-09,1,1 MILL LANE,,LEEDS,,,LS1 4AP,A81001,,,,',
  '9990000026,,,BRACEGIRDLE,OLWEN,,1985-12-31,2,2 MILL LANE,,LEEDS,,,LS1 4AQ,A81002,,,,',
  '9990000034,9990000026,,BRACEGIRDLE,OLWEN,,1985-12-31,2,OLD HOUSE,,LEEDS,,,LS9 9ZZ,A81002,,,,',
  '9990000042,,S,CHOLMONDELEY,TABITHA,,1990-02-28,2,3 SECRET ROAD,,YORK,,,YO1 7HH,B82001,2026-01-02,2,,',
  '9990000050,,,DUNWOODY,ENID,,1950-07-07,2,4 MILL LANE,,LEEDS,,,LS2 8BB,A81001,,,,',
  '',
].join('\n');

export const HES_HEADER = 'EPIKEY|NEWNHSNO|ADMIDATE|EPISTART|EPIEND|DIAG_4_01|DIAG_4_02|SEX|MYDOB|LSOA11|LOPATID';

/** Rows of every kind; EPIKEY ends in what becomes of the row: 1 to 4 are released. */
export const HES = [
  HES_HEADER,
  '500000000001|9990000018|2024-05-01|2024-05-01|2024-05-03|E110|I10X|1|041961|E01000001|L-0001',
  '500000000002|999 000 0034|2024-06-01|2024-06-01|2024-06-02|E119||2|121985|E01000002|L-0002',
  '500000000003|9990000042|1801-01-01|2024-07-01|2024-07-09|E101|-   |2|021990|E01000003|L-0003',
  '500000000004|9990000026|2024-08-01|2024-08-01|2024-08-02|E112|&   |2|121985|E01000002|L-0004',
  '500000000005|9990000050|2024-05-01|2024-05-01|2024-05-03|E110||2|071950|E01000001|L-0005',
  '500000000006||2024-05-01|2024-05-01|2024-05-03|E110||1|041961|E01000001|L-0006',
  '500000000007|9990000077|2024-05-01|2024-05-01|2024-05-03|E110||1|041961|E01000001|L-0007',
  '500000000008|9990000018|2023-05-01|2023-05-01|2023-05-03|E110||1|041961|E01000001|L-0001',
  '500000000009|9990000018|2024-05-01|2024-05-01|2024-05-03|J180||1|041961|E01000001|L-0001',
  '500000000010|9990000018|2024-05-01|2024-05-01|1801-01-01|E110||1|041961|E01000001|L-0001',
  '',
].join('\n');

export function agreementTree(fingerprint: string): Tree {
  return {
    reference: REFERENCE,
    title: 'Long-term outcomes of screening for type 2 diabetes',
    applicant: { name: 'University of Example', ods: 'Z9X01', type: 'Academic' },
    controllers: [{ name: 'University of Example', role: 'sole' }],
    processors: [],
    term: { start: '2025-01-01', end: '2027-12-31' },
    signatures: [
      { party: 'University of Example', name: 'A Signatory', role: 'Head of Contracts', on: '2024-12-20' },
      { party: 'NHS Digital', name: 'B Signatory', role: 'Director', on: '2024-12-22' },
    ],
    purpose: { objective: 'o', processing: 'p', outputs: 'q', benefits: 'b', commercial: false, sublicensing: false },
    security: [
      {
        organisation: 'University of Example',
        kind: 'DSPT',
        reference: 'EE0',
        outcome: 'Standards Met',
        valid_to: '2026-12-31',
      },
    ],
    approvals: [
      { body: 'IAO', dataset: 'hes_apc', outcome: 'approved', on: '2024-11-01' },
      { body: 'IGARD', outcome: 'recommended', on: '2024-11-14' },
      { body: 'CAG', reference: '20/CAG/0001', outcome: 'supported', review_by: '2027-01-01' },
    ],
    datasets: [
      {
        dataset: 'hes_apc',
        products: ['extract', 'linked'],
        identifiability: 'pseudonymised',
        sensitive: false,
        legal_basis: 'Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)',
        common_law_duty: 'section-251',
        frequency: 'quarterly',
        period: { from: '2019-04-01', to: '2026-03-31' },
        where: { DIAG_4_01: { starts_with: ['E10', 'E11'] } },
        fields: ['EPIKEY', 'ADMIDATE', 'EPISTART', 'DIAG_4_01', 'DIAG_4_02', 'SEX', 'MYDOB', 'LSOA11'],
        opt_outs: 'apply',
      },
      {
        dataset: 'pds',
        fields: [
          'gender',
          'gp_practice_code',
          { from: 'date_of_birth', as: 'year' },
          { from: 'postcode', as: 'outcode' },
        ],
      },
    ],
    recipient: { openpgp_fingerprint: fingerprint, key: 'keys/recipient.public.asc', destination: 'shelf' },
  };
}

export function pipelineTree(): Tree {
  return {
    pipeline: 'diabetes-apc',
    agreement: REFERENCE,
    products: [
      {
        name: 'apc',
        product: 'extract',
        dataset: 'hes_apc',
        period: { from: '2024-04-01', to: '2025-03-31' },
        where: { SEX: { in: ['1', '2'] } },
        fields: [
          'EPIKEY',
          'ADMIDATE',
          'DIAG_4_01',
          'SEX',
          'MYDOB',
          'pds.gender',
          'pds.gp_practice_code',
          { name: 'BIRTH_YEAR', from: 'pds.date_of_birth', as: 'year' },
          { name: 'OUTCODE', from: 'pds.postcode', as: 'outcode' },
        ],
        format: 'csv',
        compression: 'none',
      },
    ],
  };
}

export function workspaceTree(): Tree {
  return {
    custodian: { name: 'NHS Digital', ods: 'X26' },
    agreements: 'agreements',
    pipelines: 'pipelines',
    state: 'state',
    sources: {
      pds: { path: 'data/pds.csv' },
      opt_outs: { path: 'data/opt-outs.dat', as_at: TODAY },
      hes_apc: { path: 'data/hes_apc/*.csv', delimiter: '|' },
    },
    keys: {
      pseudonym: { file: 'keys/pseudonym.key' },
      signing: { file: 'keys/custodian.private.asc' },
      register: { file: 'keys/register.key' },
    },
    destinations: { shelf: { type: 'folder', path: 'out' } },
    limits: { memory: '1GB', threads: 2, temp: 'tmp' },
  };
}

export interface TestWorkspace extends Disposable {
  readonly root: string;
  write(path: string, content: string | Uint8Array): void;
  read(path: string): string;
  /** Changes a YAML file of the workspace. */
  change(path: string, change: (file: Tree) => void): void;
}

/** The destination `shelf` as OpenSSH on loopback; its key lies at `keys/sftp_ed25519`. */
export function sftpTree({ port, hostKey, username }: Pick<Sshd, 'port' | 'hostKey' | 'username'>): Tree {
  return {
    type: 'sftp',
    host: '127.0.0.1',
    port,
    username,
    private_key: { file: 'keys/sftp_ed25519' },
    host_key: hostKey,
    directory: '.',
  };
}

/** A whole workspace in a folder of its own, right in every way unless the parts say otherwise. */
export async function makeWorkspace(parts: WorkspaceParts = {}): Promise<TestWorkspace> {
  const custodian = parts.custodian ?? (await testKeys()).custodian;
  const recipient = parts.recipient ?? (await testKeys()).recipient;
  const root = mkdtempSync(join(tmpdir(), 'dars-test-'));
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const changed = (tree: Tree, change: ((file: Tree) => void) | undefined): string => {
    change?.(tree);
    return stringify(tree);
  };
  const workspace = workspaceTree();
  if (parts.sftp !== undefined) {
    workspace['destinations'] = { shelf: sftpTree(parts.sftp) };
    write('keys/sftp_ed25519', parts.sftp.privateKey);
  }
  write('dars.yaml', changed(workspace, parts.workspace));
  write('agreements/dsa.yaml', changed(agreementTree(recipient.fingerprint), parts.agreement));
  write('pipelines/diabetes-apc.yaml', changed(pipelineTree(), parts.pipeline));
  write('keys/pseudonym.key', `${MASTER_KEY}\n`);
  write('keys/custodian.private.asc', custodian.privateKey.reveal());
  write('keys/register.key', `${REGISTER_KEY}\n`);
  write('keys/recipient.public.asc', recipient.publicKey);
  write('data/pds.csv', PDS);
  write('data/hes_apc/hes_apc_2425.csv', HES);
  write('data/opt-outs.dat', '9990000050\n9990000069\n');
  for (const [path, content] of Object.entries(parts.files ?? {})) write(path, content);
  return {
    root,
    write,
    read,
    change: (path, change) => write(path, changed(parse(read(path)) as Tree, change)),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
