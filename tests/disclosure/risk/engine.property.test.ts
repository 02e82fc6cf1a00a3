import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { riskOfPlan } from '../../../src/release/release-risk.ts';
import { agreementOf } from '../../../src/release.ts';
import { HES_HEADER, makeWorkspace, PDS_HEADER, type Tree } from '../../support/make-workspace.ts';
import { wiredWorld } from '../../support/wired-world.ts';

const RUNS = Number(process.env['DARS_PROPERTY_RUNS'] ?? 6);
const OPTED_OUT = 9;
const UNKNOWN = 10;

/** The years of the two files, and a year that neither is of. */
const DAYS = ['2024-05-03', '2022-05-03', '2020-05-03'] as const;
const PERIODS = [
  { from: '2024-04-01', to: '2025-03-31' },
  { from: '2022-04-01', to: '2023-03-31' },
] as const;

interface Episode {
  readonly person: number;
  readonly day: (typeof DAYS)[number];
  readonly diagnosis: string;
  readonly sex: string;
  readonly lsoa: string;
}

const episodes: fc.Arbitrary<Episode[]> = fc.array(
  fc.record({
    person: fc.integer({ min: 0, max: UNKNOWN }),
    day: fc.constantFrom(...DAYS),
    diagnosis: fc.constantFrom('E110', 'E110', 'J180'),
    sex: fc.constantFrom('1', '1', '2', ''),
    lsoa: fc.constantFrom('E01000001', 'E01000001', 'E01000002'),
  }),
  { minLength: 1, maxLength: 30 },
);

/** f and F of everybody in the two files, by the meaning of the words and nothing of the program. */
function oracle(all: readonly Episode[]): { f: number[]; F: number[]; people: number; population: number } {
  const known = all.filter(({ person }) => person !== UNKNOWN);
  const within =
    ({ from, to }: (typeof PERIODS)[number]) =>
    (each: Episode) =>
      each.day >= from && each.day <= to;
  const released = PERIODS.map((period) =>
    known.filter((each) => within(period)(each) && each.diagnosis.startsWith('E1') && each.person !== OPTED_OUT),
  );
  const values = (rows: readonly Episode[], column: 'sex' | 'lsoa'): string =>
    [...new Set(rows.map((row) => row[column]).filter((value) => value !== ''))].sort().join('+');
  const signature = (rows: readonly (readonly Episode[])[]): string =>
    rows.map((each) => `${values(each, 'sex')} ${values(each, 'lsoa')}`).join(' | ');
  const numbers = [...new Set(known.map(({ person }) => person))];
  const inside = numbers.filter((person) => released.some((rows) => rows.some((row) => row.person === person)));
  const own = inside.map((person) => signature(released.map((rows) => rows.filter((row) => row.person === person))));
  const others = numbers
    .filter((person) => !inside.includes(person))
    .map((person) => {
      const theirs = known.filter((row) => row.person === person);
      return signature(PERIODS.map((period) => (theirs.some(within(period)) ? theirs.filter(within(period)) : theirs)));
    });
  const f = own.map((each) => own.filter((other) => other === each).length);
  return {
    f,
    F: own.map((each, index) => (f[index] ?? 0) + others.filter((other) => other === each).length),
    people: inside.length,
    population: numbers.length,
  };
}

test('two files with one token are measured as one, against everybody in the full source; an oracle says what that means', () =>
  fc.assert(
    fc.asyncProperty(episodes, async (all) => {
      const number = (person: number): string => `99900${String(person).padStart(5, '0')}`;
      using workspace = await makeWorkspace({
        agreement: (file) => {
          file['risk'] = { quasi_identifiers: ['SEX', 'LSOA11'], events: ['ADMIDATE'] };
        },
        pipeline: (file) => {
          const fields = ['EPIKEY', 'SEX', 'LSOA11', 'ADMIDATE'];
          file['products'] = PERIODS.map((period, index) => ({
            ...{ name: `part${index}`, product: 'extract', dataset: 'hes_apc' },
            ...{ period, fields, format: 'csv' },
          }));
        },
        files: {
          'data/pds.csv': [
            PDS_HEADER,
            ...Array.from(
              { length: UNKNOWN },
              (_, person) => `${number(person)},,,A,B,,1961-04-09,1,,,,,,LS1 4AP,A81001,,,,`,
            ),
            '',
          ].join('\n'),
          'data/hes_apc/hes_apc_2425.csv': [
            HES_HEADER,
            ...all.map(
              ({ person, day, diagnosis, sex, lsoa }, index) =>
                `${index}|${number(person)}|${day}|${day}|${day}|${diagnosis}||${sex}|041961|${lsoa}|L`,
            ),
            '',
          ].join('\n'),
          'data/opt-outs.dat': `${number(OPTED_OUT)}\n`,
        },
      });
      const { world, pipeline } = await wiredWorld(workspace.root);
      const agreement = agreementOf(pipeline, world);
      const plan = buildPlan(pipeline, agreement, world.workspace.catalogue, 'NHS Digital');
      const { key } = await world.keys.agreementKey(plan.stem, undefined);
      await using session = await world.engine.open(plan, world.inputs, key, () => {});
      const risk = await riskOfPlan(plan, agreement, session, world);
      const { f, F, people, population } = oracle(all);
      const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + 1 / size, 0);
      expect(risk?.classes).toMatchObject({
        people,
        population,
        uniques: f.filter((size) => size === 1).length,
        populationUniques: F.filter((size) => size === 1).length,
      });
      expect(risk?.classes.classes).toBeCloseTo(sum(f), 9);
      expect(risk?.classes.marketer).toBeCloseTo(people === 0 ? 0 : sum(F) / people, 9);
      expect(risk?.columns.map(({ name }) => name)).toEqual([
        'part0.hes_apc.SEX',
        'part0.hes_apc.LSOA11',
        'part1.hes_apc.SEX',
        'part1.hes_apc.LSOA11',
      ]);
    }),
    { numRuns: RUNS },
  ));

test('rows that lead to nobody are nobody else’s, in another file neither', async () => {
  using workspace = await makeWorkspace({
    agreement: (file) => {
      file['risk'] = { quasi_identifiers: ['SEX'] };
      for (const dataset of file['datasets'] as Tree[]) dataset['unresolved'] = 'keep';
    },
    pipeline: (file) => {
      file['products'] = PERIODS.map((period, index) => ({
        ...{ name: `part${index}`, product: 'extract', dataset: 'hes_apc' },
        ...{ period, fields: ['EPIKEY', 'SEX'], format: 'csv' },
      }));
    },
    files: {
      'data/hes_apc/hes_apc_2425.csv': [
        HES_HEADER,
        ...DAYS.slice(0, 2).map((day, index) => `${index}||${day}|${day}|${day}|E110||1|041961|E01000001|L`),
        '',
      ].join('\n'),
    },
  });
  const { world, pipeline } = await wiredWorld(workspace.root);
  const agreement = agreementOf(pipeline, world);
  const plan = buildPlan(pipeline, agreement, world.workspace.catalogue, 'NHS Digital');
  const { key } = await world.keys.agreementKey(plan.stem, undefined);
  await using session = await world.engine.open(plan, world.inputs, key, () => {});
  const risk = await riskOfPlan(plan, agreement, session, world);
  expect(risk?.classes.people).toBe(2);
});
