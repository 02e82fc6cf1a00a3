import fc from 'fast-check';
import type { SourceRecord } from '../oracle/oracle-inputs.ts';

/** The ways in which numbers can succeed each other. */
const SHAPES = ['chain', 'circle', 'tail into a circle', 'branches', 'into the unknown', 'into no number'] as const;

interface Tree {
  readonly shape: (typeof SHAPES)[number];
  readonly size: number;
  /** Which numbers have a mark, by place in the tree. */
  readonly marks: readonly (string | null)[];
  /** For branches: which of the numbers before it a number is superseded by. */
  readonly parents: readonly number[];
}

/** No number here has a record, and none is superseded by one that has. */
const UNKNOWN = '4999999999';

const tree: fc.Arbitrary<Tree> = fc.record({
  shape: fc.constantFrom(...SHAPES),
  size: fc.integer({ min: 1, max: 9 }),
  marks: fc.array(
    fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom('I', 'S') }),
    { minLength: 9, maxLength: 9 },
  ),
  parents: fc.array(fc.nat(100), { minLength: 9, maxLength: 9 }),
});

/** Succession trees of every shape, side by side: the records of PDS, and all numbers in them and one that is in none. */
export const arbitraryTrees: fc.Arbitrary<{ records: SourceRecord[]; numbers: string[] }> = fc
  .tuple(fc.array(tree, { minLength: 1, maxLength: 6 }), fc.infiniteStream(fc.integer({ min: 0, max: 99_999_999 })))
  .map(([trees, stream]) => {
    const taken = new Set<string>([UNKNOWN]);
    // Numbers in no order, so that the least of a circle can be any of it.
    const fresh = (): string => {
      for (;;) {
        const number = `40${String(stream.next().value ?? 0).padStart(8, '0')}`;
        if (!taken.has(number)) {
          taken.add(number);
          return number;
        }
      }
    };
    const records = trees.flatMap(({ shape, size, marks, parents }): SourceRecord[] => {
      const numbers = Array.from({ length: size }, fresh);
      return numbers.map((number, place) => ({
        nhs_number: number,
        replaced_by: successor(shape, numbers, place, parents[place] ?? 0),
        confidentiality: marks[place] ?? null,
      }));
    });
    return { records, numbers: [...taken] };
  });

function successor(shape: Tree['shape'], numbers: readonly string[], place: number, parent: number): string | null {
  const next = numbers[place + 1];
  switch (shape) {
    case 'chain':
      return next ?? null;
    case 'circle':
      return next ?? numbers[0] ?? null;
    case 'tail into a circle':
      return next ?? numbers[Math.floor(numbers.length / 2)] ?? null;
    case 'branches':
      return place === 0 ? null : (numbers[parent % place] ?? null);
    case 'into the unknown':
      return next ?? UNKNOWN;
    case 'into no number':
      return next ?? 'unknown';
  }
}
