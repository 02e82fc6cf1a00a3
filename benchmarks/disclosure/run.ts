/*
 * Suppression against known optima, and audits of large tables; see README.md.
 *
 *     npx tsx benchmarks/disclosure/run.ts [--folder DIRECTORY] [--only PART] [--large CELLS] [--effort N]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { audit, isExact } from '../../src/disclosure/audit/audit.ts';
import type { Instance } from '../../src/disclosure/instance/instance.ts';
import { parseInstance } from '../../src/disclosure/instance/parse-instance.ts';
import { protect } from '../../src/disclosure/protect.ts';
import { ownPattern, publicationOf } from '../../src/disclosure/published-pattern.ts';
import { highsSolver } from '../../src/solver/highs-solver.ts';
import { makeTables } from './made-tables.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: join(import.meta.dirname, '../../fixtures/disclosure') },
    only: { type: 'string', default: '' },
    large: { type: 'string', default: '14000' },
    effort: { type: 'string', default: '1' },
  },
});

const solver = await highsSolver();

function timed<T>(work: () => T): { result: T; wall: string; cpu: string } {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return {
    result,
    wall: ((performance.now() - start) / 1000).toFixed(1),
    cpu: ((user + system) / 1e6).toFixed(1),
  };
}

console.log('| tables | cells | effort | cost | known optimum | proven | wall s | CPU s |');
console.log('|---|---:|---:|---:|---:|---|---:|---:|');
for (const name of readdirSync(values.folder).sort()) {
  const base = name.replace(/\.json$/, '');
  if (!readdirSync(values.folder).includes(`${base}.opt-value.json`) || !base.includes(values.only)) continue;
  const known = JSON.parse(readFileSync(join(values.folder, `${base}.opt-value.json`), 'utf8')) as {
    exact: { cost: number };
  };
  const instance = parseInstance(readFileSync(join(values.folder, name), 'utf8'));
  for (const effort of [0, 1]) {
    const { result, wall, cpu } = timed(() =>
      protect(instance, { weight: 'value', hideZeros: true, effort }, solver, () => {}),
    );
    console.log(
      `| ${base} | ${instance.cells.length} | ${effort} | ${result.cost} | ${known.exact.cost} | ${result.proven ? 'yes' : ''} | ${wall} | ${cpu} |`,
    );
  }
}

/** Three dimensions with groups, so that there are about so many cells. */
function large(cells: number): Instance {
  const size = Math.max(4, Math.round(cells / (7 * 10 * 1.3)));
  const dimensions = [
    {
      name: 'area',
      size,
      groupings: [
        { of: 8, shift: 0 },
        { of: 11, shift: 3 },
      ],
    },
    { name: 'age', size: 6, groupings: [] },
    { name: 'cause', size: 7, groupings: [{ of: 3, shift: 0 }] },
  ];
  return parseInstance(JSON.stringify(makeTables({ dimensions, maxN: 7, mean: 12, seed: 20_261_126 })));
}

const instance = large(Number(values.large));
look('only the small cells hidden', ownPattern(instance));
const { result: found, ...search } = timed(() =>
  protect(instance, { weight: 'value', hideZeros: true, effort: Number(values.effort) }, solver, () => {}),
);
console.log(
  `protect: ${instance.cells.length} cells, ${found.method}: cost ${found.cost}, no pattern below ${found.lowerBound}, ${found.proven ? 'proven' : 'not proven'}, ${search.wall} s, CPU ${search.cpu} s`,
);
look('what protect hides', found.pattern);

function look(what: string, hidden: Uint8Array): void {
  const columns = [...new Set(instance.cells.map(({ column }) => column))].filter((column) => hidden[column] === 1);
  const { result, wall, cpu } = timed(() => audit(publicationOf(instance, hidden), columns, solver));
  console.log(
    `audit: ${what}: ${instance.cells.length} cells, ${columns.length} hidden, ${result.filter(isExact).length} derivable, ${wall} s, CPU ${cpu} s`,
  );
}
