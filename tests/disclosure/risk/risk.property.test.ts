import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measureRisk } from '../../../src/disclosure/risk/measure-risk.ts';
import { LEFT_OUT } from '../../../src/disclosure/risk/recodings.ts';
import { classBreaches, NO_TERMS, type RiskTerms } from '../../../src/disclosure/risk/risk-terms.ts';
import { classSizes, isAlone, leastUnique, minimalSets, peopleOf, sensitiveOf } from './support/oracle.ts';
import { type Database, load, openDatabase, type Row } from './support/subject.ts';

const RUNS = Number(process.env['DARS_PROPERTY_RUNS'] ?? 12);
const COLUMNS = 3;
const coarser = (value: string): string => value.slice(0, 1);

const row: fc.Arbitrary<Row> = fc.record({
  person: fc.integer({ min: 1, max: 14 }),
  values: fc.array(fc.option(fc.constantFrom('a1', 'a1', 'a1', 'a2', 'b1'), { freq: 6 }), {
    minLength: COLUMNS,
    maxLength: COLUMNS,
  }),
  sensitive: fc.constantFrom('x', 'y', 'z'),
  event: fc.constantFrom('d1', 'd2', 'd3', 'd4', 'd5'),
});
/** Rows of the output are rows of the source; the source has others of the same people and of more. */
const worlds = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 24 }),
  more: fc.array(
    row.map((each) => ({ ...each, person: each.person + 7 })),
    { maxLength: 16 },
  ),
});

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test('every measure agrees with a plain count over arrays', () =>
  fc.assert(
    fc.asyncProperty(worlds, async ({ rows, more }) => {
      const source = [...rows, ...more];
      const subject = await load(database, rows, source, COLUMNS, coarser);
      const risk = await measureRisk(subject, { ...NO_TERMS, k: 3 }, database.ask, database.run);
      const people = peopleOf(rows);
      const sizes = classSizes(people, peopleOf(source));
      const n = people.length;
      const sum = (value: (size: { f: number; F: number }) => number): number =>
        sizes.reduce((total, size) => total + value(size), 0);

      expect(risk.classes.people).toBe(n);
      expect(risk.classes.population).toBe(peopleOf(source).length);
      expect(risk.classes.classes).toBeCloseTo(
        sum(({ f }) => 1 / f),
        9,
      );
      expect(risk.classes.uniques).toBe(sizes.filter(({ f }) => f === 1).length);
      expect(risk.classes.populationUniques).toBe(sizes.filter(({ F }) => F === 1).length);
      expect(risk.classes.belowK).toBe(sizes.filter(({ f }) => f < 3).length);
      expect(risk.classes.prosecutorHighest).toBeCloseTo(Math.max(...sizes.map(({ f }) => 1 / f)), 9);
      expect(risk.classes.prosecutorAverage).toBeCloseTo(sum(({ f }) => 1 / f) / n, 9);
      expect(risk.classes.journalistHighest).toBeCloseTo(Math.max(...sizes.map(({ F }) => 1 / F)), 9);
      expect(risk.classes.marketer).toBeCloseTo(sum(({ F }) => 1 / F) / n, 9);
      expect(risk.bands.reduce((total, band) => total + band.people, 0)).toBe(n);
      expect(risk.bands.reduce((total, band) => total + band.inPopulation, 0)).toBe(n);

      const least = leastUnique(people, COLUMNS);
      expect(risk.special.people).toEqual(
        [1, 2, 3].map((columns) => ({ columns, people: least.filter((each) => each === columns).length })),
      );
      const sets = minimalSets(people, COLUMNS);
      const shown = new Map(
        risk.special.sets.map((set) => [set.columns.map((name) => name.slice(1)).join(), set.people]),
      );
      for (const [set, count] of shown) expect(sets.get(set)).toBe(count);
      expect(shown.size).toBe(Math.min(12, sets.size));

      const told = sensitiveOf(people);
      const [sensitive] = risk.sensitive;
      expect(sensitive?.distinct).toBe(told.l);
      expect(sensitive?.entropy).toBeCloseTo(told.entropy, 9);
      expect(sensitive?.closeness).toBeCloseTo(told.t, 9);
      expect(sensitive?.sameValue).toBeCloseTo(told.same, 9);
      expect(sensitive?.learnt).toBe(told.learnt);
    }),
    { numRuns: RUNS },
  ));

test('somebody with exactly as many events as are known is found just when nobody else has them all', () =>
  fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
      const events = (person: number): string[] => [
        ...new Set(rows.filter((each) => each.person === person).map(({ event }) => event ?? '')),
      ];
      for (const known of [1, 2, 3]) {
        // With as many events as are known there is nothing to draw, so the oracle needs to know nothing of the draw.
        const asked = [...new Set(rows.map(({ person }) => person))].filter(
          (person) => events(person).length === known,
        );
        const kept = rows.filter(({ person }) => events(person).length <= known);
        const subject = await load(database, kept, kept, COLUMNS, coarser);
        const { trajectories } = await measureRisk(subject, NO_TERMS, database.ask, database.run);
        const found = trajectories.find((each) => each.known === known);
        expect(found?.people).toBe(asked.length);
        expect(found?.uniques).toBe(asked.filter((person) => isAlone(person, events(person), kept)).length);
      }
    }),
    { numRuns: RUNS },
  ));

test('a proposed recoding is enough, and where it claims the least loss no finer one is', () =>
  fc.assert(
    fc.asyncProperty(worlds, fc.constantFrom(0, 0.1, 0.3), async ({ rows, more }, limit) => {
      const terms: RiskTerms = { ...NO_TERMS, k: 2, at_most: { uniques: limit } };
      const subject = await load(database, rows, [...rows, ...more], COLUMNS, coarser);
      const risk = await measureRisk(subject, terms, database.ask, database.run);
      const share = (levels: readonly number[]): number => {
        const kept = rows.map((each) => ({
          ...each,
          values: each.values.map((value, index) =>
            levels[index] === 2 || value === null ? null : levels[index] === 1 ? coarser(value) : value,
          ),
        }));
        const sizes = classSizes(peopleOf(kept), peopleOf(kept));
        return sizes.filter(({ f }) => f === 1).length / sizes.length;
      };
      expect(risk.breaches.length > 0).toBe(share([0, 0, 0]) > limit);
      for (const proposal of risk.proposals) {
        const levels: number[] = Array.from({ length: COLUMNS }, (_, index) => {
          const change = proposal.changes.find(({ column }) => column === `Q${index}`);
          return change === undefined ? 0 : change.to === LEFT_OUT ? 2 : 1;
        });
        expect(share(levels)).toBeLessThanOrEqual(limit);
        expect(classBreaches(proposal.after, terms)).toEqual([]);
        const finer = levels.flatMap((level, index) => (level > 0 ? [levels.with(index, level - 1)] : []));
        for (const each of finer) expect(share(each)).toBeGreaterThan(limit);
      }
      // Without any quasi-identifier one person alone is still alone: nothing can be proposed then.
      if (risk.breaches.length > 0 && share([2, 2, 2]) <= limit) expect(risk.proposals.length).toBeGreaterThan(0);
    }),
    { numRuns: RUNS },
  ));
