import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { csvOf } from '../../src/register/csv.ts';
import { columnName, placeOf } from '../../src/spreadsheet/cell-text.ts';
import { readWorkbook } from '../../src/spreadsheet/read-workbook.ts';
import { type Sheet, writeWorkbook } from '../../src/spreadsheet/write-workbook.ts';

function table(name: string, header: readonly string[], rows: readonly (readonly string[])[]): Sheet {
  return { name, widths: [], content: { header, rows } };
}

function written(sheets: readonly Sheet[]): Uint8Array {
  return Buffer.concat([...writeWorkbook(sheets)]);
}

/** Texts that spreadsheets are known to spoil. */
const nasty = fc.oneof(
  fc.constantFrom(
    '007',
    '1E5',
    '=1+1',
    '-',
    '@x',
    ' x ',
    'a\rb',
    'a\r\nb',
    'a\nb',
    '\t',
    '_x000D_',
    '_x005F_',
    'TRUE',
    '–',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom('\ud800', '\udc00', 'x', '_', '0', 'D', '\u0000', '\uffff', '&', '<', '"'),
    maxLength: 12,
  }),
);

test('every text comes back from a workbook as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.array(nasty, { minLength: 1, maxLength: 5 }), { maxLength: 8 }), (rows) => {
      const sheet = readWorkbook(written([table('Rows & <more>', ['a\nb '], rows)]))?.[0];
      expect(sheet?.name).toBe('Rows & <more>');
      rows.forEach((row, index) => {
        row.forEach((text, column) => {
          expect(sheet?.rows.get(index + 2)?.get(column) ?? '').toBe(text);
        });
      });
    }),
    { numRuns: 150 },
  );
});

test('every text comes back from CSV as it was', () => {
  const wellFormed = nasty.map((text) => Buffer.from(text).toString('utf8'));
  fc.assert(
    fc.property(fc.array(fc.tuple(wellFormed, wellFormed, wellFormed), { maxLength: 8 }), (rows) => {
      const text = csvOf(['a', 'b', 'c'], rows);
      expect(parse(text, { relax_column_count: false, record_delimiter: '\r\n' })).toEqual([['a', 'b', 'c'], ...rows]);
    }),
    { numRuns: 150 },
  );
});

test('the same cells are the same bytes', () => {
  const make = (): Uint8Array => written([table('a', ['x'], [['1'], ['2']]), table('b', ['y'], [])]);
  expect(Buffer.from(make()).equals(make())).toBe(true);
});

test('cells for reading stand at their places', () => {
  const cells = [
    { row: 3, column: 1, text: 'B3' },
    { row: 1, column: 0, text: 'A1' },
  ];
  const sheet = readWorkbook(written([{ name: 'notes', widths: [60], content: { cells } }]))?.[0];
  expect([...(sheet?.rows ?? [])].map(([row, texts]) => [row, [...texts]])).toEqual([
    [1, [[0, 'A1']]],
    [3, [[1, 'B3']]],
  ]);
});

test('a text that no cell can hold is cut, and says so', () => {
  const sheet = readWorkbook(written([table('a', ['x'], [['😀'.repeat(20_000)], ['y'.repeat(32_767)]])]))?.[0];
  const cut = sheet?.rows.get(2)?.get(0) ?? '';
  expect(cut.length).toBeLessThanOrEqual(32_767);
  expect(cut).toMatch(/^(😀)+… \[cut: /u);
  expect(sheet?.rows.get(3)?.get(0)).toHaveLength(32_767);
});

test('places and names of columns', () => {
  expect([0, 25, 26, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA']);
  expect(placeOf('AA12')).toEqual({ row: 12, column: 26 });
  for (const wrong of ['', 'A', '1', 'A0', 'a1', 'AAAA1']) expect(placeOf(wrong)).toBeUndefined();
});

describe('what is no workbook, or a hostile one', () => {
  const parts = (sheet: string, strings = ''): Record<string, Uint8Array> => ({
    'xl/workbook.xml': strToU8(
      '<workbook xmlns:r="r"><sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>',
    ),
    'xl/_rels/workbook.xml.rels': strToU8(
      '<Relationships><Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml"/></Relationships>',
    ),
    'xl/worksheets/sheet1.xml': strToU8(sheet),
    ...(strings === '' ? {} : { 'xl/sharedStrings.xml': strToU8(strings) }),
  });

  test('rich text, phonetic hints, prefixes, numbers and missing places are read', () => {
    const sheet =
      '<x:worksheet xmlns:x="m"><x:sheetData><x:row r="2"><x:c t="s"><x:v>0</x:v></x:c><x:c r="C2"><x:v>007.50</x:v></x:c><x:c t="str"><x:v>_x0041_</x:v></x:c></x:row></x:sheetData></x:worksheet>';
    const strings =
      '<sst><si><r><t>Data </t></r><r><t xml:space="preserve">Set </t></r><rPh><t>no</t></rPh></si></sst>';
    const found = readWorkbook(zipSync(parts(sheet, strings)))?.[0];
    expect([...(found?.rows.get(2) ?? [])]).toEqual([
      [0, 'Data Set '],
      [2, '007.50'],
      [3, 'A'],
    ]);
  });

  test.each([
    ['no zip', Buffer.from('RowID,Organisation')],
    ['nothing', new Uint8Array()],
    ['a zip of something else', zipSync({ 'a.txt': strToU8('a') })],
    ['a sheet that is no XML', zipSync(parts('<worksheet><sheetData>'))],
    ['a document type', zipSync(parts('<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'))],
    [
      'a string that is not there',
      zipSync(parts('<worksheet><sheetData><row><c t="s"><v>9</v></c></row></sheetData></worksheet>')),
    ],
    [
      'bytes that are no UTF-8',
      zipSync({ ...parts('<a/>'), 'xl/worksheets/sheet1.xml': Buffer.from([0x3c, 0xff, 0x3e]) }),
    ],
  ])('%s is refused', (_, bytes) => {
    const sheets = readWorkbook(bytes);
    expect(sheets === undefined || sheets.length === 0).toBe(true);
  });
});
