import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CountedTables } from '../../../src/disclosure/tabulation/counted-tables.ts';
import { placeKey } from '../../../src/disclosure/tabulation/cube.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { stepOf } from '../../../src/plan/plan.ts';
import { agreementOf } from '../../../src/release.ts';
import { makeWorkspace, PDS_HEADER, type Tree } from '../../support/make-workspace.ts';
import { wiredWorld } from '../../support/wired-world.ts';
import { countByHand, type HandRow } from './support/count-by-hand.ts';

const RUNS = Number(process.env['DARS_PROPERTY_RUNS'] ?? 6);
const OPTED_OUT = 9;
const UNKNOWN = 10;

const episodes = fc.array(
  fc.record({
    person: fc.integer({ min: 0, max: UNKNOWN }),
    sex: fc.constantFrom('1', '1', '2', ''),
    diagnosis: fc.constantFrom('E110', 'E112', 'E109', 'J180'),
    days: fc.constantFrom(undefined, 0, 1, 2, 2, 30),
  }),
  { minLength: 1, maxLength: 40 },
);

/** Cells with a row in them, by their places: in which order they come is nothing to the engine. */
function byPlace({ tables }: CountedTables) {
  return tables.map(
    (cells) => new Map(cells.filter(({ rows }) => rows > 0).map(({ at, ...cell }) => [placeKey(at), cell])),
  );
}

test('the engine counts what counting one cell at a time counts, at every level, with sums and medians', () =>
  fc.assert(
    fc.asyncProperty(episodes, async (all) => {
      const number = (person: number): string => `99900${String(person).padStart(5, '0')}`;
      using workspace = await makeWorkspace({
        agreement: (file) => {
          const [apc] = file['datasets'] as Tree[];
          Object.assign(apc ?? {}, {
            products: ['tabulation'],
            identifiability: 'aggregated',
            fields: ['SEX', 'DIAG_4_01', 'EPIDUR'],
          });
        },
        pipeline: (file) => {
          file['products'] = [
            {
              name: 'tables',
              product: 'tabulation',
              title: 't',
              dataset: 'hes_apc',
              dimensions: [
                { name: 'sex', from: 'SEX' },
                { name: 'diagnosis', from: 'DIAG_4_01', levels: ['3_characters'] },
              ],
              measures: [
                'people',
                { name: 'total', sum: 'EPIDUR' },
                { name: 'mean', mean: 'EPIDUR' },
                { name: 'middle', median: 'EPIDUR' },
              ],
              tables: [
                { name: 'both', by: ['sex', 'diagnosis'] },
                { name: 'one', by: ['diagnosis'] },
              ],
              formats: ['csv'],
            },
          ];
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
            'EPIKEY|NEWNHSNO|ADMIDATE|EPISTART|EPIEND|EPIDUR|DIAG_4_01|SEX',
            ...all.map(
              ({ person, sex, diagnosis, days }, index) =>
                `${index}|${number(person)}|2024-05-01|2024-05-01|2024-05-03|${days ?? ''}|${diagnosis}|${sex}`,
            ),
            '',
          ].join('\n'),
          'data/opt-outs.dat': `${number(OPTED_OUT)}\n`,
        },
      });
      const { world, pipeline } = await wiredWorld(workspace.root);
      const plan = buildPlan(pipeline, agreementOf(pipeline, world), world.workspace.catalogue, 'NHS Digital');
      const [file] = plan.files;
      const spec = file === undefined ? undefined : stepOf(file.steps, 'tabulate')?.tabulation;
      if (file === undefined || spec === undefined) throw new Error('a plan without its tabulation');
      const { key } = await world.keys.agreementKey(plan.stem, undefined);
      await using session = await world.engine.open(plan, world.inputs, key, () => {});
      const { counted } = await session.count(file);

      const columns = spec.measures.flatMap((measure) => ('column' in measure ? [measure.column] : []));
      const rows = all
        .filter(({ person, diagnosis }) => person < OPTED_OUT && diagnosis.startsWith('E1'))
        .map(
          ({ person, sex, diagnosis, days }): HandRow => ({
            person,
            labels: [[sex === '' ? 'Not known' : sex], [diagnosis, diagnosis.slice(0, 3)]],
            values: Object.fromEntries(columns.map((column) => [column, days])),
          }),
        );
      const byHand = countByHand(spec, rows);
      expect(counted.dimensions).toEqual(byHand.dimensions);
      const [own, hand] = [byPlace(counted), byPlace(byHand)];
      for (const [index, cells] of hand.entries()) {
        expect([...(own[index]?.keys() ?? [])].sort()).toEqual([...cells.keys()].sort());
        for (const [place, { rows: n, people, values }] of cells) {
          const found = own[index]?.get(place);
          expect([place, found?.rows, found?.people]).toEqual([place, n, people]);
          for (const [column, value] of Object.entries(values)) {
            // Of a column without a value in a cell the engine says nothing.
            if (value.rows > 0) expect([place, found?.values[column]]).toEqual([place, value]);
            else expect(found?.values[column]).toBeUndefined();
          }
        }
      }
    }),
    { numRuns: RUNS },
  ));
