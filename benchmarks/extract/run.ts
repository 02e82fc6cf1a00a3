import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { CalendarDate } from '../../src/kernel/calendar-date.ts';
import { synthesise } from '../../src/synth/synthesise.ts';
import { TODAY, testKeys } from '../../tests/support/make-workspace.ts';
import { type Sshd, startSshd } from '../../tests/support/sshd.ts';
import { type Cost, measure } from './measure.ts';
import { benchmarkWorkspace } from './workspace.ts';

/*
 * `npx tsx benchmarks/extract/run.ts [--people 1000000] [--memory 4GB] [--dir DIR]`: in one run, on the same synthetic
 * data, a release by dars against (a) hand-written SQL to plain files and (b) the shell pipeline of a data engineer.
 * Prints a table in Markdown. See README.md beside this file for what was measured.
 */
const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '1000000' },
    memory: { type: 'string', default: '4GB' },
    dir: { type: 'string', default: join(tmpdir(), 'dars-benchmark') },
  },
});
const people = Number(values.people);
const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const data = join(values.dir, `data-${people}`);
const work = join(values.dir, 'work');

if (!existsSync(join(data, 'hes_apc'))) {
  await synthesise({
    directory: data,
    people,
    seed: 1,
    asAt: TODAY as CalendarDate,
    datasets: ['pds', 'opt_outs', 'hes_apc'],
    rows: { hes_apc: 2 * people },
  });
}
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });

const rows: string[][] = [];
const table = (name: string, cost: Cost, bytes: number, note = ''): void => {
  rows.push([name, cost.wall.toFixed(1), cost.cpu.toFixed(1), cost.peak.toFixed(0), (bytes / 1e6).toFixed(0), note]);
};
const tsx = (script: string, ...args: string[]): string[] => [
  process.execPath,
  '--import',
  'tsx',
  join(here, script),
  ...args,
];

await using sshd: Sshd = await startSshd();
const gnupg = await shellKeys();

for (const format of ['parquet', 'csv'] as const) {
  const plain = join(work, `plain.${format}`);
  const byHand = measure(tsx('by-hand.ts', data, plain, format, '12GB'), root);
  table(`(a) SQL by hand, plain ${format}`, byHand, statSync(plain).size);
  await benchmarkWorkspace(
    { root: join(work, 'engine'), data, format, compression: 'none', memory: values.memory },
    sshd,
  );
  const engine = measure(tsx('engine-only.ts', join(work, 'engine'), plain), root);
  const stages = JSON.parse(engine.stdout) as Record<string, number>;
  const extract = (stages['make'] ?? 0) + (stages['write'] ?? 0);
  const parts = Object.entries(stages).map(
    ([stage, value]) => `${stage} ${stage === 'rows' ? value : value.toFixed(1)}`,
  );
  table(
    `dars, engine alone, plain ${format}`,
    engine,
    statSync(plain).size,
    `${parts.join(', ')}; extract ${extract.toFixed(1)} s = ${(extract / byHand.wall).toFixed(2)} × (a)`,
  );
  rmSync(plain);
}

for (const [format, compression] of [
  ['csv', 'gzip'],
  ['csv', 'zstd'],
  ['parquet', 'none'],
] as const) {
  const folder = join(work, `dars-${format}-${compression}`);
  await benchmarkWorkspace({ root: folder, data, format, compression, memory: values.memory }, sshd);
  const cost = measure(
    [
      process.execPath,
      join(root, 'bin/dars.js'),
      'run',
      'diabetes-apc',
      '--workspace',
      folder,
      '--as-of',
      TODAY,
      '--json',
    ],
    root,
  );
  const { files } = JSON.parse(cost.stdout) as { files: { bytes: number }[] };
  table(`dars run, ${format} ${compression}`, cost, files[0]?.bytes ?? 0, stagesOf(cost.stderr));
  clearInbox();
}

for (const tuned of [false, true]) {
  const script = join(work, 'release.sh');
  const extract = tsx('by-hand.ts', data, '/dev/stdout', 'csv', '12GB')
    .map((part) => `'${part}'`)
    .join(' ');
  const gpg = `gpg --homedir '${gnupg.home}' --batch --yes --trust-model always ${tuned ? '--compress-algo none ' : ''}--sign --encrypt --recipient '${gnupg.recipient}' --local-user '${gnupg.custodian}'`;
  const sftp = `sftp -q -b - -P ${sshd.port} -i '${sshd.privateKeyFile}' -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null ${sshd.username}@127.0.0.1`;
  writeFileSync(
    script,
    `set -e\ncd '${root}'\n${extract} | ${tuned ? 'zstd -1 -q | ' : ''}${gpg} > '${work}/out.gpg'\necho "put ${work}/out.gpg" | ${sftp}\n`,
  );
  const cost = measure(['bash', script], root);
  table(
    `(b) DuckDB | gpg, then sftp; ${tuned ? 'tuned' : 'usual'}`,
    cost,
    statSync(join(work, 'out.gpg')).size,
    tuned ? 'zstd, no OpenPGP compression' : 'gpg’s defaults',
  );
  clearInbox();
}

const head = ['', 'wall s', 'CPU s', 'peak MB', 'bytes out, MB', ''];
const text = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
process.stdout.write(
  `${people.toLocaleString('en-GB')} people, ${(2 * people).toLocaleString('en-GB')} episodes, limits.memory ${values.memory}\n\n${text}\n`,
);
rmSync(work, { recursive: true, force: true });
execFileSync('gpgconf', ['--homedir', gnupg.home, '--kill', 'all']);
rmSync(gnupg.home, { recursive: true, force: true });

/** Seconds between the steps that dars reported. */
function stagesOf(events: string): string {
  const steps = events.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const event = JSON.parse(line) as { kind: string; step?: string; time?: string };
    const marks = ['make', 'check', 'write'];
    return event.time !== undefined &&
      (event.kind === 'step' || (event.kind === 'progress' && marks.includes(event.step ?? '')))
      ? [{ step: event.step ?? '', at: Date.parse(event.time) }]
      : [];
  });
  const sums = new Map<string, number>();
  steps.forEach(({ step, at }, index) => {
    sums.set(step, (sums.get(step) ?? 0) + ((steps[index + 1]?.at ?? at) - at) / 1000);
  });
  return [...sums]
    .filter(([, value]) => value >= 0.05)
    .map(([step, value]) => `${step} ${value.toFixed(1)}`)
    .join(', ');
}

function clearInbox(): void {
  for (const name of readdirSync(sshd.directory)) rmSync(join(sshd.directory, name), { recursive: true, force: true });
}

/** The recipient's key is one that GnuPG made, as most are: its preferences have gpg compress, unless told otherwise. */
async function shellKeys(): Promise<{ home: string; recipient: string; custodian: string }> {
  const { custodian } = await testKeys();
  const home = join(tmpdir(), `dars-bench-gpg-${process.pid}`);
  mkdirSync(home, { mode: 0o700 });
  const gpg = (args: readonly string[], input?: string): void => {
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], {
      input,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  };
  gpg(['--import'], custodian.privateKey.reveal());
  const recipient = 'recipient@example.org';
  gpg(['--passphrase', '', '--quick-generate-key', recipient, 'future-default', 'default', 'never']);
  return { home, recipient, custodian: custodian.fingerprint };
}
