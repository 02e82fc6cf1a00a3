import { describe, expect, test } from 'vitest';
import { endOfRun } from '../../src/engine/text-collector.ts';

describe('a run of texts in memory', () => {
  // Entries with invented pointers, which nothing follows.
  const end = (texts: readonly (readonly [pointer: number, length: number])[], validity?: Uint8Array) => {
    const words = new Uint32Array(texts.length * 4);
    for (const [row, [pointer, length]] of texts.entries()) {
      words.set([length, 0, pointer % 2 ** 32, Math.floor(pointer / 2 ** 32)], row * 4);
    }
    return endOfRun(words, validity, texts.length, 0);
  };
  const BASE = 2 ** 40;

  test('goes on over texts that follow, short ones and nulls left out', () => {
    expect(end([[BASE, 20]])).toBe(BASE + 20);
    expect(
      end([
        [BASE, 20],
        [BASE + 20, 30],
        [BASE + 60, 40],
      ]),
    ).toBe(BASE + 100);
    expect(
      end([
        [BASE, 20],
        [7, 12],
        [BASE + 20, 30],
      ]),
    ).toBe(BASE + 50);
    expect(
      end(
        [
          [BASE, 20],
          [BASE + 20, 5_000],
          [BASE + 30, 13],
        ],
        Uint8Array.of(0b101),
      ),
    ).toBe(BASE + 43);
    expect(
      end([
        [BASE, 20],
        [BASE + 10, 5],
        [BASE, 13],
      ]),
    ).toBe(BASE + 20);
  });

  test('ends before a page that none of its texts is on', () => {
    const two = (length: number, distance: number) =>
      end([
        [BASE, length],
        [BASE + distance, 30],
      ]);
    expect(two(20, 8_191)).toBe(BASE + 8_191 + 30);
    expect(two(20, 8_192)).toBe(BASE + 20);
    expect(two(4_096, 8_192)).toBe(BASE + 4_096);
    expect(two(4_097, 8_192)).toBe(BASE + 8_192 + 30);
  });

  test('ends before what lies in front of it, and does not grow beyond a megabyte', () => {
    expect(
      end([
        [BASE, 20],
        [BASE - 30, 30],
        [BASE + 20, 30],
      ]),
    ).toBe(BASE + 20);
    expect(
      end([
        [BASE, 2 ** 20 - 13],
        [BASE + 2 ** 20 - 13, 13],
      ]),
    ).toBe(BASE + 2 ** 20);
    expect(
      end([
        [BASE, 2 ** 20 - 13],
        [BASE + 2 ** 20 - 13, 14],
      ]),
    ).toBe(BASE + 2 ** 20 - 13);
  });
});
