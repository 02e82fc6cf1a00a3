import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { through } from '../../src/kernel/through.ts';
import { ByteReader } from '../../src/register/verify/byte-reader.ts';
import { logLines } from '../../src/register/verify/log-lines.ts';
import { type ReadSheet, readWorkbook } from '../../src/spreadsheet/read-workbook.ts';
import { streamWorkbook } from '../../src/spreadsheet/stream-workbook.ts';
import { type Sheet, writeWorkbook } from '../../src/spreadsheet/write-workbook.ts';
import { bytesAtHand, realWorkbook } from './support.ts';

/* What is read piece by piece is what is read whole, and what can't be read whole can't be read piece by piece. */

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
      '𝒜'.repeat(row % 97),
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

describe('a zip whose directory lies', () => {
  /** The size that the directory gives a file, unpacked. */
  function claiming(path: string, size: number): Buffer {
    const bytes = Buffer.from(
      zipSync({
        'xl/workbook.xml': strToU8('<workbook><sheets><sheet name="a" id="r1"/></sheets></workbook>'),
        'xl/_rels/workbook.xml.rels': strToU8(
          '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
        ),
        'xl/sharedStrings.xml': strToU8('<sst><si><t>one</t></si></sst>'),
        'xl/worksheets/sheet1.xml': strToU8('<worksheet><row><c t="s"><v>0</v></c></row></worksheet>'),
      }),
    );
    bytes.writeUInt32LE(size, bytes.lastIndexOf(path) - 46 + 24);
    return bytes;
  }

  test.each([
    ['xl/worksheets/sheet1.xml', 55, true],
    ['xl/worksheets/sheet1.xml', 54, false],
    ['xl/worksheets/sheet1.xml', 56, false],
    ['xl/worksheets/sheet1.xml', 2 ** 32 - 1, false],
    ['xl/sharedStrings.xml', 30, true],
    ['xl/sharedStrings.xml', 29, false],
  ])('of %s it says %i bytes: read is %s', async (path, size, isRead) => {
    expect((await streamed(claiming(path, size))) !== undefined).toBe(isRead);
  });

  test('or says truly that what memory would have to hold is larger than any, is not unpacked', async () => {
    const sheets = streamWorkbook(bytesAtHand(claiming('xl/sharedStrings.xml', 2 ** 30 + 1)));
    await expect(sheets.next()).rejects.toThrow('too large');
  });
});

describe('a file', () => {
  const rows = Array.from({ length: 3000 }, (_, row) => Buffer.from(`${row} ${'𝒜ü'.repeat(row % 61)}\r\n`));
  const bytes = Buffer.concat(rows);

  async function passed(file: Buffer): Promise<[rows: number, atEnd: boolean]> {
    const reader = new ByteReader(bytesAtHand(file));
    let count = 0;
    for (const row of rows) {
      if (!(await reader.passes(row))) break;
      count += 1;
    }
    return [count, await reader.isAtEnd()];
  }

  test('is compared to its very end, over the borders of what is read at once', async () => {
    expect(bytes.length).toBeGreaterThan(2 * 2 ** 18);
    expect(await passed(bytes)).toEqual([3000, true]);
    expect(await passed(Buffer.concat([bytes, Buffer.from('\n')]))).toEqual([3000, false]);
    expect(await passed(bytes.subarray(0, -1))).toEqual([2999, false]);
    for (const at of [0, 2 ** 18 - 1, 2 ** 18, bytes.length - 1]) {
      const other = Buffer.from(bytes);
      other[at] = 0xff;
      expect((await passed(other))[0]).toBeLessThan(3000);
    }
  });

  test('of lines that are packed in pieces is read as a whole, characters at every border', async () => {
    const text = Array.from({ length: 300 }, (_, line) => '𝒜'.repeat(line)).join('\n');
    const [first, second] = [Buffer.from(`${text}\n`), Buffer.from('the last line')];
    const lines: string[] = [];
    for await (const some of logLines(bytesAtHand(Buffer.concat([gzipSync(first), gzipSync(second)]))))
      lines.push(...some);
    expect(lines).toEqual([...text.split('\n').filter((line) => line !== ''), 'the last line']);
  });

  test('that is given up before its end is read by nobody any more', async () => {
    const packed = gzipSync(randomBytes(2_000_000));
    let closed = false;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      try {
        for (let at = 0; at < packed.length; at += 65_536) {
          await setTimeout(1);
          yield packed.subarray(at, at + 65_536);
        }
      } finally {
        closed = true;
      }
    }
    for await (const _ of through(pieces(), createGunzip())) break;
    expect(closed).toBe(true);
  });
});
