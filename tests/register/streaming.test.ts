import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { JsonDefect, jsonItems } from '../../src/register/verify/json-items.ts';
import { type ReadSheet, readWorkbook } from '../../src/spreadsheet/read-workbook.ts';
import { streamWorkbook } from '../../src/spreadsheet/stream-workbook.ts';
import { type Sheet, writeWorkbook } from '../../src/spreadsheet/write-workbook.ts';
import { bytesAtHand, realWorkbook } from './support.ts';

/* What is read piece by piece is what is read whole, and what can't be read whole can't be read piece by piece. */

async function* cut(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function streamed(bytes: Uint8Array): Promise<ReadSheet[] | undefined> {
  const sheets: ReadSheet[] = [];
  try {
    for await (const { name, rows } of streamWorkbook(bytesAtHand(bytes))) {
      const found = new Map<number, ReadonlyMap<number, string>>();
      for await (const some of rows) for (const { row, cells } of some) found.set(row, cells);
      sheets.push({ name, rows: found });
    }
    return sheets;
  } catch {
    return undefined;
  }
}

describe('a workbook', () => {
  test('of our own: many rows, long texts and characters of every kind', async () => {
    const rows = Array.from({ length: 4000 }, (_, row) => [
      `${row}`,
      row % 3 === 0 ? '' : 'ü𝒜_x000D_\r\n',
      'x'.repeat(row),
    ]);
    const sheet = (name: string): Sheet => ({ name, widths: [], content: { header: ['a', 'b', 'c'], rows } });
    const bytes = Buffer.concat([...writeWorkbook([sheet('first'), sheet('second')])]);
    expect(await streamed(bytes)).toEqual(readWorkbook(bytes));
  });

  test('of others: the real register, with its shared strings', async () => {
    const bytes = realWorkbook();
    const found = await streamed(bytes);
    expect(found).toEqual(readWorkbook(bytes));
    expect(found).toHaveLength(6);
  });

  test('that is cut short, or none, is none', async () => {
    const bytes = Buffer.concat([
      ...writeWorkbook([{ name: 'a', widths: [], content: { header: ['x'], rows: [['y']] } }]),
    ]);
    const none = [
      Buffer.from('no zip'),
      bytes.subarray(0, bytes.length - 30),
      bytes.subarray(100),
      Buffer.from(bytes.map((byte, at) => (at > 600 && at < 640 ? byte ^ 0x55 : byte))),
      zipSync({ 'xl/other.xml': strToU8('<x/>') }),
      zipSync({ 'xl/workbook.xml': strToU8('<workbook><sheet name="a" id="r1"></workbook>') }),
    ];
    for (const each of none) expect([await streamed(each), readWorkbook(each)]).toEqual([undefined, undefined]);
  });
});

describe('a list in JSON', () => {
  async function read(text: string, length: number): Promise<unknown> {
    const items: unknown[] = [];
    try {
      for await (const some of jsonItems(cut(Buffer.from(text), length))) items.push(...some);
      return items;
    } catch (error) {
      return error instanceof JsonDefect ? (error.isJson ? 'no list' : 'no JSON') : error;
    }
  }

  function whole(text: string): unknown {
    try {
      const found = JSON.parse(text);
      return Array.isArray(found) ? found : 'no list';
    } catch {
      return 'no JSON';
    }
  }

  test('is the same in pieces of any length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.array(fc.json()), fc.nat(9), fc.nat(4), async (other, items, length, blanks) => {
        const blank = ' \n\t'.repeat(blanks);
        for (const text of [other, `${blank}[${items.join(`${blank},`)}${blank}]${blank}`])
          expect(await read(text, length + 1)).toEqual(whole(text));
      }),
    );
  });

  test.each(['', ' ', '[', '[1', '[1,]', '[,1]', '[1 2]', '[1]]', '[}', '{"a":1', '[1]x', '["a]', '\ufeff[1]', '[{]}'])(
    'that is none is told as such: %j',
    async (text) => {
      for (const length of [1, 2, 100]) expect(await read(text, length)).toBe('no JSON');
      expect(whole(text)).toBe('no JSON');
    },
  );
});
