import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the disclosure benchmark runs, small: the optimum is found, and an audit says what is derivable', () => {
  const printed = execFileSync(
    process.execPath,
    ['--import', 'tsx', 'benchmarks/disclosure/run.ts', '--only', 'z1_max3', '--large', '300'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  expect(printed).toMatch(/^\| z1_max3 \| 45 \| 1 \| 35 \| 35 \| yes \|/m);
  expect(printed).toMatch(/^audit: only the small cells hidden: \d+ cells, \d+ hidden, [1-9]\d* derivable,/m);
  expect(printed).toMatch(/^audit: what protect hides: \d+ cells, \d+ hidden, 0 derivable,/m);
}, 180_000);
