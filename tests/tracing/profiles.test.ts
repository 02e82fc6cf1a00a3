import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMUNAL } from '../../src/linkage/profiles/link-hes-ons.ts';
import { makeWorkspace, PDS_HEADER, type TestWorkspace } from '../support/make-workspace.ts';
import { darsHere, type Ran } from '../support/run-dars.ts';
import { cohortFile, type Participant } from './support.ts';

interface Asked extends Participant {
  /** `number rank step indicator confidence code`, what is empty left out. */
  readonly mps: string;
}

const person = (number: string, by: string, flag: string, names: string, born: string, sex: string, home: string) =>
  `${number},${by},${flag},${names},,${born},${sex},,,,,,${home},,,,,`;

const PDS = [
  PDS_HEADER,
  person('9990000018', '', '', 'Smith,James', '1961-04-09', '1', 'LS1 4AP'),
  person('9990000026', '', '', 'Bracegirdle,Olwen', '1985-12-31', '2', 'LS1 4AQ'),
  // Two superseded numbers, one after the other, with another name and home.
  person('9990000034', '9990000093', '', 'Arkwright,Olwen', '1985-12-31', '2', 'LS9 9ZZ'),
  person('9990000093', '9990000026', '', 'Bracegirdle,Olwen', '1985-12-31', '2', 'LS1 4AQ'),
  person('9990000042', '', 'S', 'Cholmondeley,Tabitha', '1990-02-28', '2', 'YO1 7HH'),
  person('9990000050', '', 'I', 'Dunwoody,Enid', '1950-07-07', '2', 'LS2 8BB'),
  person('9990000069', '', '', 'Khan,Amina', '1972-03-14', '2', 'B33 8TH'),
  person('9990000077', '', '', 'Khan,Amira', '1972-03-14', '2', 'B33 8TH'),
  person('9990000085', '', '', 'Fothergill,Winifred', '1932-03-11', '2', 'LS2 8BD'),
  '',
].join('\n');

const PARTICIPANTS: readonly Asked[] = [
  { ref: 'cached', nhs: '9990000018', born: '1961-04-09', mps: '9990000018 1 CCT_cached 1 100 00' },
  { ref: 'again', nhs: '9990000018', born: '1961-04-09', mps: '9990000018 1 CCT_cached 1 100 00' },
  { ref: 'old number', nhs: '9990000034', born: '1985-12-31', mps: '9990000026 2 CCT_live 1 100 90' },
  { ref: 'sensitive', nhs: '9990000042', born: '1990-02-28', mps: '9990000042 2 CCT_live 1 100 92' },
  { ref: 'invalid', nhs: '9990000050', born: '1950-07-07', mps: 'No_PDS_match_found 1 0 91' },
  {
    ref: 'by its sound',
    given: 'Olwen',
    family: 'Brasegirdle',
    born: '1985-12-31',
    sex: '2',
    postcode: 'ls14aq',
    mps: '9990000026 3 alphanumeric_trace_live 3 100 00',
  },
  {
    // The name is that of the superseded record alone, which only the algorithmic trace looks at.
    ref: 'former name and home',
    given: 'Olwyn',
    family: 'Arkwright',
    born: '1985-12-31',
    sex: '2',
    postcode: 'LS9 9ZZ',
    mps: '9990000026 4 algorithmic_trace_live 4 98 00',
  },
  {
    ref: 'by scores',
    given: 'Jon',
    family: 'Smith-Jones',
    born: '1961-04-09',
    sex: '1',
    postcode: 'LS1 4AP',
    mps: '9990000018 4 algorithmic_trace_live 4 88 00',
  },
  {
    ref: 'one of two',
    given: 'Ami',
    family: 'Kahn',
    born: '1972-03-14',
    sex: '2',
    postcode: 'B33 8TH',
    mps: 'No_PDS_match_found 4 0 97',
  },
  {
    ref: 'in part',
    nhs: '9990000085',
    given: 'W',
    family: 'Fotherby',
    born: '1932-11-03',
    mps: '9990000085 2 CCT_live 1 100 00',
  },
  { ref: 'nobody', given: 'Zeb', family: 'Quill', sex: '1', born: '1999-01-01', mps: 'No_PDS_match_found 3 0 98' },
];

let workspace: TestWorkspace;
const at = (name: string): string => join(workspace.root, name);
beforeAll(async () => {
  workspace = await makeWorkspace({ files: { 'data/pds.csv': PDS, 'cohort.csv': cohortFile(PARTICIPANTS) } });
});
afterAll(() => workspace[Symbol.dispose]());

async function trace(...flags: readonly string[]): Promise<Ran> {
  return await darsHere(workspace.root, ['trace', at('cohort.csv'), ...flags]);
}

/** Rows of a match file by reference. None has quotes in it. */
function matches(name: string): Map<string, Record<string, string>> {
  const [header = '', ...lines] = workspace.read(name).trim().split('\n');
  const names = header.split(',');
  return new Map(
    lines.map((line) => {
      const values = line.split(',');
      return [values[0] ?? '', Object.fromEntries(names.map((each, index) => [each, values[index] ?? '']))];
    }),
  );
}

const TOLD = [
  'MATCHED_NHS_NO',
  'MATCH_RANK',
  'MATCH_STEP',
  'MATCHED_ALGORITHM_INDICATOR',
  'MATCHED_CONFIDENCE_PERCENTAGE',
  'ERROR_SUCCESS_CODE',
];

describe('a trace by the profile mps', () => {
  let rows: Map<string, Record<string, string>>;
  let ran: Ran;
  beforeAll(async () => {
    ran = await trace('--profile', 'mps', '--out', at('mps.csv'), '--with-numbers');
    rows = matches('mps.csv');
  });

  test.each(PARTICIPANTS)('answers as the service would: $ref', ({ ref, mps }) => {
    const row = rows.get(ref) ?? {};
    expect(TOLD.map((name) => row[name]).filter((value) => value !== '')).toEqual(mps.split(' '));
  });

  test('has the scores of the fields in the match file', () => {
    expect(rows.get('by scores')).toMatchObject({
      GIVEN_NAME_SCORE_PERC: '51',
      FAMILY_NAME_SCORE_PERC: '89',
      DOB_SCORE_PERC: '100',
      GENDER_SCORE_PERC: '100',
      POSTCODE_SCORE_PERC: '100',
    });
    expect(rows.get('cached')).toMatchObject({ DOB_SCORE_PERC: '', GIVEN_NAME_SCORE_PERC: '' });
  });

  test('tells the terminal no number that is small, and of nobody', () => {
    expect(ran.status).toBe(0);
    expect(ran.stdout).toMatch(/code 90: found by a number that was superseded +\*/);
    expect(ran.stdout + ran.stderr).not.toMatch(/99900000|Smith/);
  });

  test('holds the home of a sensitive record against nothing, so that no score can tell it', async () => {
    const tabitha = { ref: 'T', given: 'Tabitha', family: 'Cholmondley', sex: '2', born: '1990-02-28' };
    const homes = ['YO1 7HH', 'LS1 1AA'];
    const codes: (string | undefined)[] = [];
    for (const postcode of homes) {
      workspace.write('home.csv', cohortFile([{ ...tabitha, postcode }]));
      await darsHere(workspace.root, ['trace', at('home.csv'), '--profile', 'mps', '--out', at('home-match.csv')]);
      codes.push(JSON.stringify(matches('home-match.csv').get('T')));
    }
    expect(codes[0]).toContain('"92"');
    expect(codes[0]).toBe(codes[1]);
  });
});

test('a trace by hes-ons takes old numbers for current ones, and counts all who live at a postcode', async () => {
  const residents = Array.from({ length: COMMUNAL }, (_, index) =>
    person(String(9990001000 + index), '', '', 'Resident,R', `19${30 + index}-05-06`, '2', 'LS2 8BD'),
  );
  using other = await makeWorkspace({
    files: {
      'data/pds.csv': `${PDS}${residents.join('\n')}\n`,
      'cohort.csv': cohortFile([
        { ref: 'old', nhs: '9990000034', born: '1985-12-31', sex: '2' },
        { ref: 'home', born: '1932-03-11', sex: '2', postcode: 'LS2 8BD' },
        { ref: 'family', born: '1961-04-09', sex: '1', postcode: 'LS1 4AP' },
        { ref: 'invalid', nhs: '9990000050', born: '1950-07-07', sex: '2' },
      ]),
    },
  });
  const file = join(other.root, 'match.csv');
  const ran = await darsHere(other.root, [
    ...['trace', join(other.root, 'cohort.csv'), '--profile', 'hes-ons'],
    ...['--out', file, '--with-numbers'],
  ]);
  expect(ran.status).toBe(0);
  const lines = other.read('match.csv').trim().split('\n').slice(1);
  expect(lines.map((line) => line.split(',').slice(0, 3).join(' ').trim())).toEqual([
    'old 9990000026 2',
    'home 9990000085 7',
    'family 9990000018 6',
    'invalid',
  ]);
});

describe('two profiles beside each other', () => {
  test('are compared participant by participant, whichever comes first', async () => {
    const one = await trace('--compare', 'mps', '--out', at('compared.csv'), '--with-numbers', '--json');
    const two = await trace('--profile', 'mps', '--compare', 'dars', '--out', at('turned.csv'), '--with-numbers');
    expect([one.status, two.status]).toEqual([0, 0]);
    const [rows, turned, mps] = [matches('compared.csv'), matches('turned.csv'), matches('mps.csv')];
    expect(rows.size).toBe(PARTICIPANTS.length);
    for (const [ref, row] of rows) {
      expect(row['OTHER_MATCHED_NHS_NO']).toBe(mps.get(ref)?.['MATCHED_NHS_NO']);
      expect(row['OTHER_ERROR_SUCCESS_CODE']).toBe(mps.get(ref)?.['ERROR_SUCCESS_CODE']);
      expect(turned.get(ref)).toMatchObject({
        MATCHED_NHS_NO: row['OTHER_MATCHED_NHS_NO'],
        OTHER_MATCHED_NHS_NO: row['MATCHED_NHS_NO'],
        OTHER_MATCH_STEP: row['MATCH_STEP'],
      });
    }
    const agreement = (ref: string): string | undefined => rows.get(ref)?.['AGREEMENT'];
    // Two participants with one number are nobody here, and each is found by the service.
    expect(['old number', 'sensitive', 'cached', 'nobody'].map(agreement)).toEqual([
      'same',
      'same',
      'only mps',
      'neither',
    ]);
    const { agreements } = JSON.parse(one.stdout.trim().split('\n').at(-1) ?? '{}') as {
      agreements: { agreement: string; participants: unknown }[];
    };
    expect(agreements.map(({ agreement: each }) => each)).toEqual([
      'same',
      'other person',
      'only dars',
      'only mps',
      'neither',
    ]);
    for (const { participants } of agreements) expect([0, '*']).toContain(participants);
  });

  test.each([
    [['--profile', 'mps', '--compare', 'mps'], 'compared with itself'],
    [['--profile', 'mps', '--report', 'report.html'], '--report goes with the profile dars alone'],
    [['--profile', 'hes-ons', '--save-model', 'model.json'], '--save-model goes with the profile dars alone'],
  ])('refuses %j', async (flags, says) => {
    const ran = await trace(...flags);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain(says);
  });
});
