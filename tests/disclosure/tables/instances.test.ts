import { describe, expect, test } from 'vitest';
import { parseInstance } from '../../../src/disclosure/instance/parse-instance.ts';
import { Fault } from '../../../src/kernel/fault.ts';

/** Two cells and their total, in lines that each test changes. */
const JJ = [
  '0',
  '3',
  '0 5 5 u 0 100 2 2 0',
  '1 7 7 s 0 100 0 0 0',
  '2 12 12 z 0 100 0 0 0',
  '1',
  '0 3 : 2 (-1) 0 (1) 1 (1)',
];

function jj(change: Readonly<Record<number, string | undefined>> = {}): string {
  return JJ.map((line, index) => (index in change ? change[index] : line))
    .filter((line) => line !== undefined)
    .join('\n');
}

const GRID = {
  maxN: 3,
  inner: [
    { region: 'A', freq: 2 },
    { region: 'B', freq: 9 },
  ] as object[],
  publish: [
    { region: 'Total', freq: 11 },
    { region: 'A', freq: 2 },
    { region: 'B', freq: 9 },
  ] as object[],
  members: [[0, 1], 0, [1]] as unknown[],
};

function said(text: string): string {
  try {
    parseInstance(text);
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

describe('JJ files', () => {
  test('cells, bounds, protection levels and relations are read as they stand', () => {
    const { cells, system, values, notes } = parseInstance(jj());
    expect(cells.map(({ status, hidden }) => [status, hidden])).toEqual([
      ['primary', true],
      ['open', false],
      ['fixed', false],
    ]);
    expect(cells[0]?.protection).toEqual({ below: 2, above: 2, width: 0 });
    expect([...values]).toEqual([5, 7, 12]);
    expect([...system.upper]).toEqual([100, 100, 100]);
    expect([...system.relations.columns]).toEqual([2, 0, 1]);
    expect([...system.relations.values]).toEqual([-1, 1, 1]);
    expect([...system.totals]).toEqual([0]);
    expect(notes).toEqual([]);
  });

  test.each([
    ['without the version line', jj({ 0: undefined })],
    [
      'with Windows line ends, a byte order mark, tabs and blank lines',
      `\uFEFF${jj().replaceAll('\n', '\r\n\r\n\t')}\r\n`,
    ],
    ['with remarks', `# made by hand\n${jj({ 1: '3\n# cells' })}`],
    ['with relations over several lines', jj({ 6: '0.0 3 :\n 2 (-1.0)\n  0(1)  1( +1 )\n' })],
    [
      'without sliding protection levels',
      jj({ 2: '0 5 5 u 0 100 2 2', 3: '1 7 7 s 0 100 0 0', 4: '2 12 12 z 0 100 0 0' }),
    ],
    ['with numbers in scientific notation', jj({ 2: '0 5.0e0 5 u 0.0 1E2 2 2. 0' })],
  ])('are read %s', (_, text) => {
    const { cells, system } = parseInstance(text);
    expect(cells).toEqual(parseInstance(jj()).cells);
    expect(system).toEqual(parseInstance(jj()).system);
  });

  test('cells may have any numbers; they are counted by their place', () => {
    const text = jj({ 2: '70 5 5 u 0 100 2 2 0', 6: '0 3 : 2 (-1) 70 (1) 1 (1)' });
    const { cells, system } = parseInstance(text);
    expect(cells[0]?.name).toBe('70');
    expect([...system.relations.columns]).toEqual([2, 0, 1]);
  });

  test('a cell that asks for nothing must not be derivable all the same', () => {
    expect(parseInstance(jj({ 2: '0 5 5 u 0 100 0 0 0' })).cells[0]?.protection.width).toBe(1);
    const tenths = jj({ 2: '0 5.5 5 u 0 100 0 0 0', 3: '1 6.5 7 s 0 100 0 0 0' });
    expect(parseInstance(tenths).cells[0]?.protection.width).toBeCloseTo(0.1);
  });

  test('what a cell asks beyond its bounds is asked up to them, with a note', () => {
    const { cells, notes } = parseInstance(jj({ 2: '0 5 5 u 4 100 2 2 0' }));
    expect(cells[0]?.protection).toEqual({ below: 1, above: 2, width: 0 });
    expect(notes).toHaveLength(1);
  });

  test('a published table that was rounded may miss its totals by as much', () => {
    const text = jj({ 2: '0 5.4 5 u 0 100 2 2 0', 4: '2 12.5 12 z 0 100 0 0 0' });
    expect(parseInstance(text).system.totals[0]).toBeCloseTo(-0.1);
  });

  test.each([
    ['line 3: a cell has 9 entries, here are 4', jj({ 2: '0 5 5 u' })],
    ['line 3: the status q is none that is known', jj({ 2: '0 5 5 q 0 100 2 2 0' })],
    ['line 3: the value is no number', jj({ 2: '0 x 5 u 0 100 2 2 0' })],
    ['line 3: the value lies outside its bounds', jj({ 2: '0 5 5 u 6 100 2 2 0' })],
    ['line 3: a protection level is below zero', jj({ 2: '0 5 5 u 0 100 -2 2 0' })],
    ['line 4: cell 0 is listed twice', jj({ 3: '0 7 7 s 0 100 0 0 0' })],
    ['JJ file: 9 cells are announced and 5 follow', jj({ 1: '9' })],
    ['relation 0: there is no cell 9', jj({ 6: '0 3 : 9 (-1) 0 (1) 1 (1)' })],
    ['relation 0: 4 cells are announced and 3 follow', jj({ 6: '0 4 : 2 (-1) 0 (1) 1 (1)' })],
    ['relation 0: its cells do not add up to its total', jj({ 3: '1 8 8 s 0 100 0 0 0' })],
    ['relation 1: it is missing or not of the form total terms : cell (coefficient) …', jj({ 5: '2' })],
    ['end of file: more follows after the 1 relations that are announced', `${jj()}\n0 1 : 2 (1)`],
  ])('say %s', (message, text) => {
    expect(said(text)).toBe(message);
  });
});

describe('grids', () => {
  const read = (change: object) => parseInstance(JSON.stringify({ ...GRID, ...change }));

  test('rows that sum the same are one cell', () => {
    const { cells, system } = read({
      publish: [...GRID.publish, { region: 'A again', freq: 2 }],
      members: [...GRID.members, [0]],
    });
    expect(cells[3]?.column).toBe(cells[1]?.column);
    expect(system.columns).toBe(3);
    expect(cells[3]?.name).toBe('region=A again');
  });

  test('inner rows that are not published are there for the attacker all the same', () => {
    const { system, values } = read({ publish: GRID.publish.slice(0, 1), members: GRID.members.slice(0, 1) });
    expect(system.columns).toBe(3);
    expect([...values]).toEqual([11, 2, 9]);
  });

  test('what is too small follows from maxN, unless the rows say so', () => {
    const primary = (change: object) => read(change).cells.map(({ status }) => status === 'primary');
    expect(primary({})).toEqual([false, true, false]);
    expect(primary({ maxN: 9 })).toEqual([false, true, true]);
    expect(primary({ maxN: undefined })).toEqual([false, false, false]);
    const marked = GRID.publish.map((row, index) => ({ ...row, primary: index === 2 }));
    expect(primary({ publish: marked })).toEqual([false, false, true]);
  });

  test('cells of zero are too small only with protectZeros', () => {
    const zero = {
      inner: [{ freq: 0 }, { freq: 9 }],
      publish: [{ freq: 9 }, { freq: 0 }, { freq: 9 }],
    };
    expect(read(zero).cells.filter(({ status }) => status === 'primary')).toEqual([]);
    const [primary] = read({ ...zero, protectZeros: true }).cells.filter(({ status }) => status === 'primary');
    expect(primary).toMatchObject({ value: 0, protection: { below: 0, above: 1 } });
  });

  test.each([
    ['inner: it is missing, or no list of rows', { inner: 5 }],
    ['members: it has 2 entries for 3 rows of publish', { members: [0, 1] }],
    ['members[1]: it names a row that inner does not have', { members: [[0, 1], 2, 1] }],
    ['members[0]: it names inner[0] twice', { members: [[0, 0], 0, 1] }],
    ['publish[0]: its count is not the sum of its members', { members: [[0], 0, 1] }],
    ['publish[1]: it has no count', { publish: [GRID.publish[0], { region: 'A' }, GRID.publish[2]] }],
    ['inner[0]: freq is below zero', { inner: [{ freq: -2 }, { freq: 9 }] }],
    ['maxN: it is no number', { maxN: 'seven' }],
  ])('say %s', (message, change) => {
    expect(said(JSON.stringify({ ...GRID, ...change }))).toBe(message);
  });
});

describe('linked tables', () => {
  const LINKED = {
    cells: [
      { region: 'A', county: 'one', group: 'x', n: 2 },
      { region: 'B', county: 'one', group: 'y', n: 9 },
    ],
    tables: { T1: 'Total > county > region', T2: 'Total > group' },
    rule: 'primary if 1..3',
  };

  test('become one system', () => {
    const { cells, form } = parseInstance(JSON.stringify(LINKED));
    expect(form).toBe('linked');
    expect(cells.map(({ name, value }) => [name, value])).toEqual([
      ['table=T1, Total=Total', 11],
      ['table=T1, county=one', 11],
      ['table=T1, region=A', 2],
      ['table=T1, region=B', 9],
      ['table=T2, Total=Total', 11],
      ['table=T2, group=x', 2],
      ['table=T2, group=y', 9],
    ]);
    expect(cells[5]?.column).toBe(cells[2]?.column);
  });

  test.each([
    ['rule: it is missing or says no range', { rule: 'small' }],
    ['tables.T1: no cell has a label planet', { tables: { T1: 'Total > planet' } }],
  ])('say %s', (message, change) => {
    expect(said(JSON.stringify({ ...LINKED, ...change }))).toBe(message);
  });
});

test.each([
  ['all of it: it is empty', ' \n'],
  ['all of it: it is neither a JJ file nor JSON', 'region,freq\nA,1'],
  ['all of it: it is no valid JSON', '{"inner":'],
  ['all of it: its JSON has neither inner, publish and members, nor cells and tables', '{"rows":[]}'],
])('a file that is none of the forms says %s', (message, text) => {
  expect(said(text)).toBe(message);
});
