import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileReference, fileReferenceNumber } from '../../src/kernel/file-reference.ts';
import type { KnownBody } from '../../src/ledger/entries.ts';
import { deliveredFiles, nextFileNumber, pendingReleases, releaseState } from '../../src/ledger/history.ts';
import type { Entry, EntryBody } from '../../src/ledger/ledger.ts';
import { abandoned, delivered, failed, intended } from './bodies.ts';

function entriesOf(...bodies: readonly (KnownBody | EntryBody)[]): readonly Entry[] {
  return bodies.map((body, index) => ({
    ...body,
    seq: index + 1,
    time: '2026-11-22T12:00:00.000Z',
    previous: '0'.repeat(64),
  }));
}

describe('file numbers', () => {
  test('begin at 1 and follow the highest ever intended', () => {
    expect(nextFileNumber([])).toBe(1);
    expect(nextFileNumber(entriesOf(intended('r1', [1, 2]), intended('r2', [7]), intended('r3', [3])))).toBe(8);
  });

  test('are used up by a release that failed or was abandoned', () => {
    expect(nextFileNumber(entriesOf(intended('r1', [1]), failed('r1'), abandoned('r1')))).toBe(2);
  });

  test('go past seven digits', () => {
    expect(nextFileNumber(entriesOf(intended('r1', [9_999_999])))).toBe(10_000_000);
    expect(nextFileNumber(entriesOf(intended('r1', [10_000_000]), intended('r2', [9_999_999])))).toBe(10_000_001);
  });
});

describe('the state of a release', () => {
  test('is unknown before intended, whatever else names it', () => {
    expect(releaseState([], 'r1')).toEqual({ state: 'unknown' });
    expect(releaseState(entriesOf(delivered('r1'), intended('r2', [1])), 'r1')).toEqual({ state: 'unknown' });
  });

  test('is pending through failures, which it lists', () => {
    const entries = entriesOf(
      intended('r1', [1]),
      failed('r1', 'deliver'),
      intended('r2', [2]),
      failed('r1', 'encrypt'),
    );
    expect(releaseState(entries, 'r1')).toEqual({
      state: 'pending',
      intended: entries[0],
      failures: [entries[1], entries[3]],
    });
    expect(releaseState(entries, 'r2')).toMatchObject({ state: 'pending', failures: [] });
  });

  test('is delivered or abandoned with the entry that ended it; what comes after changes nothing', () => {
    const entries = entriesOf(
      intended('r1', [1]),
      failed('r1'),
      delivered('r1'),
      delivered('r1'),
      abandoned('r1'),
      failed('r1'),
      intended('r2', [2]),
      abandoned('r2'),
      abandoned('r2'),
      failed('r2'),
      intended('r2', [3]),
    );
    expect(releaseState(entries, 'r1')).toEqual({ state: 'delivered', intended: entries[0], delivered: entries[2] });
    expect(releaseState(entries, 'r2')).toEqual({ state: 'abandoned', intended: entries[6], abandoned: entries[7] });
  });

  test('is delivered if it was, also after it had been abandoned', () => {
    const entries = entriesOf(intended('r1', [1]), abandoned('r1'), delivered('r1'));
    expect(releaseState(entries, 'r1')).toEqual({ state: 'delivered', intended: entries[0], delivered: entries[2] });
  });
});

describe('pending releases', () => {
  test('are those intended without an end, oldest first', () => {
    const entries = entriesOf(
      intended('r1', [1]),
      intended('r2', [2]),
      intended('r3', [3]),
      intended('r4', [4]),
      delivered('r2'),
      failed('r1'),
      abandoned('r4'),
      { kind: 'refused', pipeline: 'p', agreement: 'a', refusals: [] },
    );
    expect(pendingReleases(entries)).toEqual([entries[0], entries[2]]);
  });
});

describe('delivered files', () => {
  test('come with their release, in the order intended', () => {
    const entries = entriesOf(
      intended('r1', [1, 2]),
      intended('r2', [3]),
      delivered('r2'),
      delivered('r1'),
      intended('r3', [4]),
    );
    expect(
      deliveredFiles(entries).map(({ file, intended, delivered, replacedBy }) => [
        file.file,
        intended,
        delivered,
        replacedBy,
      ]),
    ).toEqual([
      [fileReference(1), entries[0], entries[3], undefined],
      [fileReference(2), entries[0], entries[3], undefined],
      [fileReference(3), entries[1], entries[2], undefined],
    ]);
  });

  test('are marked as replaced once the replacement is delivered, by the latest', () => {
    const first = [intended('r1', [1, 2]), delivered('r1'), intended('r2', [3], 2)] as const;
    expect(deliveredFiles(entriesOf(...first)).map(({ replacedBy }) => replacedBy?.release)).toEqual([
      undefined,
      undefined,
    ]);
    expect(deliveredFiles(entriesOf(...first, abandoned('r2'))).map(({ replacedBy }) => replacedBy?.release)).toEqual([
      undefined,
      undefined,
    ]);
    const replaced = [...first, delivered('r2')] as const;
    expect(deliveredFiles(entriesOf(...replaced)).map(({ replacedBy }) => replacedBy?.release)).toEqual([
      undefined,
      'r2',
      undefined,
    ]);
    const again = entriesOf(...replaced, intended('r3', [4], 2), delivered('r3'));
    expect(deliveredFiles(again).map(({ replacedBy }) => replacedBy?.release)).toEqual([
      undefined,
      'r3',
      undefined,
      undefined,
    ]);
  });
});

describe('any history', () => {
  const release = fc.constantFrom('r1', 'r2', 'r3', 'r4');
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('intended' as const),
      release,
      files: fc.integer({ min: 1, max: 3 }),
      replaces: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
    }),
    fc.record({
      kind: fc.constantFrom('delivered' as const, 'failed' as const, 'abandoned' as const, 'note' as const),
      release,
    }),
  );

  /** Entries as releases append them: each file with the next number. */
  const history = fc.array(step, { maxLength: 25 }).map((steps) => {
    const bodies: (KnownBody | EntryBody)[] = [];
    for (const each of steps) {
      if (each.kind === 'intended') {
        const next = nextFileNumber(entriesOf(...bodies));
        bodies.push(
          intended(
            each.release,
            Array.from({ length: each.files }, (_, index) => next + index),
            each.replaces,
          ),
        );
      } else if (each.kind === 'delivered') bodies.push(delivered(each.release));
      else if (each.kind === 'failed') bodies.push(failed(each.release));
      else if (each.kind === 'abandoned') bodies.push(abandoned(each.release));
      else bodies.push({ kind: 'note', release: each.release });
    }
    return entriesOf(...bodies);
  });

  test('never gives a file number twice', () => {
    fc.assert(
      fc.property(history, (entries) => {
        const numbers = entries
          .flatMap((entry) => (entry.kind === 'intended' ? (entry['files'] as { file: string }[]) : []))
          .map(({ file }) => fileReferenceNumber(file));
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(numbers).not.toContain(nextFileNumber(entries));
      }),
    );
  });

  test('agrees with the words: pending is intended and neither delivered nor abandoned after', () => {
    fc.assert(
      fc.property(history, (entries) => {
        for (const name of ['r1', 'r2', 'r3', 'r4']) {
          const about = entries.filter((entry) => entry['release'] === name);
          const since = about.slice(about.findIndex(({ kind }) => kind === 'intended'));
          const kinds = since[0]?.kind === 'intended' ? since.map(({ kind }) => kind) : [];
          const expected =
            kinds.length === 0
              ? 'unknown'
              : kinds.includes('delivered')
                ? 'delivered'
                : kinds.includes('abandoned')
                  ? 'abandoned'
                  : 'pending';
          expect(releaseState(entries, name).state).toBe(expected);
          expect(pendingReleases(entries).some(({ release }) => release === name)).toBe(expected === 'pending');
          const files = deliveredFiles(entries).filter(({ intended }) => intended.release === name);
          expect(files.map(({ file }) => file)).toEqual(expected === 'delivered' ? since[0]?.['files'] : []);
        }
      }),
    );
  });

  test('is not changed by an attempt that fails', () => {
    fc.assert(
      fc.property(history, release, (entries, name) => {
        const more = [...entries, ...entriesOf(failed(name))];
        expect(nextFileNumber(more)).toBe(nextFileNumber(entries));
        expect(pendingReleases(more)).toEqual(pendingReleases(entries));
        expect(deliveredFiles(more)).toEqual(deliveredFiles(entries));
      }),
    );
  });
});
