import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csv, LinkFolder, pairsOf, type Row } from './link-here.ts';

const RUNS = Number(process.env['DARS_PROPERTY_RUNS'] ?? 4);
const HEADER = 'id,given_name,family_name,date_of_birth,sex,postcode';

const GIVEN = ['Anna', 'Ben', 'Chloë', 'Dmitri', 'Eva', 'Finn', 'Gráinne', 'Hassan', 'Ines', 'Jean-Luc', '', "D'Arcy"];
const FAMILY = [
  'Smith',
  'van Dijk',
  "O'Hara",
  'García López',
  'Müller',
  'Khan',
  'Ng',
  'Nowak',
  '李',
  '',
  'Smith-Jones',
];
const two = (value: number): string => String(value).padStart(2, '0');
const person = fc
  .record({
    given: fc.constantFrom(...GIVEN),
    family: fc.constantFrom(...FAMILY),
    year: fc.integer({ min: 1920, max: 2020 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
    sex: fc.constantFrom('1', '2', ''),
    postcode: fc.constantFrom('LS1 4AP', 'M1 1AE', 'CR2 6XH', '', 'B33 8TH', 'EH12 9QQ'),
  })
  .map(({ given, family, year, month, day, sex, postcode }) => [
    ...[given, family, `${year}-${two(month)}-${two(day)}`, sex, postcode],
  ]);
const people = fc.array(person, { minLength: 2, maxLength: 25 });

/** Two files of which the second has some of the first's people again. */
const files = fc.tuple(people, people, fc.nat()).map(([one, other, share]) => {
  const both = one.filter((_, index) => (share >> (index % 20)) % 2 === 0);
  const identified = (rows: readonly string[][], prefix: string): string[][] =>
    rows.map((row, index) => [`${prefix}${index}`, ...row]);
  return { a: identified(one, 'a'), b: identified([...both, ...other], 'b') };
});

async function linked(folder: LinkFolder, a: readonly string[][], b?: readonly string[][]): Promise<Row[]> {
  folder.write('a.csv', csv(HEADER, a));
  if (b === undefined) return folder.link('a.csv', '--dedupe', '--a-id', 'id');
  folder.write('b.csv', csv(HEADER, b));
  return folder.link('a.csv', 'b.csv', '--a-id', 'id', '--b-id', 'id');
}

describe('whatever the files', () => {
  test('the order of their rows changes nothing, to the byte', async () => {
    using folder = new LinkFolder();
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), async ({ a, b }, turn) => {
        const turned = (rows: readonly string[][]): string[][] => {
          const at = turn % rows.length;
          return [...rows.slice(at), ...rows.slice(0, at)].reverse();
        };
        await linked(folder, a, b);
        const first = folder.read('links.csv');
        await linked(folder, turned(a), turned(b));
        expect(folder.read('links.csv')).toBe(first);
        await linked(folder, b);
        const duplicates = folder.read('links.csv');
        await linked(folder, turned(b));
        expect(folder.read('links.csv')).toBe(duplicates);
      }),
      { numRuns: RUNS },
    );
  });

  test('links are one to one, between records that are there, at the threshold or above', async () => {
    using folder = new LinkFolder();
    await fc.assert(
      fc.asyncProperty(files, async ({ a, b }) => {
        const links = await linked(folder, a, b);
        const [left, right] = [links.map((row) => row['a_id']), links.map((row) => row['b_id'])];
        expect([new Set(left).size, new Set(right).size]).toEqual([links.length, links.length]);
        expect(left.every((id) => a.some(([own]) => own === id))).toBe(true);
        expect(right.every((id) => b.some(([own]) => own === id))).toBe(true);
        for (const row of links) expect(Number(row['match_weight'])).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: RUNS },
    );
  });

  test('duplicates are an equivalence: who is one with the same is one', async () => {
    using folder = new LinkFolder();
    await fc.assert(
      fc.asyncProperty(files, async ({ b }) => {
        const pairs = new Set(
          pairsOf(await linked(folder, b)).flatMap((pair) => [pair, pair.split('-').reverse().join('-')]),
        );
        const ids = b.map(([id = '']) => id);
        for (const x of ids)
          for (const y of ids)
            for (const z of ids)
              if (x !== z && pairs.has(`${x}-${y}`) && pairs.has(`${y}-${z}`))
                expect(pairs.has(`${x}-${z}`)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  test('a record that is whole and unlike all others is linked to its copy', async () => {
    using folder = new LinkFolder();
    const whole = ['whole', 'Percival', 'Featherstonehaugh', '1961-04-09', '1', 'TR21 0PW'];
    await fc.assert(
      fc.asyncProperty(files, async ({ a, b }) => {
        const links = await linked(folder, [...a, whole], [...b, whole.with(0, 'copy')]);
        expect(pairsOf(links)).toContain('whole-copy');
        expect(pairsOf(await linked(folder, [...b, whole, whole.with(0, 'copy')]))).toContain('copy-whole');
      }),
      { numRuns: RUNS },
    );
  });
});
