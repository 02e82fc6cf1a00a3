import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { passesFor } from '../../src/engine/passes.ts';
import { SLICES, type SliceRange } from '../../src/relation/slices.ts';
import { HES_HEADER, PDS_HEADER } from '../support/make-workspace.ts';
import { openRecipient, type Recipient } from '../support/recipient.ts';
import { study } from './support.ts';

const forced = vi.hoisted(() => ({ ranges: undefined as readonly SliceRange[] | undefined }));

// The world is small: it would always fit into one pass.
vi.mock('../../src/engine/passes.ts', async (original) => {
  const real = await original<{ passesFor: typeof passesFor }>();
  return {
    ...real,
    passesFor: (...args: Parameters<typeof passesFor>) => forced.ranges?.slice() ?? real.passesFor(...args),
  };
});
afterEach(() => {
  forced.ranges = undefined;
});

let recipient: Recipient;
beforeAll(async () => {
  recipient = await openRecipient();
});
afterAll(() => recipient[Symbol.asyncDispose]());

const PEOPLE = Array.from({ length: 16 }, (_, index) => ({
  ref: `R${10 + index}`,
  nhs: String(9_990_001_000 + 7 * index),
  born: `19${50 + index}-04-09`,
}));
const PDS = PEOPLE.map(({ nhs, born }) => `${nhs},,,,,,${born},,,,,,,,,,,,`);
const HES = PEOPLE.flatMap(({ nhs }, index) =>
  [0, 1].map((row) => `${500_000_000_000 + 10 * index + row}|${nhs}|2024-05-01|2024-05-01|2024-05-03|E110||1|||`),
);

/** What the recipient reads, the sources having their rows in this order. */
async function read(turned: <T>(list: readonly T[]) => readonly T[] = (list) => list) {
  using done = await study(recipient, turned(PEOPLE), {
    files: {
      'data/pds.csv': [PDS_HEADER, ...turned(PDS), ''].join('\n'),
      'data/hes_apc/hes_apc_2425.csv': [HES_HEADER, ...turned(HES), ''].join('\n'),
    },
  });
  expect(done.ran.status, done.ran.stderr).toBe(0);
  return { rows: done.rows, matches: done.matches };
}

test('a bespoke linkage has one order, in however many passes and from whatever order of the sources', async () => {
  const whole = await read();
  expect([whole.rows.length, whole.matches.length]).toEqual([32, 16]);
  expect(await read((list) => list.toReversed())).toEqual(whole);
  for (const width of [SLICES / 4, 1]) {
    forced.ranges = Array.from({ length: SLICES / width }, (_, n) => ({ from: n * width, to: (n + 1) * width }));
    expect(await read()).toEqual(whole);
  }
  // Nor is it one that the applicant's file or the source shows.
  const order = whole.matches.map((row) => row.split('|')[0]);
  expect(order).not.toEqual(order.toSorted());
});
