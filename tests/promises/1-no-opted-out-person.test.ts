import { expect, test } from 'vitest';
import { released, tokenOf } from './released.ts';

/** Promise 1: no opted-out person in any output. */

const [PLAIN, MERGED, OLD, OPTED] = ['9990000018', '9990000026', '9990000034', '9990000050'] as const;

test('nobody is released whose number is on the list', async () => {
  using release = await released();
  expect(release.ran.status).toBe(0);
  expect(release.rows.length).toBe(4);
  expect(release.rows.join('\n')).not.toContain(tokenOf(OPTED));
});

test('nor anybody with an old number on it, whichever number the row has', async () => {
  using release = await released({ files: { 'data/opt-outs.dat': `${OLD}\n` } });
  expect(release.ran.status).toBe(0);
  expect(release.rows.join('\n')).not.toContain(tokenOf(MERGED));
  expect(release.rows.join('\n')).toContain(tokenOf(PLAIN));
});

test('nor anybody whom the national service’s answer leaves out', async () => {
  using release = await released({
    workspace: (file) => {
      Object.assign((file['sources'] as Record<string, object>)['opt_outs'] ?? {}, { mode: 'keep-list' });
    },
    files: { 'data/opt-outs.dat': `${PLAIN},\n${MERGED},\n` },
  });
  expect(release.ran.status).toBe(0);
  expect(new Set(release.rows.map((row) => row.split('|')[0]))).toEqual(new Set([tokenOf(PLAIN)]));
});

test('an unresolved row that is kept is removed all the same if its own number is listed', async () => {
  const keep = (file: Record<string, unknown>): void => {
    Object.assign((file['datasets'] as object[])[0] ?? {}, { unresolved: 'keep' });
  };
  const unknown = '9990000077';
  using kept = await released({ agreement: keep });
  using removed = await released({ agreement: keep, files: { 'data/opt-outs.dat': `${unknown}\n` } });
  expect(kept.rows.some((row) => row.includes('500000000007'))).toBe(true);
  expect(removed.ran.status).toBe(0);
  expect(removed.rows.some((row) => row.includes('500000000007'))).toBe(false);
});
