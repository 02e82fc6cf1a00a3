import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readWorkbook } from '../../../src/spreadsheet/read-workbook.ts';
import { filesUnder } from '../../support/delivered.ts';
import { makeWorkspace, PDS_HEADER, type TestWorkspace, type Tree } from '../../support/make-workspace.ts';
import { openRecipient, type Recipient } from '../../support/recipient.ts';
import { dars } from '../../support/run-dars.ts';

/** 140 people with one to three admissions each: number, sex, diagnoses. Every ninth opted out; every seventh uses an old number. */
const PEOPLE = Array.from({ length: 140 }, (_, index) => ({
  number: String(9_990_100_000 + index),
  former: index % 7 === 0 ? String(9_990_200_000 + index) : undefined,
  sex: index % 23 === 0 ? '9' : index % 3 === 0 ? '1' : '2',
  diagnoses: Array.from(
    { length: 1 + (index % 3) },
    (_each, row) => ['E110', 'E119', 'E100', 'E112', 'E105'][(index * 3 + row) % (index % 31 === 0 ? 5 : 3)] ?? '',
  ),
  days: index % 11,
  optedOut: index % 9 === 4,
}));

const PDS = [
  PDS_HEADER,
  ...PEOPLE.flatMap(({ number, former, sex }, index) => {
    const record = `${index % 2 === 0 ? '1961-04-09' : '1985-12-31'},${sex},1 MILL LANE,,LEEDS,,,LS1 4AP,A81001,,,,`;
    return [
      `${number},,,NAME,PERSON,,${record}`,
      ...(former === undefined ? [] : [`${former},${number},,NAME,PERSON,,${record}`]),
    ];
  }),
  '',
].join('\n');

const HES = [
  'EPIKEY|NEWNHSNO|ADMIDATE|EPISTART|EPIEND|EPIDUR|DIAG_4_01|SEX',
  ...PEOPLE.flatMap(({ number, former, sex, diagnoses, days }, index) =>
    diagnoses.map(
      (diagnosis, row) =>
        `${5_000_000 + 10 * index + row}|${row === 0 ? (former ?? number) : number}|2024-05-01|2024-05-01|2024-05-03|${days + row}|${diagnosis}|${sex}`,
    ),
  ),
  '',
].join('\n');

const PRODUCT = {
  name: 'tables',
  product: 'tabulation',
  title: 'Diabetes in hospital',
  dataset: 'hes_apc',
  dimensions: [
    { name: 'sex', title: 'Sex', from: 'SEX', values: ['1', '2', '3', '9'], labels: { 1: 'Male', 2: 'Female' } },
    { name: 'diagnosis', from: 'DIAG_4_01', levels: ['3_characters'] },
  ],
  measures: [
    'people',
    'rows',
    { name: 'share', percentage: 'people', within: ['diagnosis'] },
    { name: 'days', mean: 'EPIDUR' },
    { name: 'middle', median: 'EPIDUR' },
  ],
  tables: [
    { name: 'by-sex-and-diagnosis', by: ['sex', 'diagnosis'] },
    { name: 'by-sex', by: ['sex'], measures: ['people', 'rows'] },
  ],
  formats: ['csv', 'xlsx', 'html'],
};

/** The lines of the one CSV file that was delivered. */
async function delivered(workspace: TestWorkspace, by: Recipient): Promise<string[][]> {
  const [file] = filesUnder(join(workspace.root, 'out')).filter((path) => path.endsWith('.csv.gpg'));
  const text = (await by.open(join(workspace.root, 'out', file ?? ''))).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => line.split('|'));
}

async function tabulationWorkspace(
  recipient: Recipient,
  product: Tree = PRODUCT,
  grant: Tree = {},
): Promise<TestWorkspace> {
  return makeWorkspace({
    recipient,
    agreement: (file) => {
      const [apc] = file['datasets'] as Tree[];
      Object.assign(apc ?? {}, {
        products: ['tabulation'],
        identifiability: 'aggregated',
        frequency: 'monthly',
        fields: ['SEX', 'DIAG_4_01', 'EPIDUR'],
        ...grant,
      });
    },
    pipeline: (file) => {
      file['products'] = [product];
    },
    files: {
      'data/pds.csv': PDS,
      'data/hes_apc/hes_apc_2425.csv': HES,
      'data/opt-outs.dat': `${PEOPLE.filter(({ optedOut }) => optedOut)
        .map(({ number }) => number)
        .join('\n')}\n`,
    },
  });
}

/** What the HES rule prints, written down once more. */
function hes(count: number): string {
  return count === 0 ? '0' : count <= 7 ? '*' : String(5 * Math.round(count / 5));
}

const RELEASED = PEOPLE.filter(({ optedOut }) => !optedOut);

let recipient: Recipient;
beforeAll(async () => {
  recipient = await openRecipient();
});
afterAll(() => recipient[Symbol.asyncDispose]());

describe('a tabulation', () => {
  let workspace: TestWorkspace;
  let csv: string[][];
  beforeAll(async () => {
    workspace = await tabulationWorkspace(recipient);
    const ran = await dars(workspace.root, ['run', 'diabetes-apc']);
    expect(ran.status, ran.stderr).toBe(0);
    csv = await delivered(workspace, recipient);
  }, 120_000);
  afterAll(() => workspace[Symbol.dispose]());

  const figure = (table: string, sex: string, diagnosis: string, measure: string): string | undefined =>
    csv.find((row) => row[0] === table && row[1] === sex && row[3] === diagnosis && row[5] === measure)?.[6];

  test('counts a person once a line, by their current number, without those who opted out, and prints what the HES rule says', () => {
    for (const sex of ['Total', '1', '2', '3', '9']) {
      for (const diagnosis of ['Total', 'E10', 'E11', 'E110', 'E119', 'E100', 'E112', 'E105']) {
        const own = RELEASED.filter((person) => sex === 'Total' || person.sex === sex);
        const rows = own.flatMap(({ diagnoses }) =>
          diagnoses.filter((each) => diagnosis === 'Total' || each.startsWith(diagnosis)),
        );
        const people = own.filter(({ diagnoses }) =>
          diagnoses.some((each) => diagnosis === 'Total' || each.startsWith(diagnosis)),
        );
        const shown = figure('by-sex-and-diagnosis', sex, diagnosis, 'people');
        if (shown !== '[c]') expect([sex, diagnosis, shown]).toEqual([sex, diagnosis, hes(people.length)]);
        const counted = figure('by-sex-and-diagnosis', sex, diagnosis, 'rows');
        if (counted !== '[c]') expect([sex, diagnosis, counted]).toEqual([sex, diagnosis, hes(rows.length)]);
      }
    }
    expect(csv.filter((row) => row[6] === '*').length).toBeGreaterThan(5);
    expect(csv.filter((row) => row[6] === '[c]').length).toBeLessThan(20);
  });

  test('gives percentages of rounded counts, and means and medians of true values where they are of eight people or more', () => {
    const own = RELEASED.flatMap(({ diagnoses, days }) => diagnoses.map((_, row) => days + row));
    const sorted = [...own].sort((a, b) => a - b);
    const middle = ((sorted[Math.floor((own.length - 1) / 2)] ?? 0) + (sorted[Math.floor(own.length / 2)] ?? 0)) / 2;
    expect(figure('by-sex-and-diagnosis', 'Total', 'Total', 'days')).toBe(
      (own.reduce((sum, each) => sum + each, 0) / own.length).toFixed(1),
    );
    expect(figure('by-sex-and-diagnosis', 'Total', 'Total', 'middle')).toBe(String(middle));
    const part = Number(figure('by-sex-and-diagnosis', '1', 'E110', 'people'));
    const whole = Number(figure('by-sex-and-diagnosis', '1', 'Total', 'people'));
    expect(figure('by-sex-and-diagnosis', '1', 'E110', 'share')).toBe(String(Math.round((100 * part) / whole)));
    expect(figure('by-sex-and-diagnosis', '9', 'Total', 'days')).toBe('*');
  });

  test('is one release of three files that say the same, with a certificate in the signed manifest and no exact total', async () => {
    const folder = join(workspace.root, 'out');
    const [manifest = ''] = filesUnder(folder).filter((path) => path.endsWith('MANIFEST.json'));
    const { files, disclosure_control: control } = JSON.parse(
      (await recipient.verified(join(folder, manifest))).toString('utf8'),
    ) as {
      files: { name: string; identifiability: string; waterfall: unknown[] }[];
      disclosure_control: { certificate: Record<string, unknown>; sha256: string };
    };
    expect(files.map(({ name }) => name.slice(name.indexOf('.')))).toEqual(['.csv.gpg', '.xlsx.gpg', '.html.gpg']);
    for (const file of files) expect([file.identifiability, file.waterfall]).toEqual(['aggregated', []]);
    expect(control.certificate).toMatchObject({ rules: ['hes'], threshold: 7, derivable: 0, earlier_releases: 0 });
    const place = (ending: string): string =>
      join(folder, manifest.replace('MANIFEST.json', files.find(({ name }) => name.includes(ending))?.name ?? ''));
    const sheets = readWorkbook(await recipient.open(place('.xlsx')));
    expect(sheets?.map(({ name }) => name)).toEqual(['Notes', 'by-sex-and-diagnosis', 'by-sex']);
    const page = (await recipient.open(place('.html'))).toString('utf8');
    expect(page).toContain('<h1>Diabetes in hospital</h1>');
    expect(page).not.toMatch(/<script|src=|url\((?!#)|href="(?!#)/);
    const exact = String(RELEASED.length);
    expect(hes(RELEASED.length)).not.toBe(exact);
    expect(page).not.toContain(`>${exact}<`);
  });

  test('is kept as it was printed: no count is in the state folder that the recipient does not have', () => {
    const [kept = ''] = filesUnder(join(workspace.root, 'state/tables'));
    const { cells } = JSON.parse(workspace.read(`state/tables/${kept}`)) as {
      cells: { lower: number; upper: number | null }[];
    };
    expect(cells.length).toBeGreaterThan(20);
    expect(cells.filter(({ lower, upper }) => lower > 0 && upper !== null && upper - lower < 4)).toEqual([]);
  });

  test('is audited with what was published before, never without, and is the same when it is made again', async () => {
    workspace.change('pipelines/diabetes-apc.yaml', (file) => {
      file['pipeline'] = 'again';
    });
    const refused = await dars(workspace.root, ['run', 'pipelines/diabetes-apc.yaml']);
    expect(refused.status).toBe(12);
    expect(refused.stderr).toContain('once in a calendar month');
    const [kept = ''] = filesUnder(join(workspace.root, 'state/tables'));
    const text = workspace.read(`state/tables/${kept}`);
    workspace.write(`state/tables/${kept}`, text.replace('"lower":1,', '"lower":2,'));
    const changed = await dars(workspace.root, ['run', 'again', '--as-of', '2026-12-01']);
    expect([changed.status, changed.stderr]).toEqual([16, expect.stringContaining('is not what it was')]);
    workspace.write(`state/tables/${kept}`, text);
    const ran = await dars(workspace.root, ['run', 'again', '--as-of', '2026-12-01']);
    expect(ran.status, ran.stderr).toBe(0);
    const ledger = readFileSync(join(workspace.root, 'state/ledger.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const made = ledger.filter(({ kind }) => kind === 'intended');
    expect(made[1].tables.certificate.earlier_releases).toBe(1);
    expect(made[1].tables.sha256).toBe(made[0].tables.sha256);
  }, 120_000);
});

test('a sum of few people is withheld, and so is a mean that would tell a rounded count together with its sum', async () => {
  using workspace = await tabulationWorkspace(recipient, {
    ...PRODUCT,
    measures: ['rows', { name: 'days', mean: 'EPIDUR' }, { name: 'total_days', sum: 'EPIDUR' }],
    tables: [{ name: 'by-sex', by: ['sex'] }],
    formats: ['csv'],
  });
  const ran = await dars(workspace.root, ['run', 'diabetes-apc']);
  expect(ran.status, ran.stderr).toBe(0);
  const lines = (await delivered(workspace, recipient)).filter(([table]) => table === 'by-sex');
  const figure = (sex: string, measure: string): string | undefined =>
    lines.find((line) => line[1] === sex && line.at(-2) === measure)?.at(-1);
  const total = RELEASED.reduce(
    (sum, { diagnoses, days }) => diagnoses.reduce((all, _, row) => all + days + row, sum),
    0,
  );
  expect(figure('Total', 'total_days')).toBe(String(total));
  expect(figure('Total', 'days')).toBe('[c]');
  expect(figure('9', 'total_days')).toBe('[c]');
  expect(figure('3', 'total_days')).toBe('');
}, 60_000);

describe('a tabulation is refused', () => {
  const refusal = async (product: Tree, grant: Tree = {}): Promise<{ status: number | null; stderr: string }> => {
    using workspace = await tabulationWorkspace(recipient, product, grant);
    return await dars(workspace.root, ['run', 'diabetes-apc']);
  };

  test('under weaker rules, by a level that is not granted, or where it isn’t granted at all, for every reason at once', async () => {
    const dimensions = [{ name: 'place', from: 'LSOA11', as: 'region' }];
    const product = {
      ...PRODUCT,
      disclosure: { threshold: 3 },
      dimensions,
      tables: [{ name: 't', by: ['place'] }],
      measures: ['people'],
    };
    const ran = await refusal(product, { products: ['extract'], identifiability: 'pseudonymised' });
    expect(ran.status).toBe(12);
    for (const why of [
      'threshold is weaker than the agreement’s rules for tabulations allow',
      'products[0].dimensions[0].as: hes_apc LSOA11 as region is not granted',
      'hes_apc is not granted as tabulation',
    ]) {
      expect(ran.stderr).toContain(why);
    }
  }, 60_000);

  test('where names lead nowhere, each with its line', async () => {
    const ran = await refusal({
      ...PRODUCT,
      tables: [{ name: 't', by: ['sexx', { dimension: 'diagnosis', levels: ['chapter'] }], measures: ['peeple'] }],
    });
    expect(ran.status).toBe(10);
    for (const what of ['no dimension "sexx"', 'did you mean sex?', 'no level "chapter"', 'no measure "peeple"'])
      expect(ran.stderr).toContain(what);
  }, 60_000);
});
