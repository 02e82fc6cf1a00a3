import { expect, test } from 'vitest';
import { HES } from '../support/make-workspace.ts';
import { released } from './released.ts';

/** Promise 7: the same inputs, plan and keys give the same rows in the same order. */

test('two runs give the same bytes, whatever the memory and the order of the source', async () => {
  const [header = '', ...rows] = HES.trim().split('\n');
  const reversed = [header, ...rows.toReversed(), ''].join('\n');
  const withMemory = (memory: string) => (file: Record<string, unknown>) => {
    Object.assign(file['limits'] as object, { memory, threads: 1 });
  };
  using first = await released();
  using again = await released({
    workspace: withMemory('300MB'),
    files: { 'data/hes_apc/hes_apc_2425.csv': reversed },
  });
  expect([first.ran.status, again.ran.status]).toEqual([0, 0]);
  expect(first.rows.length).toBe(4);
  expect(again.rows).toEqual(first.rows);
});
