import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const shared = process.env['DARS_SHARED_DATA'];
const missing = !existsSync('/usr/bin/time');

/** `| name | … | precision | recall | **F1** | …` -> F1 of the fixed threshold. */
function f1Of(printed: string, name: string): number {
  return Number(new RegExp(`^\\| ${name} \\|.*\\*\\*([0-9.]+)\\*\\*`, 'm').exec(printed)?.[1]);
}

function run(...args: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'dars-benchmark-'));
  try {
    return execFileSync(
      process.execPath,
      ['--import', 'tsx', 'benchmarks/linkage/run.ts', '--dir', join(folder, 'work'), ...args],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test.skipIf(missing)(
  `the linkage benchmark runs, small${missing ? ' (skipped: install time)' : ''}`,
  () => {
    const printed = run('--people', '1500', '--only', 'made cohort');
    expect(f1Of(printed, 'made cohort')).toBeGreaterThan(0.9);
    expect(printed).toMatch(/^\| made cohort \|.*\| yes \|$/m);
  },
  180_000,
);

test.skipIf(missing || shared === undefined)(
  `public sets are linked as well as their best published figures${shared === undefined ? ' (skipped: DARS_SHARED_DATA names no folder of them)' : ''}`,
  () => {
    expect(f1Of(run('--people', '200', '--only', 'febrl3'), 'febrl3')).toBeGreaterThanOrEqual(0.995);
    expect(f1Of(run('--people', '200', '--only', 'fake_1000'), 'fake_1000')).toBeGreaterThanOrEqual(0.867);
  },
  180_000,
);
