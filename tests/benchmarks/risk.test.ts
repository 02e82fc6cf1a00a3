import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const missing = !existsSync('/usr/bin/time');

test.skipIf(missing)(
  `the risk benchmark runs, small: more known events single out more people, and a recoding is found${missing ? ' (skipped: install time)' : ''}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'dars-benchmark-'));
    try {
      const printed = execFileSync(
        process.execPath,
        ['--import', 'tsx', 'benchmarks/risk/run.ts', '--people', '2000', '--dir', folder],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
      );
      expect(printed).toMatch(/^2,000 people, 4,000 episodes; \d+ people in the output, [\d,]+ in the source/);
      const [one = 0, two = 0] = [...printed.matchAll(/\d: ([\d.]+)%/g)].map(([, share]) => Number(share));
      expect(two).toBeGreaterThanOrEqual(one);
      expect(printed).toMatch(/proposed: .*left out/);
      for (const row of ['measured', 'measured, and recodings looked for']) expect(printed).toContain(`| ${row} |`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  180_000,
);
