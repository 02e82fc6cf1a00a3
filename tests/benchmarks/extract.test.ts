import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const missing = [
  ...(existsSync('/usr/bin/time') ? [] : ['time']),
  ...(spawnSync('zstd', ['--version']).error === undefined ? [] : ['zstd']),
];

test.skipIf(missing.length > 0)(
  `the extract benchmark runs, small${missing.length > 0 ? ` (skipped: install ${missing.join(' and ')})` : ''}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'dars-benchmark-'));
    try {
      const printed = execFileSync(
        process.execPath,
        ['--import', 'tsx', 'benchmarks/extract/run.ts', '--people', '2000', '--dir', folder],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
      );
      expect(printed).toMatch(/^2,000 people, 4,000 episodes/);
      for (const row of [
        '(a) SQL by hand, plain csv',
        'dars, engine alone',
        'dars run, csv zstd',
        '(b) DuckDB | gpg, then sftp; tuned',
      ]) {
        expect(printed).toContain(`| ${row}`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  180_000,
);
