import { readFileSync } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/kernel/digest.ts';
import { openFileLedger } from '../../src/ledger/file-ledger.ts';
import { nextFileNumber } from '../../src/ledger/history.ts';
import { importEdition } from '../../src/register/import-edition.ts';
import { PURPOSE_HEADER, RELEASE_HEADER } from '../../src/register/layouts/data-release-register.ts';
import { readWorkbook } from '../../src/spreadsheet/read-workbook.ts';
import { type Sheet, writeWorkbook } from '../../src/spreadsheet/write-workbook.ts';
import { all } from '../ledger/support.ts';
import { makeWorkspace } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';
import { days } from './support.ts';

const row = (id: string, more: Readonly<Record<number, string>> = {}): string[] =>
  [id, 'NHS X ', 'Deaths', 'Identifiable', 'Sensitive', 'Law – 1 ', '', 'One-Off', 'NIC-1 ', '', 'No - a\nb', ''].map(
    (text, column) => more[column] ?? text,
  );

function workbook(change: (sheets: Sheet[]) => Sheet[] = (sheets) => sheets): Uint8Array {
  const table = (name: string, header: readonly string[], rows: readonly (readonly string[])[]): Sheet => ({
    name,
    widths: [],
    content: { header, rows },
  });
  const sheets = [
    { name: 'README', widths: [], content: { cells: [{ row: 1, column: 0, text: 'A register' }] } },
    table('DataReleases', RELEASE_HEADER, [row('FILE0000123'), row('DSfC0001'), row('SystemAccess0007')]),
    table('PurposeStatements', PURPOSE_HEADER, [['NIC-1 ', 'NHS X ', 'For \r\nthis', '', '', '', '', 'CCG']]),
    table('AmendmentsToPreviousRegisters', RELEASE_HEADER, [row('FILE0000009')]),
  ];
  return Buffer.concat([...writeWorkbook(change(sheets))]);
}

function problemsOf(bytes: Uint8Array): string[] {
  const edition = importEdition(readWorkbook(bytes) ?? [], {
    ...{ name: 'r.xlsx', sha256: sha256Hex(bytes), period: days('2021-02'), late: undefined, by: 'p' },
  });
  return edition.ok ? [] : edition.problems.map(({ code, path, message }) => `${code} ${path}: ${message}`);
}

function withTable(name: string, change: (rows: string[][], header: string[]) => void): Uint8Array {
  return workbook((sheets) =>
    sheets.map((sheet) => {
      if (sheet.name !== name || !('header' in sheet.content)) return sheet;
      const rows = [...sheet.content.rows].map((cells) => [...cells]);
      const header = [...sheet.content.header];
      change(rows, header);
      return { ...sheet, content: { header, rows } };
    }),
  );
}

describe('a workbook that would lose something, or can’t be right, is refused with every place', () => {
  test.each<[string, Uint8Array, string[]]>([
    [
      'a sheet missing',
      workbook((sheets) => sheets.filter(({ name }) => name !== 'PurposeStatements')),
      ['no-sheet PurposeStatements: there is no sheet PurposeStatements'],
    ],
    [
      'another header',
      withTable('DataReleases', (_, header) => {
        header[3] = header[3]?.trim() ?? '';
      }),
      [`other-column DataReleases!D1: column D is not ${JSON.stringify(RELEASE_HEADER[3])}`],
    ],
    [
      'a cell beyond the layout',
      withTable('DataReleases', (rows) => rows[1]?.push('note to self')),
      ['beyond DataReleases!M3: there is a cell beyond the columns of the layout, which would be lost'],
    ],
    [
      'a row without an id',
      withTable('DataReleases', (rows) => {
        rows[0] = row('');
      }),
      ['no-row-id DataReleases!A2: this row has no RowID'],
    ],
    [
      'an id twice',
      withTable('DataReleases', (rows) => rows.push(row('DSfC0001'))),
      ['row-id-twice DataReleases!A5: this RowID stands in row 3 as well'],
    ],
    [
      'a statement without an organisation',
      withTable('PurposeStatements', (rows) => {
        rows[0] = ['NIC-1'];
      }),
      ['no-reference PurposeStatements!A2: this statement has no reference or no organisation'],
    ],
    [
      'a statement twice',
      withTable('PurposeStatements', (rows) => rows.push(['NIC-1 ', 'NHS Y'])),
      ['reference-twice PurposeStatements!A3: this reference has a statement above'],
    ],
  ])('%s', (_, bytes, problems) => {
    expect(problemsOf(bytes)).toEqual(problems);
  });

  test('one in order has no problems', () => {
    expect(problemsOf(workbook())).toEqual([]);
  });
});

describe('dars register import', () => {
  test('takes an edition once, and goes on where a crash cut it short', async () => {
    using workspace = await makeWorkspace();
    workspace.write('r.xlsx', workbook());
    const path = join(workspace.root, 'r.xlsx');
    const command = ['register', 'import', path, '--month', '2021-02', '--by', 'A Person'];
    expect((await darsHere(workspace.root, command)).stdout).toBe(
      'Imported: 4 rows and 1 agreement of r.xlsx, 2021-02-01 to 2021-02-28\n',
    );
    const file = join(workspace.root, 'state/ledger.jsonl');
    const whole = readFileSync(file, 'utf8');
    expect((await darsHere(workspace.root, command)).stdout).toContain('in the ledger already');
    expect(readFileSync(file, 'utf8')).toBe(whole);

    // As a crash in the middle of the write leaves it: two lines, half a third, and no head.
    const lines = whole.split('\n');
    await truncate(file, Buffer.byteLength(`${lines[0]}\n${lines[1]}\n`) + 20);
    workspace.write('state/ledger.head', '');
    const { rm } = await import('node:fs/promises');
    await rm(join(workspace.root, 'state/ledger.head'));
    expect((await darsHere(workspace.root, command)).status).toBe(0);
    const bodies = (text: string): unknown[] =>
      text
        .trim()
        .split('\n')
        .map((line) => {
          const { time: _time, salt: _salt, previous: _previous, ...body } = JSON.parse(line);
          return body;
        });
    expect(bodies(readFileSync(file, 'utf8'))).toEqual(bodies(whole));
  });

  test('uses up the file references of the rows: a new release gets a number of its own', async () => {
    using workspace = await makeWorkspace();
    workspace.write('r.xlsx', workbook());
    await darsHere(workspace.root, ['register', 'import', join(workspace.root, 'r.xlsx'), '--month', '2021-02']);
    const ledger = openFileLedger({ directory: join(workspace.root, 'state'), clock: () => new Date() });
    expect(nextFileNumber(await all(ledger))).toBe(124);
    const { stdout } = await darsHere(workspace.root, ['run', 'diabetes-apc']);
    expect(stdout).toContain('FILE0000124_NIC147750');
  });

  test('lets rows of several editions with one id be told apart when they are amended', async () => {
    using workspace = await makeWorkspace();
    workspace.write('feb.xlsx', workbook());
    workspace.write(
      'mar.xlsx',
      withTable('DataReleases', (rows) => {
        rows.splice(0, 3, row('DSfC0001', { 1: 'NHS Y' }));
      }),
    );
    for (const [name, month] of [
      ['feb', '2021-02'],
      ['mar', '2021-03'],
    ] as const)
      await darsHere(workspace.root, ['register', 'import', join(workspace.root, `${name}.xlsx`), '--month', month]);
    const amend = ['register', 'amend', 'DSfC0001', '--field', 'organisation', '--to', 'NHS Z', '--reason', 'misread'];
    const unclear = await darsHere(workspace.root, amend);
    expect([unclear.status, unclear.stderr]).toEqual([
      2,
      'dars: 2 editions have a row DSfC0001\n  hint: say which with --edition: 2021-02, 2021-03\n',
    ]);
    expect((await darsHere(workspace.root, [...amend, '--edition', '2021-03'])).stdout).toBe(
      'Amended: DSfC0001 organisation from "NHS Y" to "NHS Z"\n',
    );
  });
});
