import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure } from '../extract/measure.ts';
import { evaluate, type Score } from './evaluate.ts';
import { makeSets } from './made-sets.ts';
import { publicSets } from './sets.ts';

/*
 * `npx tsx benchmarks/linkage/run.ts [--only NAME] [--people 40000] [--dir DIR]`: links each set by the command line, in
 * a process of its own, and scores the links against the truth. Public sets are those of the folder `linkage` in
 * DARS_SHARED_DATA. Prints a table in Markdown; see README.md beside this.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    people: { type: 'string', default: '40000' },
    dir: { type: 'string', default: join(tmpdir(), 'dars-benchmark-linkage') },
  },
});
const here = fileURLToPath(new URL('../..', import.meta.url));
const dars = (...args: string[]): string[] => [process.execPath, '--import', 'tsx', 'src/cli/entry.ts', ...args];
rmSync(values.dir, { recursive: true, force: true });
mkdirSync(values.dir, { recursive: true });

measure(dars('synth', '--people', values.people, '--datasets', 'pds', '--out', values.dir), here);
const made = await makeSets(join(values.dir, 'pds.parquet'), values.dir);
const shared = process.env['DARS_SHARED_DATA'];
if (shared === undefined) console.log('The public sets are skipped: DARS_SHARED_DATA names no folder of them.\n');
const sets = [...(shared === undefined ? [] : publicSets(join(shared, 'linkage'))), ...made];

console.log(
  '| set | rows | true pairs | precision | recall | **F1** | best F1 | at | thought P | thought R | published F1 | wall s | CPU s | peak MB | same bytes |',
);
console.log('|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|---|');
for (const { name, truth, options, published } of sets) {
  if (values.only !== undefined && !name.startsWith(values.only)) continue;
  const missing = [truth.a, ...(truth.b === undefined ? [] : [truth.b])].find((file) => !existsSync(file));
  if (missing !== undefined) {
    console.log(`| ${name} | skipped: there is no ${missing} |`);
    continue;
  }
  const files = [truth.a, ...(truth.b === undefined ? [] : [truth.b])];
  const [links, all, report] = ['links.csv', 'all.csv', 'report.json'].map((file) => join(values.dir, file)) as [
    string,
    string,
    string,
  ];
  const cost = measure(dars('link', ...files, ...options, '--out', links), here);
  measure(dars('link', ...files, ...options, '--all', '0.0001', '--out', all, '--report', report), here);
  const { fixed, best } = await evaluate(truth, links, all);
  const bytes = digestOf(links);
  measure(dars('link', ...files, ...options, '--threads', '1', '--out', links), here);
  const rows = [...cost.stderr.matchAll(/, ([\d,]+) rows?:/g)].map(([, count]) => count).join(' × ');
  const cells = [
    ...[name, rows, fixed.truePairs.toLocaleString('en-GB')],
    ...[
      share(fixed.precision),
      share(fixed.recall),
      `**${share(fixed.f1)}**`,
      share(best.f1),
      weight(best),
      ...thought(report),
    ],
    ...[published, cost.wall.toFixed(1), cost.cpu.toFixed(1), cost.peak.toFixed(0)],
    digestOf(links) === bytes ? 'yes' : '**no**',
  ];
  console.log(`| ${cells.join(' | ')} |`);
  if (digestOf(links) !== bytes) process.exitCode = 1;
}
rmSync(values.dir, { recursive: true });

function share(value: number): string {
  return value.toFixed(4);
}

function weight({ from }: Score & { readonly from: number }): string {
  return from.toFixed(1);
}

/** Precision and recall as `dars link` thinks without the truth. */
function thought(report: string): string[] {
  const { estimates } = JSON.parse(readFileSync(report, 'utf8')) as {
    estimates: Record<'precision' | 'recall', { value: number }>;
  };
  return [share(estimates.precision.value), share(estimates.recall.value)];
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
