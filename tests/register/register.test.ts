import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../../src/ledger/ledger.ts';
import type { Change } from '../../src/register/changes.ts';
import type { IndexedRegister } from '../../src/register/indexed-register.ts';
import { MixedOptOutList } from '../../src/register/mixed-opt-outs.ts';
import type { RegisterRow } from '../../src/register/register-row.ts';
import { cellsOf } from '../../src/register/register-row.ts';
import * as views from '../../src/register/register-views.ts';
import { releasedFile } from '../ledger/bodies.ts';
import { accessed, amended, delivered, described, REFERENCE, releasedOn, renamed, withdrawn } from './facts.ts';
import { entriesOf, registerOfDays } from './support.ts';

type Said = readonly (readonly [string, EntryBody])[];

/** The register of these days over a ledger of what was said, day by day. */
function register(said: Said, range: string): IndexedRegister {
  return registerOfDays(entriesOf(said), range);
}

const rowsOfRange = (found: IndexedRegister): RegisterRow[] => [...views.rowsOfRange(found)];
const standingRows = (found: IndexedRegister): RegisterRow[] => [...views.standingRows(found)];
const amendedRows = (found: IndexedRegister): RegisterRow[] => [...views.amendedRows(found)];
const changesOfRange = (found: IndexedRegister): Change[] => [...found.changes.ofRange()];
const rowNamed = ({ register: found }: IndexedRegister, id: string): RegisterRow | undefined =>
  [...found.rows()].find((row) => row.id === id);

const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);
const changes = (found: IndexedRegister): string[] =>
  changesOfRange(found).map(({ kind, about, what, from, to }) => `${kind} ${about} ${what}: ${from} -> ${to}`);

describe('a file', () => {
  const said: Said = [
    ['2026-07-01', described()],
    ...releasedOn('2026-07-02', 'r1', [1, 2]),
    ['2026-09-30', { ...releasedOn('', 'r2', [3])[0]?.[1], kind: 'intended' }],
    ['2026-10-01', delivered('r2', '2026-10-01')],
    ...releasedOn('2026-10-02', 'r3', [4]).slice(0, 1),
  ];

  test('belongs to the days on which it was delivered', () => {
    expect(ids(rowsOfRange(register(said, '2026-Q3')))).toEqual(['FILE0000001', 'FILE0000002']);
    expect(ids(rowsOfRange(register(said, '2026-Q4')))).toEqual(['FILE0000003']);
  });

  test('that nobody received has no row', () => {
    expect(ids(standingRows(register(said, '2027')))).not.toContain('FILE0000004');
  });

  test('is printed in the register’s words', () => {
    const [row] = rowsOfRange(register(said, '2026-Q3'));
    expect(row === undefined ? [] : cellsOf(row)).toEqual([
      'FILE0000001',
      'University of Example',
      'Hospital Episode Statistics, Admitted Patient Care',
      'Anonymised - ICO code compliant',
      'Non Sensitive',
      'Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)',
      '',
      'Ongoing',
      REFERENCE,
      '',
      'No - data flow is not identifiable',
      'Does not include the flow of confidential data',
    ]);
  });

  test('that stands in for another says so, and the other as well', () => {
    const more: Said = [
      ...said,
      ...releasedOn('2026-11-01', 'r9', [9], { replaces: releasedFile(1).file, because: 'damaged' }),
    ];
    const found = register(more, '2026-Q4');
    expect(rowNamed(found, 'FILE0000001')?.replacedBy).toBe('FILE0000009');
    expect(changes(found)).toContain('replaced FILE0000001 The file: FILE0000001 -> FILE0000009');
  });
});

describe('an amendment', () => {
  const said: Said = [
    ['2026-07-01', described()],
    ...releasedOn('2026-07-02', 'r1', [1]),
    [
      '2026-11-05',
      amended('FILE0000001', 2, 'legal_basis', 'x', 'Health and Social Care Act 2012 – s261(7)', 'left out'),
    ],
    [
      '2027-02-05',
      amended('FILE0000001', 2, 'legal_basis', 'x', 'Health and Social Care Act 2012 - s261(7)', 'a dash'),
    ],
  ];

  test('leaves the quarter that it is not of as it was published', () => {
    const [row] = rowsOfRange(register(said, '2026-Q3'));
    expect(row?.values.legal_basis).toContain('s261(1)');
    expect(changes(register(said, '2026-Q3'))).toEqual([]);
  });

  test('shows the whole corrected row in the quarter in which it was made, with old and new beside it', () => {
    const found = register(said, '2026-Q4');
    expect(rowsOfRange(found)).toEqual([]);
    expect(amendedRows(found).map(({ values }) => values.legal_basis)).toEqual([
      'Health and Social Care Act 2012 – s261(7)',
    ]);
    expect(changes(found)).toEqual([
      'amended FILE0000001 Legal basis: Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii) -> Health and Social Care Act 2012 – s261(7)',
    ]);
  });

  test('of a dash alone is none of substance', () => {
    const found = changesOfRange(register(said, '2027-Q1'));
    expect(found.map(({ ofSubstance }) => ofSubstance)).toEqual([false]);
  });

  test('of a value that documents spell by a word is printed as the register does', () => {
    const more: Said = [
      ...said.slice(0, 3),
      ['2026-11-06', { ...amended('FILE0000001', 2, 'sensitive', '', '', 'r'), from: false, to: true }],
    ];
    expect(changes(register(more, '2026-Q4')).at(-1)).toBe(
      'amended FILE0000001 Sensitive or not: Non Sensitive -> Sensitive',
    );
  });

  test('of a row that there is none of changes nothing', () => {
    const none: Said = [...said.slice(0, 3), ['2026-12-01', amended('FILE0000007', 2, 'frequency', 'a', 'b', 'r')]];
    expect(changes(register(none, '2026-Q4'))).toEqual([]);
  });
});

describe('a withdrawal', () => {
  const said: Said = [
    ['2026-07-01', described()],
    ...releasedOn('2026-07-02', 'r1', [1, 2]),
    ['2026-11-05', withdrawn('FILE0000001', 2, 'a test; no patient data')],
  ];

  test('takes the row out from its quarter on, and stays visible with its reason', () => {
    expect(ids(standingRows(register(said, '2026-Q3')))).toEqual(['FILE0000001', 'FILE0000002']);
    const found = register(said, '2026-Q4');
    expect(ids(standingRows(found))).toEqual(['FILE0000002']);
    expect(rowNamed(found, 'FILE0000001')?.withdrawn).toMatchObject({
      reason: 'a test; no patient data',
    });
    expect(changesOfRange(found)).toMatchObject([
      { kind: 'withdrawn', about: 'FILE0000001', reason: 'a test; no patient data' },
    ]);
    expect(amendedRows(found)).toEqual([]);
  });
});

describe('a rename', () => {
  const said: Said = [
    ['2026-07-01', described()],
    ...releasedOn('2026-07-02', 'r1', [1]),
    ['2026-10-05', renamed('organisation', 'University of Example', 'University of Examples')],
    ['2026-10-06', renamed('dataset', 'Hospital Episode Statistics, Admitted Patient Care', 'HES APC')],
    ['2026-12-05', renamed('organisation', 'University of Examples', 'Examples United')],
    ...releasedOn('2026-12-06', 'r2', [2]),
  ];

  test('applies to what was said before it, through several, and to nothing after', () => {
    const names = standingRows(register(said, '2026-Q4')).map(({ values }) => [values.organisation, values.dataset]);
    expect(names).toEqual([
      ['Examples United', 'HES APC'],
      ['University of Example', 'Hospital Episode Statistics, Admitted Patient Care'],
    ]);
    expect(register(said, '2026-Q4').register.versionNamed(REFERENCE)?.facts.organisation).toBe('Examples United');
  });

  test('is shown as what it is, not as an amendment of substance', () => {
    const found = register(said, '2026-Q4');
    expect(amendedRows(found)).toEqual([]);
    expect(changesOfRange(found).map(({ kind, ofSubstance }) => [kind, ofSubstance])).toEqual([
      ['renamed', false],
      ['renamed', false],
      ['renamed', false],
    ]);
  });

  test('that the agreement follows is no change of the agreement', () => {
    const more: Said = [
      ...said.slice(0, 4),
      [
        '2026-10-07',
        described({
          organisation: 'University of Examples',
          controllers: [{ name: 'University of Examples', role: 'sole' }],
        }),
      ],
    ];
    expect(changesOfRange(register(more, '2026-Q4')).map(({ kind }) => kind)).toEqual(['renamed']);
  });

  test('that comes later changes no earlier quarter', () => {
    expect(standingRows(register(said, '2026-Q3')).map(({ values }) => values.organisation)).toEqual([
      'University of Example',
    ]);
  });
});

describe('system access', () => {
  test('is a row of its days, though it is recorded after them', () => {
    const said: Said = [['2026-10-03', accessed('SystemAccess0001', '2026-07-01', '2026-09-30')]];
    const [row] = rowsOfRange(register(said, '2026-Q3'));
    expect(row?.values).toMatchObject({ frequency: 'System Access', sensitive: 'Sensitive' });
    expect(amendedRows(register(said, '2026-Q4'))).toEqual([]);
  });

  test('that an earlier register lacked comes late, and says why', () => {
    const said: Said = [
      ['2026-11-03', accessed('SystemAccess0001', '2026-07-01', '2026-09-30', { late: 'found in an audit' })],
    ];
    expect(rowsOfRange(register(said, '2026-Q3'))).toEqual([]);
    const found = register(said, '2026-Q4');
    expect(rowsOfRange(found)).toEqual([]);
    expect(ids(amendedRows(found))).toEqual(['SystemAccess0001']);
    expect(changesOfRange(found)).toMatchObject([{ kind: 'added late', reason: 'found in an audit' }]);
  });
});

describe('an imported edition', () => {
  const edition = 'e'.repeat(64);
  const cells = (id: string, organisation = 'A ') => [
    id,
    organisation,
    'D',
    'Identifiable',
    'Sensitive',
    'L ',
    null,
    'One-Off',
    'NWIS',
    null,
    'No - x',
    null,
  ];
  const said = (late?: string): Said => [
    [
      '2026-11-20',
      {
        ...{ kind: 'edition', edition, name: 'x.xlsx', period: { from: '2021-02-01', to: '2021-02-28' }, rows: 2 },
        ...{ agreements: 1, notes: [], ...(late === undefined ? {} : { late }), by: 'A Named Person' },
      },
    ],
    ['2026-11-20', { kind: 'described', agreement: 'NWIS', organisation: 'A ', edition, row: 1 }],
    ['2026-11-20', { kind: 'imported', edition, sheet: 'releases', row: 1, cells: cells('DSfC0001') }],
    ['2026-11-20', { kind: 'imported', edition, sheet: 'amendments', row: 1, cells: cells('DSfC0009', 'B') }],
  ];

  test('is what was public at the end of its days, cell by cell', () => {
    const found = register(said(), '2021-02');
    expect(rowsOfRange(found).map(cellsOf)).toEqual([cells('DSfC0001').map((cell) => cell ?? '')]);
    expect(amendedRows(found).map(({ id }) => id)).toEqual(['DSfC0009']);
    expect(changesOfRange(register(said(), '2026-Q4'))).toEqual([]);
  });

  test('of rows that were never published comes late, as such', () => {
    expect(rowsOfRange(register(said('lost in 2021'), '2021-02'))).toEqual([]);
    expect(ids(amendedRows(register(said('lost in 2021'), '2026-Q4')))).toEqual(['DSfC0001']);
  });

  test('has ids that begin anew: an amendment names the entry that it is about', () => {
    const other = 'f'.repeat(64);
    const second: Said = [
      [
        '2026-11-20',
        { ...said()[0]?.[1], kind: 'edition', edition: other, period: { from: '2021-03-01', to: '2021-03-31' } },
      ],
      ['2026-11-20', { kind: 'imported', edition: other, sheet: 'releases', row: 1, cells: cells('DSfC0001') }],
      ['2026-11-21', amended('DSfC0001', 3, 'organisation', 'A ', 'Z', 'r')],
    ];
    const found = register([...said(), ...second], '2026');
    expect(standingRows(found).map(({ values }) => values.organisation)).toEqual(['Z', 'A ']);
  });
});

describe('what is said of an agreement version', () => {
  test('again, and otherwise, is a change that is shown, with the reason where there is one', () => {
    const said: Said = [
      ['2026-07-01', described()],
      ['2026-10-01', described({ objective: 'Something else.', reason: 'the wording of the board' })],
    ];
    expect(changesOfRange(register(said, '2026-Q3'))).toEqual([]);
    expect(changesOfRange(register(said, '2026-Q4'))).toMatchObject([
      {
        kind: 'agreement changed',
        about: REFERENCE,
        what: 'Objective for processing',
        reason: 'the wording of the board',
      },
    ]);
    expect(register(said, '2026-Q3').register.versionNamed(REFERENCE)?.facts.objective).toMatch(/^To learn/);
    expect(register(said, '2026-Q4').register.versionNamed(REFERENCE)?.facts.objective).toBe('Something else.');
  });

  test('can be amended by itself', () => {
    const amendment: EntryBody = {
      kind: 'amended',
      agreement: REFERENCE,
      field: 'title',
      from: 'a',
      to: 'Screening',
      reason: 'r',
      by: 'p',
    };
    const found = register(
      [
        ['2026-07-01', described()],
        ['2026-08-01', amendment],
      ],
      '2026-Q3',
    );
    expect(found.register.versionNamed(REFERENCE)?.facts.title).toBe('Screening');
    expect(changes(found)).toEqual([
      `agreement changed ${REFERENCE} Title: Long-term outcomes of screening for type 2 diabetes -> Screening`,
    ]);
  });
});

test('one organisation, one dataset, one month, both answers: a flag with the reasons of both sides', () => {
  const yes = (numbers: readonly number[]) => ({
    files: numbers.map((number) => ({ ...releasedFile(number), opt_outs: 'Yes - patient objections upheld' })),
  });
  const found = register(
    [
      ['2026-07-01', described()],
      ...releasedOn('2026-07-02', 'r1', [1]),
      ...releasedOn('2026-07-20', 'r2', [2, 3], yes([2, 3])),
      ...releasedOn('2026-08-02', 'r3', [4]),
      ...releasedOn('2026-09-02', 'r4', [5], yes([5])),
    ],
    '2026-Q3',
  );
  expect([...new MixedOptOutList(found)]).toEqual([
    {
      organisation: 'University of Example',
      dataset: 'Hospital Episode Statistics, Admitted Patient Care',
      month: 'Jul-26',
      applied: [{ answer: 'Yes - patient objections upheld', rows: 2, agreements: [REFERENCE] }],
      notApplied: [{ answer: 'No - data flow is not identifiable', rows: 1, agreements: [REFERENCE] }],
    },
  ]);
});
