import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import type { CalendarDate } from '../../src/kernel/calendar-date.ts';
import { synthesise } from '../../src/synth/synthesise.ts';
import {
  agreementTree,
  MASTER_KEY,
  pipelineTree,
  TODAY,
  type Tree,
  testKeys,
  workspaceTree,
} from '../../tests/support/make-workspace.ts';
import { measure } from '../extract/measure.ts';

/*
 * `npx tsx benchmarks/risk/run.ts [--people 1000000] [--memory 4GB] [--dir DIR]`: what it takes to measure how easily
 * people could be found in a year of episodes, among all episodes that there are, and to find a recoding that is enough.
 * Prints a table in Markdown. See README.md beside this file for what was measured.
 */
const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '1000000' },
    memory: { type: 'string', default: '4GB' },
    dir: { type: 'string', default: join(tmpdir(), 'dars-benchmark-risk') },
  },
});
const people = Number(values.people);
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

const FIELDS = [
  'EPIKEY',
  'ADMIDATE',
  'PROCODE3',
  'SEX',
  'MYDOB',
  'LSOA11',
  'ETHNOS',
  { from: 'DIAG_4_01', as: '3_characters' },
];

await writeWorkspace({ k: 5, quasi_identifiers: ['SEX', 'MYDOB', 'LSOA11', 'ETHNOS'], sensitive: ['DIAG_4_01'] });
const plain = measured('measured');
await writeWorkspace({
  k: 5,
  quasi_identifiers: ['SEX', 'MYDOB', 'LSOA11', 'ETHNOS'],
  sensitive: ['DIAG_4_01'],
  at_most: { small_classes: 0.05 },
});
const proposed = measured('measured, and recodings looked for');

const { classes, trajectories } = plain.report;
console.log(
  `${people.toLocaleString('en-GB')} people, ${(2 * people).toLocaleString('en-GB')} episodes; ${classes.people.toLocaleString('en-GB')} people in the output, ${classes.population.toLocaleString('en-GB')} in the source`,
);
console.log(
  `alone ${share(classes.uniques)} in the output, ${share(classes.populationUniques)} in the source; marketer ${classes.marketer.toFixed(3)}`,
);
console.log(
  `singled out by known events: ${trajectories.map(({ known, people: n, uniques }) => `${known}: ${n === 0 ? '–' : `${((100 * uniques) / n).toFixed(1)}%`}`).join(', ')}`,
);
console.log(
  `proposed: ${proposed.report.proposals.map(({ changes, loss }) => `${changes.map(({ column, to }) => `${column} ${to}`).join(', ')} (${(100 * loss).toFixed(0)}%)`).join('; ') || 'nothing'}`,
);
console.log(`\n| | wall s | CPU s | peak MB |\n|---|---|---|---|`);
for (const { name, cost } of [plain, proposed])
  console.log(`| ${name} | ${cost.wall.toFixed(1)} | ${cost.cpu.toFixed(1)} | ${cost.peak.toFixed(0)} |`);

interface Report {
  readonly classes: {
    readonly people: number;
    readonly population: number;
    readonly uniques: number;
    readonly populationUniques: number;
    readonly marketer: number;
  };
  readonly trajectories: readonly { readonly known: number; readonly people: number; readonly uniques: number }[];
  readonly proposals: readonly {
    readonly loss: number;
    readonly changes: readonly { readonly column: string; readonly to: string }[];
  }[];
}

function measured(name: string) {
  const report = join(work, 'report');
  // Above its thresholds a plan ends with 13, which is what the second case is about.
  const command = [
    process.execPath,
    '--import',
    'tsx',
    join(import.meta.dirname, '../../src/cli/entry.ts'),
    'plan',
    'diabetes-apc',
    '--risk',
    '--report',
    report,
    '--workspace',
    work,
    '--as-of',
    TODAY,
  ];
  const cost = measure(['sh', '-c', '"$@" || test $? = 13', 'sh', ...command], join(import.meta.dirname, '../..'));
  return { name, cost, report: JSON.parse(readFileSync(join(report, 'risk.json'), 'utf8')) as Report };
}

function share(count: number): string {
  return `${((100 * count) / Math.max(1, classes.people)).toFixed(1)}%`;
}

async function writeWorkspace(risk: Tree): Promise<void> {
  const { custodian, recipient } = await testKeys();
  rmSync(work, { recursive: true, force: true });
  const put = (path: string, text: string): void => {
    mkdirSync(join(work, path, '..'), { recursive: true });
    writeFileSync(join(work, path), text, { mode: 0o600 });
  };
  const workspace = workspaceTree();
  workspace['sources'] = {
    pds: { path: join(data, 'pds.parquet') },
    opt_outs: { path: join(data, 'opt-outs.dat'), as_at: TODAY },
    hes_apc: { path: join(data, 'hes_apc/*.parquet') },
  };
  workspace['limits'] = { memory: values.memory, threads: 2 };
  const agreement = agreementTree(recipient.fingerprint);
  const [apc] = agreement['datasets'] as Tree[];
  if (apc !== undefined) {
    delete apc['where'];
    apc['fields'] = FIELDS;
  }
  agreement['risk'] = risk;
  const pipeline = pipelineTree();
  const [product] = pipeline['products'] as Tree[];
  Object.assign(product ?? {}, {
    fields: FIELDS.map((field) => (typeof field === 'string' ? field : { name: 'DIAG_3', ...field })),
    period: { from: '2024-04-01', to: '2025-03-31' },
  });
  if (product !== undefined) delete product['where'];
  put('dars.yaml', stringify(workspace));
  put('agreements/dsa.yaml', stringify(agreement));
  put('pipelines/diabetes-apc.yaml', stringify(pipeline));
  put('keys/pseudonym.key', MASTER_KEY);
  put('keys/custodian.private.asc', custodian.privateKey.reveal());
  put('keys/recipient.public.asc', recipient.publicKey);
}
