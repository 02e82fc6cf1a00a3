import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignOneToOne, refuseClose } from '../../src/linkage/decide/assign.ts';
import { clusters, DECIDED, type WeightedPairs } from '../../src/linkage/decide/cluster.ts';

type Weighted = readonly (readonly [number, number, number])[];

function pairs(list: Weighted): WeightedPairs {
  const column = (index: 0 | 1 | 2): Float64Array => Float64Array.from(list, (each) => each[index]);
  return { a: column(0), b: column(1), weight: column(2) };
}

const heaviestFirst = (list: Weighted): Weighted => [...list].sort((x, y) => y[2] - x[2] || x[0] - y[0] || x[1] - y[1]);

function assigned(list: Weighted): string[] {
  const sorted = heaviestFirst(list);
  const chosen = assignOneToOne(pairs(sorted), 10, 10);
  return sorted.flatMap(([a, b], index) => (chosen[index] === 1 ? [`${a}-${b}`] : []));
}

const ARBITRARY_PAIRS = fc.uniqueArray(fc.tuple(fc.nat(9), fc.nat(9), fc.integer({ min: -12, max: 12 })), {
  selector: ([a, b]) => `${a}-${b}`,
  maxLength: 40,
});

describe('one-to-one assignment', () => {
  test('gives each record the best partner that is free', () => {
    expect(
      assigned([
        [0, 0, 5],
        [0, 1, 9],
        [1, 1, 8],
        [1, 0, 1],
      ]),
    ).toEqual(['0-1', '1-0']);
  });

  test('goes by row number where weights are equal', () => {
    expect(
      assigned([
        [1, 0, 5],
        [0, 0, 5],
      ]),
    ).toEqual(['0-0']);
  });

  test('uses no record twice and leaves no pair of two free records', () => {
    fc.assert(
      fc.property(ARBITRARY_PAIRS, (list) => {
        const chosen = assigned(list).map((pair) => pair.split('-').map(Number));
        const [left, right] = [new Set(chosen.map(([a]) => a)), new Set(chosen.map(([, b]) => b))];
        expect([left.size, right.size]).toEqual([chosen.length, chosen.length]);
        for (const [a, b] of list) expect(left.has(a) || right.has(b)).toBe(true);
      }),
    );
  });
});

describe('close matches', () => {
  const kept = (list: Weighted): string[] => {
    const sorted = heaviestFirst(list);
    const chosen = assignOneToOne(pairs(sorted), 10, 10);
    refuseClose(pairs(sorted), chosen, 10, 10, 0);
    return sorted.flatMap(([a, b], index) => (chosen[index] === 1 ? [`${a}-${b}`] : []));
  };

  test('are refused: of two partners that are as likely neither is taken', () => {
    expect(
      kept([
        [0, 0, 9],
        [0, 1, 9],
      ]),
    ).toEqual([]);
    expect(
      kept([
        [0, 0, 9],
        [1, 0, 9],
      ]),
    ).toEqual([]);
    expect(
      kept([
        [0, 0, 9],
        [0, 1, 9],
        [1, 0, 9],
        [1, 1, 9],
      ]),
    ).toEqual([]);
  });

  test('are none where the other has a better partner, or is less likely', () => {
    expect(
      kept([
        [0, 0, 9],
        [0, 1, 9],
        [1, 1, 12],
      ]),
    ).toEqual(['1-1', '0-0']);
    expect(
      kept([
        [0, 0, 9],
        [0, 1, 8],
      ]),
    ).toEqual(['0-0']);
  });
});

describe('clusters', () => {
  test('join a record that one other can vouch for', () => {
    expect(
      [
        ...clusters(
          4,
          pairs([
            [0, 1, 9],
            [1, 2, 9],
          ]),
          0,
        ),
      ].slice(0, 3),
    ).toEqual([0, 0, 0]);
  });

  test('do not chain two groups over one weak pair', () => {
    const [x, y] = [
      [
        [0, 1, 9],
        [0, 2, 9],
        [1, 2, 9],
      ],
      [
        [3, 4, 9],
        [3, 5, 9],
        [4, 5, 9],
      ],
    ] as const;
    expect([...clusters(6, pairs([...x, ...y, [2, 3, 1]]), 0)]).toEqual([0, 0, 0, 3, 3, 3]);
  });

  test('keep apart what people have decided is not one person, and together what they decided is', () => {
    expect([
      ...clusters(
        3,
        pairs([
          [0, 1, 9],
          [1, 2, 9],
          [0, 2, -DECIDED],
        ]),
        0,
      ),
    ]).not.toEqual([0, 0, 0]);
    expect([...clusters(2, pairs([[0, 1, DECIDED]]), 0)]).toEqual([0, 0]);
  });

  test('depend on nothing but the weights: renumbered records are grouped alike', () => {
    const upper = ARBITRARY_PAIRS.map((list) => [
      ...new Map(
        list
          .filter(([a, b]) => a !== b)
          .map(([a, b, w]) => [
            `${Math.min(a, b)}-${Math.max(a, b)}`,
            [Math.min(a, b), Math.max(a, b), w + a / 100 + b / 1000] as const,
          ]),
      ).values(),
    ]);
    fc.assert(
      fc.property(upper, fc.shuffledSubarray([...Array(10).keys()], { minLength: 10 }), (list, order) => {
        const renumbered = list.map(([a, b, w]) => {
          const [x = 0, y = 0] = [order[a], order[b]];
          return [Math.min(x, y), Math.max(x, y), w] as const;
        });
        const [one, other] = [clusters(10, pairs(list), 0), clusters(10, pairs(renumbered), 0)];
        for (let a = 0; a < 10; a += 1) {
          for (let b = 0; b < a; b += 1) {
            expect(other[order[a] ?? 0] === other[order[b] ?? 0]).toBe(one[a] === one[b]);
          }
        }
      }),
    );
  });
});
