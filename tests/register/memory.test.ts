import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFileLedger } from '../../src/ledger/file-ledger.ts';
import { makeWorkspace } from '../support/make-workspace.ts';
import { described, releasedOn } from './facts.ts';

/* A heap that is smaller than the texts of a ledger, let alone than what is made of them. */

const HEAP_MB = 64;
/** Described in the days that are published, and after them: the latter stand in the log alone, which is cheaper to try. */
const [WITHIN, AFTER] = [250, 1700];

/** Long, and cheap to pack and to take apart into words. */
const text = (number: number): string => `Outcome ${number} of the cohort, as agreed.\n`.repeat(1000);

test('a ledger whose texts are larger than the memory is published and verified', async () => {
  using workspace = await makeWorkspace();
  let today = '2026-07-05';
  const ledger = openFileLedger({
    directory: join(workspace.root, 'state'),
    clock: () => new Date(`${today}T12:00:00Z`),
  });
  const agreement = (number: number): string => `DARS-NIC-${10_000 + number}-ABCDE-v1.0`;
  await ledger.append(() =>
    Array.from({ length: WITHIN }, (_, number) => [
      described({ agreement: agreement(number), objective: text(number) }),
      ...releasedOn(today, `r${number}`, [number + 1], { agreement: agreement(number) }).map(([, body]) => body),
    ]).flat(),
  );
  today = '2026-10-05';
  await ledger.append(() =>
    Array.from({ length: AFTER }, (_, number) =>
      described({ agreement: agreement(number), objective: text(number + 1) }),
    ),
  );
  expect(statSync(join(workspace.root, 'state/ledger.jsonl')).size).toBeGreaterThan(1.1 * HEAP_MB * 1e6);
  const out = join(workspace.root, 'published');
  const heap = [`--max-old-space-size=${HEAP_MB}`, '--max-semi-space-size=16'];
  const dars = (...args: string[]): string =>
    execFileSync(process.execPath, [...heap, 'bin/dars.js', '--workspace', workspace.root, 'register', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  expect(dars('publish', '--quarter', '2026-Q3', '--out', out)).toContain('Published 2026-Q3');
  expect(dars('verify', out)).toContain(`all ${(3 * WITHIN + AFTER).toLocaleString('en-GB')} entries`);
}, 120_000);
