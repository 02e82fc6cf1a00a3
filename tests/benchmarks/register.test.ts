import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const missing = !existsSync('/usr/bin/time');

test.skipIf(missing)(
  `the register benchmark runs, small: published twice, the bytes are the same${missing ? ' (skipped: install time)' : ''}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'dars-benchmark-'));
    try {
      const printed = execFileSync(
        process.execPath,
        ['--import', 'tsx', 'benchmarks/register/run.ts', '--files', '600', '--dir', join(folder, 'work')],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
      );
      expect(printed).toMatch(/^600 files of 3 organisations under 32 agreement versions; 632 entries/);
      for (const row of ['publish', 'publish again', 'verify', 'verify both']) expect(printed).toContain(`| ${row}`);
      expect(printed).toContain('The same bytes both times');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  180_000,
);
