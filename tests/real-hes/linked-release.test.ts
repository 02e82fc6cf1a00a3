import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeArtificialHesWorld } from '../../fixtures/artificial-hes/make.ts';
import { type Gnupg, openGnupg } from '../support/gnupg.ts';
import { makeWorkspace, REFERENCE, type TestWorkspace, testKeys } from '../support/make-workspace.ts';
import { dars } from '../support/run-dars.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { independentCount } from './independent-count.ts';

const DATASETS = {
  hes_apc: { key: 'EPIKEY', date: 'EPIEND', period: { from: '2001-04-01', to: '2002-03-31' }, columns: 193 },
  hes_op: { key: 'ATTENDKEY', date: 'APPTDATE', period: { from: '2003-04-01', to: '2004-03-31' }, columns: 157 },
  hes_ae: { key: 'AEKEY', date: 'ARRIVALDATE', period: { from: '2007-04-01', to: '2008-03-31' }, columns: 165 },
} as const;
type Name = keyof typeof DATASETS;
const NAMES = Object.keys(DATASETS) as Name[];

let world: ReturnType<typeof makeArtificialHesWorld>;
let workspace: TestWorkspace;
let real: string;
let sshd: Sshd;
let gpg: Gnupg;
let headers: Record<Name, string[]>;

/**
 * The artificial HES files with all their columns, people mapped to the imaging example's, as one linked release to
 * OpenSSH, with GnuPG as the recipient.
 */
beforeAll(async () => {
  sshd = await startSshd();
  gpg = await openGnupg();
  const at = new Date('2026-01-01T00:00:00Z');
  const fingerprint = await gpg.generate({ name: 'Recipient', signing: 'rsa2048', encrypting: 'rsa2048', at });
  const key = await gpg.exportPublic(fingerprint);
  real = mkdtempSync(join(tmpdir(), 'dars-real-'));
  world = makeArtificialHesWorld(real, 7);
  headers = Object.fromEntries(
    NAMES.map((name) => [name, headerOf(world[name]).filter((column) => column !== 'NEWNHSNO')]),
  ) as typeof headers;
  workspace = await makeWorkspace({
    workspace: (file) => {
      file['sources'] = {
        pds: { path: world.pds },
        opt_outs: { path: world.opt_outs, as_at: '2026-11-20' },
        ...Object.fromEntries(NAMES.map((name) => [name, { path: world[name] }])),
      };
      file['destinations'] = {
        shelf: {
          type: 'sftp',
          host: '127.0.0.1',
          port: sshd.port,
          username: sshd.username,
          private_key: { file: 'keys/sftp_ed25519' },
          host_key: sshd.hostKey,
          directory: '.',
        },
      };
    },
    agreement: (file) => {
      const [apc] = file['datasets'] as Record<string, unknown>[];
      const { where: _, ...terms } = apc ?? {};
      file['approvals'] = [
        ...NAMES.map((dataset) => ({ body: 'IAO', dataset, outcome: 'approved', on: '2024-11-01' })),
        { body: 'IGARD', outcome: 'recommended', on: '2024-11-14' },
        { body: 'CAG', reference: '20/CAG/0001', outcome: 'supported', review_by: '2027-01-01' },
      ];
      file['datasets'] = [
        ...NAMES.map((dataset) => ({
          ...terms,
          dataset,
          sensitive: true,
          period: DATASETS[dataset].period,
          fields: headers[dataset],
        })),
        { dataset: 'pds', fields: ['gender', { from: 'date_of_birth', as: 'year' }] },
      ];
      file['recipient'] = { openpgp_fingerprint: fingerprint, key: 'keys/recipient.public.asc', destination: 'shelf' };
    },
    pipeline: (file) => {
      file['pipeline'] = 'journeys';
      file['products'] = [
        {
          name: 'journeys',
          product: 'linked',
          datasets: NAMES.map((dataset) => ({ dataset, fields: [...headers[dataset], 'pds.gender'] })),
        },
      ];
    },
    files: { 'keys/sftp_ed25519': sshd.privateKey, 'keys/recipient.public.asc': key },
  });
  const ran = await dars(workspace.root, ['run', 'pipelines/diabetes-apc.yaml', '--json']);
  expect(ran.stderr).not.toMatch(/"kind":"fault"/);
  expect(ran.status).toBe(0);
  await gpg.import((await testKeys()).custodian.publicKey);
}, 180_000);

afterAll(async () => {
  workspace[Symbol.dispose]();
  rmSync(real, { recursive: true, force: true });
  await gpg[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

interface Manifest {
  readonly agreement: string;
  readonly files: readonly {
    readonly name: string;
    readonly dataset: string;
    readonly rows: number;
    readonly columns: readonly string[];
    readonly waterfall: readonly { step: string; rows: number | '*' }[];
  }[];
}

function delivered(): { folder: string; manifest: Manifest } {
  const [release = ''] = readdirSync(sshd.directory);
  const folder = join(sshd.directory, release);
  return { folder, manifest: JSON.parse(readFileSync(join(folder, 'MANIFEST.json'), 'utf8')) as Manifest };
}

describe.each(NAMES)('the artificial %s file, with every column', (name) => {
  const { key, date, period, columns } = DATASETS[name];

  test('arrives as an independent count says', async () => {
    const expected = independentCount({
      rows: world[name],
      pds: world.pds,
      optOuts: world.opt_outs,
      key,
      date,
      ...period,
    });
    const { folder, manifest } = delivered();
    const file = manifest.files.find(({ dataset }) => dataset === name);
    const { plaintext, status } = await gpg.decrypt(createReadStream(join(folder, file?.name ?? '')));
    expect(status.join('\n')).toMatch(/^GOODSIG /m);
    const rows = parse(gunzipSync(plaintext), { columns: true, delimiter: '|' }) as Record<string, string>[];

    expect(manifest.agreement).toBe(REFERENCE);
    expect(rows.length).toBe(expected.released);
    expect(file?.rows).toBe(expected.released);
    expect(new Set(rows.map((row) => row[key]))).toEqual(expected.keys);
    expect(new Set(rows.map((row) => row['TOKEN_PERSON_ID'])).size).toBe(expected.people);
    expect(expected.unresolved).toBeGreaterThan(0);
    expect(expected['opted out']).toBeGreaterThan(0);
    for (const { step, rows: counted } of file?.waterfall ?? []) {
      if (counted !== '*' && step in expected) expect([step, counted]).toEqual([step, expected[step as 'in']]);
    }
  });

  test('keeps each value of a column that names nobody as it was', async () => {
    const { folder, manifest } = delivered();
    const file = manifest.files.find(({ dataset }) => dataset === name);
    const { plaintext } = await gpg.decrypt(createReadStream(join(folder, file?.name ?? '')));
    const [header = '', ...lines] = gunzipSync(plaintext).toString('utf8').split('\n');
    expect(header.split('|')).toEqual(['TOKEN_PERSON_ID', ...headers[name], 'PDS_GENDER']);
    expect(headers[name]).toHaveLength(columns);
    expect(lines.length).toBeGreaterThan(100);

    const source = new Map(
      (parse(readFileSync(world[name]), { columns: true }) as Record<string, string>[]).map((row) => [row[key], row]),
    );
    const rows = parse(gunzipSync(plaintext), { columns: true, delimiter: '|' }) as Record<string, string>[];
    const plain = headers[name].filter((column) => column !== 'PSEUDO_HESID' && column !== 'GPPRAC');
    for (const row of rows) {
      const before = source.get(row[key] ?? '');
      for (const column of plain) {
        if (/^[0-9A-F]{32}$/.test(row[column] ?? '')) continue;
        if (row[column] === '' && before?.[column] !== '') continue;
        expect([column, row[column]]).toEqual([column, before?.[column]]);
      }
    }
  });
});

function headerOf(path: string): string[] {
  return (readFileSync(path, 'utf8').split('\n', 1)[0] ?? '').trim().split(',');
}
