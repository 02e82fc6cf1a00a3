import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeWorkspace } from '../../tests/support/make-workspace.ts';
import { measure } from '../extract/measure.ts';
import { fillLedger } from './fill-ledger.ts';

/*
 * `npx tsx benchmarks/register/run.ts [--files 100000] [--dir DIR]`: a ledger of that many files, published twice and
 * verified by the command line, each in a process of its own. Prints a table in Markdown; see README.md beside this.
 */
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '100000' },
    dir: { type: 'string', default: join(tmpdir(), 'dars-benchmark-register') },
  },
});
const files = Number(values.files);
const here = fileURLToPath(new URL('../..', import.meta.url));
rmSync(values.dir, { recursive: true, force: true });
mkdirSync(values.dir, { recursive: true });

using workspace = await makeWorkspace();
const ledger = await fillLedger(join(workspace.root, 'state'), files);
console.log(
  `${files.toLocaleString('en-GB')} files of ${ledger.organisations} organisations under ${ledger.agreements.toLocaleString('en-GB')} agreement versions; ${ledger.entries.toLocaleString('en-GB')} entries, ${megabytes(statSync(join(workspace.root, 'state/ledger.jsonl')).size)} MB\n`,
);

const dars = (...args: string[]): string[] => [
  process.execPath,
  '--import',
  'tsx',
  join(here, 'src/cli/entry.ts'),
  '--workspace',
  workspace.root,
  'register',
  ...args,
];
const quarter = ['--quarter', ledger.lastQuarter];
const rows: string[][] = [];
const run = (name: string, command: readonly string[], folder?: string): void => {
  const { wall, cpu, peak } = measure(command, here);
  const size = folder === undefined ? '' : megabytes(sizeOf(folder));
  rows.push([name, wall.toFixed(1), cpu.toFixed(1), peak.toFixed(0), size]);
};
const [first, second] = [join(values.dir, 'first'), join(values.dir, 'second')];
run('publish', dars('publish', ...quarter, '--out', first), first);
run('publish again', dars('publish', ...quarter, '--out', second), second);
run('verify', dars('verify', first));
run('verify both, the second as a later one', dars('verify', first, second));

console.log('| command | wall s | CPU s | peak MB | MB written |\n|---|---:|---:|---:|---:|');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
const [a, b] = [digestOf(first), digestOf(second)];
console.log(`\n${a === b ? 'The same bytes both times' : 'OTHER BYTES THE SECOND TIME'}: sha256 ${a}`);
rmSync(values.dir, { recursive: true });
if (a !== b) process.exitCode = 1;

function paths(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}

function sizeOf(folder: string): number {
  return paths(folder).reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
}

function digestOf(folder: string): string {
  const hash = createHash('sha256');
  for (const path of paths(folder)) hash.update(`${path}\n`).update(readFileSync(join(folder, path)));
  return hash.digest('hex');
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
