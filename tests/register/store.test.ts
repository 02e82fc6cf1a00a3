import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FactsOf } from '../../src/ledger/published-facts.ts';
import { openScratchFile } from '../../src/publish/scratch-file.ts';
import { PendingReleases } from '../../src/register/pending-releases.ts';
import { ROW_FIELDS, type RowField } from '../../src/register/register-row.ts';
import { WordIndex } from '../../src/register/site/word-index.ts';
import { KeyIndex } from '../../src/register/store/key-index.ts';
import { memoryScratch } from '../../src/register/store/memory-scratch.ts';
import { RowList, type UnnamedRow } from '../../src/register/store/row-list.ts';
import { SortedRuns } from '../../src/register/store/sorted-runs.ts';

/* What the register lays aside comes back as it was, whatever its size and the order in which it is asked for. */

test('a scratch file gives back the bytes of every place, also while more are put behind them', () => {
  const lengths = fc.oneof(fc.nat(300), fc.nat(5000), fc.constantFrom(131_072, 131_073, 262_144, 262_145, 600_000));
  const steps = fc.array(fc.tuple(lengths, fc.array(fc.nat(), { maxLength: 5 })), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(steps, (all) => {
      using scratch = openScratchFile(tmpdir());
      const known: { readonly place: number; readonly bytes: Buffer }[] = [];
      for (const [index, [length, looks]] of all.entries()) {
        const bytes = Buffer.alloc(length, `${index} of many `);
        known.push({ place: scratch.append(bytes), bytes });
        for (const look of looks) {
          const { place, bytes: put } = known[look % known.length] ?? { place: 0, bytes };
          const from = look % (put.length + 1);
          expect(scratch.read(place + from, put.length - from).equals(put.subarray(from))).toBe(true);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('a scratch file has no name by which anybody could open it, and what can’t be made is told with its folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dars-scratch-test-'));
  try {
    using scratch = openScratchFile(folder);
    scratch.append(Buffer.alloc(1 << 20));
    expect(readdirSync(folder)).toEqual([]);
    expect(() => openScratchFile(join(folder, 'none'))).toThrow(
      `there can be no temporary file in ${join(folder, 'none')} (ENOENT)`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('of many records with few keys the last for which the test holds is found', () => {
  const index = new KeyIndex();
  const keys = Array.from({ length: 5000 }, (_, number) => `key ${(number * 7919) % 613}`);
  for (const key of keys) index.add(key);
  for (const key of new Set(keys)) {
    expect(index.findLast(key, (number) => keys[number] === key)).toBe(keys.lastIndexOf(key));
    const before = keys.lastIndexOf(key) - 1;
    expect(index.findLast(key, (number) => keys[number] === key && number <= before)).toBe(
      keys.lastIndexOf(key, before),
    );
  }
  expect(index.findLast('another key', () => true)).toBeUndefined();
});

test('a row comes back as it was: texts of any kind, and more of them than a vocabulary keeps', () => {
  const rows = new RowList(memoryScratch());
  const row = (number: number): UnnamedRow => ({
    seq: number,
    id: number % 3 === 0 ? `Ünd ${number}` : `FILE${number}`,
    source: 'file',
    values: Object.fromEntries(
      ROW_FIELDS.map((field, at) => [field, number % 2 === 0 ? `${field} ${number}` : 'x'.repeat(at * 20)]),
    ) as Record<RowField, string>,
    released: { from: '2026-01-01', to: '2026-01-31' } as UnnamedRow['released'],
    known: '2026-02-01',
    late: number % 5 === 0 ? 'late' : undefined,
    asAmendment: number % 7 === 0,
    amendments: [],
    withdrawn: undefined,
    replaces: number % 11 === 0 ? { id: 'FILE1', because: '' } : undefined,
    replacedBy: undefined,
  });
  const count = 14_000;
  for (let number = 0; number < count; number += 1) rows.push(row(number));
  for (let number = 0; number < count; number += 97) expect(rows.get(number)).toEqual(row(number));
  expect(rows.get(count - 1)).toEqual(row(count - 1));
});

test('releases that wait long are found as those that do not, each once, and the first of a name stays', () => {
  const pending = new PendingReleases(memoryScratch());
  const intended = (release: string, seq: number) => ({
    seq,
    facts: { kind: 'intended', release } as FactsOf<'intended'>,
  });
  for (let seq = 0; seq < 300; seq += 1) pending.add(intended(`r${seq}`, seq));
  pending.add(intended('r5', 1000));
  const taken = [5, 299, 0, 150, 5].map((number) => pending.take(`r${number}`)?.seq);
  expect(taken).toEqual([5, 299, 0, 150, undefined]);
  pending.add(intended('r5', 1001));
  expect(pending.take('r5')?.seq).toBe(1001);
});

test('runs are merged into one order, equal items in the order of their runs', () => {
  const item = fc.record({ key: fc.nat(20), text: fc.string() });
  fc.assert(
    fc.property(fc.array(fc.array(item)), (runs) => {
      const sorted = new SortedRuns<{ key: number; text: string }>(memoryScratch(), (a, b) => a.key - b.key);
      for (const run of runs) sorted.add([...run]);
      expect([...sorted.inOrder()]).toEqual(runs.flat().sort((a, b) => a.key - b.key));
    }),
  );
});

describe('the index of words', () => {
  /** All of it in memory, as a script of the site is spelled. */
  function plain(places: readonly (readonly (readonly [word: string, inName: boolean])[])[]): string {
    const all = new Map<string, Map<number, boolean>>();
    for (const [place, words] of places.entries())
      for (const [word, inName] of words) {
        const known = all.get(word) ?? new Map<number, boolean>();
        all.set(word, known.set(place, known.get(place) === true || inName));
      }
    const parts = new Map<string, Record<string, string>>();
    for (const word of [...all.keys()].sort()) {
      const part = /^[a-z0-9]{2}/.exec(word)?.[0] ?? 'other';
      const words = parts.get(part) ?? {};
      let before = 0;
      words[word] = [...(all.get(word) ?? [])]
        .map(([place, inName]) => {
          const step = place - before;
          before = place;
          return `${step.toString(36)}${inName ? '!' : ''}`;
        })
        .join(',');
      parts.set(part, words);
    }
    return JSON.stringify([...parts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  function laidAside(places: Parameters<typeof plain>[0]): string {
    const index = new WordIndex(memoryScratch());
    for (const [place, words] of places.entries())
      for (const names of [true, false])
        for (const [word, inName] of words) if (inName === names) index.add(word, place, inName);
    const parts = new Map<string, string[]>();
    for (const { part, word, places: spelled } of index.words()) {
      const members = parts.get(part) ?? [];
      members.push(`${JSON.stringify(word)}:${JSON.stringify([...spelled].join(''))}`);
      parts.set(part, members);
    }
    return `[${[...parts].map(([part, members]) => `[${JSON.stringify(part)},{${members.join(',')}}]`).join(',')}]`;
  }

  test('is the one that a map in memory makes, numbers in front as in any JSON object', () => {
    const word = fc.constantFrom(
      ...[
        '20',
        '2021',
        '007',
        '42',
        '4294967294',
        '4294967295',
        '12345678901',
        'study',
        'stu',
        'ﬁn',
        'é',
        '𝒜b',
        '\ud835',
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.array(fc.tuple(word, fc.boolean()), { maxLength: 8 }), { maxLength: 50 }), (places) => {
        expect(laidAside(places)).toBe(plain(places));
      }),
    );
  });

  test('is the same where it is far more than memory is to hold at once', () => {
    // A word of a name that is also one of the texts, with what was laid aside in between.
    const places = Array.from({ length: 300 }, (_, place) =>
      Array.from({ length: 700 }, (_none, at) => `w${(at * (place % 13) + at) % 5000}`).flatMap(
        (word, at): (readonly [string, boolean])[] => [
          [word, at % 2 === 0],
          [word, false],
        ],
      ),
    );
    expect(laidAside(places)).toBe(plain(places));
  });
});
