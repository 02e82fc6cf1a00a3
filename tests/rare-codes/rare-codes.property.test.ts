import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { agreementOf, airlockBrief } from '../../src/release.ts';
import { HES_HEADER, makeWorkspace, PDS_HEADER, type Tree } from '../support/make-workspace.ts';
import { wiredWorld } from '../support/wired-world.ts';

const RUNS = Number(process.env['DARS_PROPERTY_RUNS'] ?? 6);
const BELOW = 3;

interface Episode {
  readonly person: number;
  readonly codes: readonly [string, string];
  readonly inPeriod: boolean;
}

/** Codes of two chapters; some are written in other ways. */
const code = fc.constantFrom('E110', 'E112', 'e11.2', 'E119', 'E149 ', 'I10X', 'I219', 'I251', '');
const episodes = fc.array(
  fc.record({
    person: fc.integer({ min: 0, max: 11 }),
    codes: fc.tuple(code, code),
    inPeriod: fc.boolean(),
  }),
  { minLength: 1, maxLength: 30 },
);

const bare = (text: string): string => text.trim().toUpperCase().replaceAll('.', '');
const chapter = (text: string): string => (text.startsWith('E') ? 'IV' : 'IX');

/** What a code of few people is given out as, counted plainly. */
function oracle(all: readonly Episode[], instead: 'roll-up' | 'blank'): (value: string) => string {
  const held = all
    .filter(({ inPeriod }) => inPeriod)
    .flatMap(({ person, codes }) => codes.map((each) => ({ person, code: bare(each) })))
    .filter((each) => each.code !== '');
  const people = (of: (code: string) => boolean): number =>
    new Set(held.filter((each) => of(each.code)).map(({ person }) => person)).size;
  const isRare = (wanted: string): boolean => people((each) => each === wanted) < BELOW;
  const three = (wanted: string): string => wanted.slice(0, 3);
  const behindThree = (wanted: string): number => people((each) => isRare(each) && three(each) === three(wanted));
  const behindChapter = (wanted: string): number =>
    people((each) => isRare(each) && behindThree(each) < BELOW && chapter(each) === chapter(wanted));
  return (value) => {
    const wanted = bare(value);
    if (wanted === '' || !isRare(wanted)) return value.trim() === '' ? '' : value;
    if (instead === 'blank') return '';
    if (behindThree(wanted) >= BELOW) return three(wanted);
    return behindChapter(wanted) >= BELOW ? chapter(wanted) : '';
  };
}

test('codes of few people roll up until enough stand behind what is printed, or are blank; the oracle counts plainly', () =>
  fc.assert(
    fc.asyncProperty(episodes, fc.constantFrom('roll-up', 'blank'), async (all, instead) => {
      const number = (person: number): string => `99900${String(person).padStart(5, '0')}`;
      using workspace = await makeWorkspace({
        agreement: (file) => {
          const [apc] = file['datasets'] as Tree[];
          if (apc === undefined) throw new Error('the agreement grants nothing');
          delete apc['where'];
          apc['rare_codes'] = { below: BELOW, instead };
        },
        pipeline: (file) => {
          const [product] = file['products'] as Tree[];
          Object.assign(product ?? {}, { fields: ['EPIKEY', 'DIAG_4_01', 'DIAG_4_02'] });
          if (product !== undefined) delete product['where'];
        },
        files: {
          'data/pds.csv': [
            PDS_HEADER,
            ...Array.from(
              { length: 12 },
              (_, person) => `${number(person)},,,A,B,,1961-04-09,1,,,,,,LS1 4AP,A81001,,,,`,
            ),
            '',
          ].join('\n'),
          'data/hes_apc/hes_apc_2425.csv': [
            HES_HEADER,
            ...all.map(({ person, codes, inPeriod }, index) => {
              const day = inPeriod ? '2024-05-03' : '2021-05-03';
              return `${index}|${number(person)}|${day}|${day}|${day}|${codes[0]}|${codes[1]}|1|041961|E01000001|L`;
            }),
            '',
          ].join('\n'),
          // Who opted out is not in the output, and one of those who are counted.
          'data/opt-outs.dat': `${number(11)}\n`,
        },
      });
      const { world, pipeline } = await wiredWorld(workspace.root);
      const agreement = agreementOf(pipeline, world);
      const plan = buildPlan(pipeline, agreement, world.workspace.catalogue, 'NHS Digital');
      const [file] = plan.files;
      if (file === undefined) throw new Error('the plan has no file');
      const { key } = await world.keys.agreementKey(plan.stem, undefined);
      await using session = await world.engine.open(plan, world.inputs, key, () => {});
      const { plaintext, produced } = session.write(file, airlockBrief(file, agreement, world));
      let text = '';
      for await (const part of plaintext) text += Buffer.from(part as Uint8Array).toString('utf8');
      await session.prove(file, await produced);
      const given = new Map(
        text
          .trim()
          .split('\n')
          .slice(1)
          .map((line) => line.split('|'))
          .map(([, epikey = '', first = '', second = '']) => [epikey, [first, second]]),
      );
      const expected = oracle(all, instead);
      const released = all.flatMap(({ person, codes, inPeriod }, index) =>
        inPeriod && person !== 11 ? [[String(index), codes.map(expected)] as const] : [],
      );
      expect(given).toEqual(new Map(released));
    }),
    { numRuns: RUNS },
  ));
