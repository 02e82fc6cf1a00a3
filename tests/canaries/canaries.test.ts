import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKeyPair, type KeyPair } from '../../src/encrypt/generate-key-pair.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { filesUnder } from '../support/delivered.ts';
import {
  MASTER_KEY,
  makeWorkspace,
  type TestWorkspace,
  type Tree,
  type WorkspaceParts,
} from '../support/make-workspace.ts';
import { manyEpisodes } from '../support/many-episodes.ts';
import { openRecipient, type Recipient } from '../support/recipient.ts';
import { darsHere, type Ran, startDars } from '../support/run-dars.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import {
  CANARY_COHORT,
  CANARY_FILES,
  CANARY_HES,
  CANARY_PDS,
  type Canary,
  canaries,
  found,
  PASSPHRASE,
  RELEASED,
} from './canaries.ts';
import { look, watch } from './watch.ts';

let custodian: KeyPair;
let recipient: Recipient;
let sshd: Sshd;
let among: Canary[];
const folders: string[] = [];

beforeAll(async () => {
  const at = new Date('2026-01-01T00:00:00Z');
  const passphrase = new Secret(PASSPHRASE);
  custodian = await generateKeyPair({ name: 'Custodian', email: 'c@example.org', type: 'ecc', at, passphrase });
  recipient = await openRecipient(custodian);
  sshd = await startSshd();
  among = canaries({ 'signing key': custodian.privateKey.reveal(), 'SFTP key': sshd.privateKey });
  process.env['DARS_SIGNING_PASSPHRASE'] = PASSPHRASE;
});
afterAll(async () => {
  delete process.env['DARS_SIGNING_PASSPHRASE'];
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await sshd[Symbol.asyncDispose]();
  await recipient[Symbol.asyncDispose]();
});

/** A workspace with the canaries in it, which delivers to the server; its temporary files lie in it, too. */
function withCanaries(parts: WorkspaceParts = {}): Promise<TestWorkspace> {
  return makeWorkspace({
    ...parts,
    recipient,
    custodian,
    sftp: sshd,
    files: { ...CANARY_FILES, ...parts.files },
    workspace: (tree) => {
      Object.assign((tree['keys'] as Tree)['signing'] as Tree, { passphrase: { env: 'DARS_SIGNING_PASSPHRASE' } });
      parts.workspace?.(tree);
    },
  });
}

/** What a command wrote or left anywhere, but for the sources and keys it was given. */
function traces({ root }: TestWorkspace): string[] {
  return [...['state', 'tmp', 'out'].map((name) => join(root, name)), sshd.directory];
}

function expectNothing(workspace: TestWorkspace, ran: Ran): void {
  expect(found(Buffer.from(ran.stdout), among)).toEqual([]);
  expect(found(Buffer.from(ran.stderr), among)).toEqual([]);
  expect(found(Buffer.from(sshd.log()), among)).toEqual([]);
  expect([...look(traces(workspace), among).leaks]).toEqual([]);
}

const HES = 'data/hes_apc/hes_apc_2425.csv';
const product = (tree: Tree): Tree => (tree['products'] as Tree[])[0] ?? {};

/** The usual source with a change in a canary's row. */
function row(from: string, to: string): WorkspaceParts {
  return { files: { [HES]: CANARY_FILES[HES].replace(from, to) } };
}

/** Other settings somewhere in dars.yaml. */
function set(path: string, settings: Tree): WorkspaceParts {
  const at = (tree: Tree): Tree => path.split('.').reduce((inner, step) => inner[step] as Tree, tree);
  return { workspace: (tree) => Object.assign(at(tree), settings) };
}

const linked: WorkspaceParts = {
  pipeline: (tree) => {
    const { name, period, where, fields } = product(tree);
    tree['products'] = [
      { name, product: 'linked', format: 'parquet', datasets: [{ dataset: 'hes_apc', period, where, fields }] },
    ];
  },
};
const durations: WorkspaceParts = {
  ...row('LOPATID', 'EPIDUR'),
  agreement: (tree) => (tree['datasets'] as { fields: string[] }[])[0]?.fields.push('EPIDUR'),
  pipeline: (tree) => (product(tree)['fields'] as string[]).push('EPIDUR'),
};

const COHORT = 'cohort/NIC-147750_participants.csv';

/** A product of the canaries as participants of a study, which may hold what `identifiers` says. */
function study(asked: Tree, cohort = CANARY_COHORT): WorkspaceParts {
  const identifiers = ['nhs_number', 'family_name', 'given_name', 'gender', 'date_of_birth', 'postcode'];
  return {
    files: { [COHORT]: cohort, 'out/README': 'what the recipient gets' },
    agreement: (tree) => {
      tree['cohort'] = { identifiers };
      const [apc, pds] = tree['datasets'] as Tree[];
      const products = ['bespoke-linkage', 'tracking'];
      Object.assign(apc ?? {}, { products, identifiability: 'identifiable' });
      Object.assign(pds ?? {}, {
        ...apc,
        dataset: 'pds',
        period: undefined,
        where: undefined,
        fields: ['death_status', 'gp_practice_code'],
      });
      (tree['approvals'] as Tree[]).push({ body: 'IAO', dataset: 'pds', outcome: 'approved', on: '2024-11-01' });
    },
    pipeline: (tree) => {
      tree['products'] = [{ name: 'study', cohort: COHORT, ...asked }];
    },
  };
}
const joined = { product: 'bespoke-linkage', datasets: [{ dataset: 'hes_apc', fields: ['EPIKEY', 'DIAG_4_01'] }] };
const followed = {
  product: 'tracking',
  reports: [
    { report: 'event-notification', fields: ['death_status', 'gp_practice_code'] },
    { report: 'list-cleaning', fields: ['gp_practice_code'] },
  ],
};
const tables: WorkspaceParts = {
  agreement: (tree) =>
    Object.assign((tree['datasets'] as Tree[])[0] ?? {}, { products: ['tabulation'], identifiability: 'aggregated' }),
  pipeline: (tree) => {
    tree['products'] = [
      {
        ...{ name: 'tables', product: 'tabulation', dataset: 'hes_apc', formats: ['csv', 'xlsx', 'html'] },
        dimensions: [{ name: 'sex', from: 'SEX' }],
        tables: [{ name: 'by-sex', by: ['sex'] }],
      },
    ];
  },
};

const RUN = ['run', 'diabetes-apc'];
const TRACE = [
  ...['trace', `ROOT/${COHORT}`, '--out', 'ROOT/out/match.csv'],
  ...['--report', 'ROOT/out/quality.html', '--validation', 'ROOT/out/rows.csv'],
];
const CASES: readonly { what: string; exit: number; args: readonly string[]; parts: WorkspaceParts }[] = [
  { what: 'a release', exit: 0, args: RUN, parts: {} },
  { what: 'a release of linked data in Parquet', exit: 0, args: ['--json', ...RUN], parts: linked },
  { what: 'a cohort that is traced and joined', exit: 0, args: RUN, parts: study(joined) },
  { what: 'a study that is followed', exit: 0, args: RUN, parts: study(followed) },
  { what: 'tables', exit: 0, args: RUN, parts: tables },
  { what: 'a trace by hand', exit: 0, args: TRACE, parts: study(joined) },
  {
    what: 'a cohort with values where others belong',
    exit: 11,
    args: RUN,
    parts: study(followed, CANARY_COHORT.replaceAll(',add,', ',QUETZALSMYTHE,')),
  },
  {
    what: 'a cohort whose header is a row of somebody’s',
    exit: 11,
    args: ['--json', ...RUN],
    parts: study(joined, CANARY_COHORT.split('\n').slice(1).join('\n')),
  },
  ...[
    { what: 'a cohort with an open quote', args: RUN },
    { what: 'a trace by hand of a cohort with an open quote', args: TRACE },
    {
      what: 'a link of files with an open quote',
      args: ['--json', 'link', `ROOT/${COHORT}`, '--dedupe', '--out', 'ROOT/out/l.csv'],
    },
  ].map((each) => ({ ...each, exit: 11, parts: study(joined, CANARY_COHORT.replace(',add,', ',"add,')) })),
  ...[
    { what: 'a link of a file without a header', exit: 11, rows: CANARY_COHORT.split('\n').slice(1).join('\n') },
    { what: 'a link of names without a header', exit: 2, rows: 'QUETZALSMYTHE,XIOMARABELLE\n' },
    { what: 'a link by a column of names without a header', exit: 2, rows: 'QUETZALSMYTHE,XIOMARABELLE\n', id: 'ref' },
    { what: 'a link of names without a header, two alike', exit: 11, rows: 'QUETZALSMYTHE,QUETZALSMYTHE\n' },
  ].map(({ what, exit, rows, id }) => ({
    what,
    exit,
    args: [
      ...['--json', 'link', `ROOT/${COHORT}`, '--dedupe', '--out', 'ROOT/out/l.csv'],
      ...(id === undefined ? [] : ['--a-id', id]),
    ],
    parts: study(joined, rows),
  })),
  { what: 'a plan with its SQL', exit: 0, args: ['plan', 'diabetes-apc', '--sql'], parts: {} },
  { what: 'a plan with its SQL as JSON', exit: 0, args: ['--json', 'plan', 'diabetes-apc', '--sql'], parts: {} },
  { what: 'a date that is no date', exit: 11, args: RUN, parts: row('2024-05-03', 'QUETZALSMYTHE') },
  { what: 'a number that is no number', exit: 11, args: ['--json', ...RUN], parts: durations },
  { what: 'a row that lacks a value', exit: 11, args: RUN, parts: row('|E110|I10X|2|071931', '|I10X|2|071931') },
  { what: 'a row with an open quote', exit: 11, args: RUN, parts: row('|LOPCANARY7Q', '|"LOPCANARY7Q') },
  {
    what: 'a row twice in PDS',
    exit: 11,
    args: RUN,
    parts: { files: { 'data/pds.csv': `${CANARY_FILES['data/pds.csv']}${CANARY_PDS[0]}\n` } },
  },
  { what: 'a value in the header', exit: 11, args: RUN, parts: row('LSOA11|LOPATID', 'QUETZALSMYTHE|quetzalsmythe') },
  {
    what: 'a name in the opt-out list',
    exit: 12,
    args: RUN,
    parts: { files: { 'data/opt-outs.dat': '9997776663\nQUETZALSMYTHE\n' } },
  },
  {
    what: 'an old opt-out list',
    exit: 12,
    args: ['check', 'diabetes-apc'],
    parts: set('sources.opt_outs', { as_at: '2026-01-01' }),
  },
  { what: 'an NHS number in a column that goes out', exit: 13, args: RUN, parts: row('599999999902', '9998887774') },
  {
    what: 'a name in a column that goes out',
    exit: 13,
    args: ['--json', ...RUN],
    parts: row('599999999902', 'QUETZALSMYTHE'),
  },
  { what: 'a postcode in a column that goes out', exit: 13, args: RUN, parts: row('599999999902', 'ZE3 9QX') },
  {
    what: 'a master key that is cut short',
    exit: 10,
    args: RUN,
    parts: { files: { 'keys/pseudonym.key': MASTER_KEY.slice(0, 62) } },
  },
  {
    what: 'a passphrase that does not fit',
    exit: 14,
    args: RUN,
    parts: set('keys.signing', { passphrase: { command: ['echo', 'another'] } }),
  },
  { what: 'a server that is not there', exit: 15, args: RUN, parts: set('destinations.shelf', { port: 1 }) },
  {
    what: 'a server with another key',
    exit: 15,
    args: ['--json', ...RUN],
    parts: set('destinations.shelf', { host_key: `SHA256:${'A'.repeat(43)}` }),
  },
  {
    what: 'an SFTP key that is none',
    exit: 15,
    args: RUN,
    parts: set('destinations.shelf', { private_key: { env: 'DARS_SIGNING_PASSPHRASE' } }),
  },
];

it('the search finds what is there to be found', async () => {
  using workspace = await withCanaries();
  const inputs = [...look([join(workspace.root, 'data'), join(workspace.root, 'keys')], among).leaks].join();
  for (const name of ['number', 'old number', 'opted-out number', 'date of birth', 'name', 'postcode', 'address']) {
    expect(inputs).toContain(`pds.csv: ${name}`.replace('pds.csv: opted-out', 'opt-outs.dat: opted-out'));
  }
  for (const name of ['local patient id', 'master key', 'signing key', 'SFTP key'])
    expect(inputs).toContain(`: ${name}`);
  const spelled = `x${Buffer.from(`ab ${PASSPHRASE}`).toString('base64')} ${Buffer.from('9998887774', 'utf16le')}`;
  expect(found(Buffer.from(spelled), among)).toEqual(['number, in UTF-16', 'passphrase, in Base64']);
});

describe('no value of a canary is anywhere but inside the ciphertext', () => {
  it.each(CASES)('$what', async ({ args, parts, exit }) => {
    using workspace = await withCanaries(parts);
    const ran = await darsHere(
      workspace.root,
      args.map((each) => each.replace('ROOT', workspace.root)),
    );
    expect(ran.stderr).not.toContain('a bug in dars');
    expect(ran.status, ran.stderr).toBe(exit);
    expectNothing(workspace, ran);
  });

  it.each(['pseudonym', 'signing'])('a secret that stands where the path to it belongs: keys.%s', async (key) => {
    using workspace = await withCanaries();
    const secret = key === 'pseudonym' ? MASTER_KEY : custodian.privateKey.reveal();
    for (const settings of [{ file: secret }, { env: secret }, { command: [secret] }, secret]) {
      workspace.change('dars.yaml', (tree) => {
        (tree['keys'] as Tree)[key] = settings;
      });
      const ran = await darsHere(workspace.root, RUN);
      expect(ran.status).toBe(10);
      expect(found(Buffer.from(ran.stdout + ran.stderr), among)).toEqual([]);
    }
  });

  it('and inside the ciphertext is what was granted, and nothing of those who opted out', async () => {
    using workspace = await withCanaries();
    const before = filesUnder(sshd.directory);
    expect((await darsHere(workspace.root, ['run', 'diabetes-apc'])).status).toBe(0);
    const file = filesUnder(sshd.directory).find((path) => path.endsWith('.gpg') && !before.includes(path)) ?? '';
    const plaintext = await recipient.open(join(sshd.directory, file));
    expect(plaintext.toString()).toContain(RELEASED);
    expect(found(plaintext, among)).toEqual([]);
  });
});

describe('while a process works on a source of some size', () => {
  const { pds, hes } = manyEpisodes(500, 100);
  const large = {
    files: {
      'data/pds.csv': `${pds}${CANARY_PDS.join('\n')}\n`,
      'data/hes_apc/hes_apc_2425.csv': `${hes}${CANARY_HES.join('\n')}\n`,
    },
  };

  /** A temporary folder of the process's own; only the cache of what was compiled lies elsewhere. */
  function ownTemp(): string {
    const folder = mkdtempSync(join(tmpdir(), 'dars-canary-'));
    folders.push(folder);
    const cache = `tsx-${process.getuid?.() ?? ''}`;
    mkdirSync(join(tmpdir(), cache), { recursive: true });
    symlinkSync(join(tmpdir(), cache), join(folder, cache));
    return folder;
  }

  it('no plaintext is in a temporary file, in the state folder, in the outbox or at the server', async () => {
    using workspace = await withCanaries(large);
    const temp = ownTemp();
    const { process: child, ended } = startDars(workspace.root, ['--json', 'run', 'diabetes-apc'], { TMPDIR: temp });
    const seen = await watch(child, ended, [...traces(workspace), temp], among);
    const ran = await ended;
    expect(ran.status).toBe(0);
    expectNothing(workspace, ran);
    expect([...seen.leaks]).toEqual([]);
    // It was watched at work: ciphertext in the outbox, and a pipe.
    expect([...seen.paths].some((path) => path.endsWith('/0.sealing'))).toBe(true);
    expect([...seen.paths].some((path) => /dars-pipe-[^/]+\/output$/.test(path))).toBe(true);
    // What it had open for writing is the state folder's, and nobody else's.
    const elsewhere = [...seen.written].filter((path) => !path.startsWith(join(workspace.root, 'state/')));
    expect(elsewhere.filter((path) => !path.includes('/tsx-'))).toEqual([]);
  }, 120_000);

  const many = CANARY_COHORT.concat(
    ...Array.from({ length: 500 }, (_, n) => `STUDY-M${n},add,${1_000_000_000 + n * 7},,,,,1970-01-01,,,,,,,,\n`),
  );
  it.each([
    ['a cohort that is traced and joined', study(joined, many)],
    ['a study that is followed', study(followed, many)],
    ['tables', tables],
  ])(
    'nor while it works on %s',
    async (_, parts) => {
      using workspace = await withCanaries({ ...parts, files: { ...large.files, ...parts.files } });
      const temp = ownTemp();
      const { process: child, ended } = startDars(workspace.root, RUN, { TMPDIR: temp });
      const seen = await watch(child, ended, [...traces(workspace), temp], among);
      const ran = await ended;
      expect(ran.status, ran.stderr).toBe(0);
      expectNothing(workspace, ran);
      expect([...seen.leaks]).toEqual([]);
      const elsewhere = [...seen.written].filter((path) => !path.startsWith(join(workspace.root, 'state/')));
      expect(elsewhere.filter((path) => !path.includes('/tsx-'))).toEqual([]);
    },
    120_000,
  );

  it('a process that is killed leaves none either', async () => {
    using workspace = await withCanaries(large);
    const temp = ownTemp();
    const { process: child, ended } = startDars(workspace.root, ['run', 'diabetes-apc'], { TMPDIR: temp });
    const seen = await watch(child, ended, [...traces(workspace), temp], among, ({ paths }) => {
      const sealing = [...paths].find((path) => path.endsWith('/0.sealing'));
      if (sealing !== undefined && (statSync(sealing, { throwIfNoEntry: false })?.size ?? 0) > 0) child.kill('SIGKILL');
    });
    expect((await ended).status).toBeNull();
    expectNothing(workspace, await ended);
    expect([...seen.leaks]).toEqual([]);
  }, 120_000);

  it('an error that nobody foresaw says where it happened and not what it held', async () => {
    using workspace = await withCanaries(large);
    const crash = fileURLToPath(new URL('./crash.mjs', import.meta.url));
    const env = { NODE_OPTIONS: `--import=${crash}`, DARS_TEST_CRASH: 'no such person: QUETZALSMYTHE 9998887774' };
    const { ended } = startDars(workspace.root, ['run', 'diabetes-apc'], env);
    const ran = await ended;
    expect(ran.status).toBe(70);
    expect(ran.stderr).toContain('a bug in dars: Error');
    expect(ran.stderr).toContain('crash.mjs');
    expectNothing(workspace, ran);
  }, 120_000);
});
