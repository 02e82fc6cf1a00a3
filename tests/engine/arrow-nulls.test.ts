import { expect, test } from 'vitest';
import { arrowColumn } from '../../src/engine/arrow-column.ts';

/** Rows 0, 3 and 8 have values; behind the other nulls stands what must not leave. */
const validity = new Uint8Array([0b0000_1001, 0b0000_0001]);
const stale = [1, 777, 777, 4, 777, 777, 777, 777, 9, 777];
const wanted = [1, 0, 0, 4, 0, 0, 0, 0, 9, 0];

test.each([
  ['date', { type: 'date', items: new Int32Array(stale), validity }],
  ['decimal', { type: 'double', items: new Float64Array(stale), validity }],
  ['integer', { type: 'bigint', items: new BigInt64Array(stale.map(BigInt)), validity }],
  ['integer', { type: 'integer', items: new Int32Array(stale), validity }],
] as const)('nothing stands behind the nulls of a column of type %s', (type, memory) => {
  const column = arrowColumn(type, 32);
  expect(column.add(memory, 10) && column.add(memory, 10)).toBe(true);
  expect([...(column.finish().values as Iterable<number | bigint>)].slice(0, 20).map(Number)).toEqual([
    ...wanted,
    ...wanted,
  ]);
});

test('nor behind those of a column of text', () => {
  const entries = new Uint8Array(32);
  for (const [row, text] of ['kept', 'withheld'].entries()) {
    new DataView(entries.buffer).setUint32(row * 16, text.length, true);
    entries.set(Buffer.from(text), row * 16 + 4);
  }
  const column = arrowColumn('text', 8);
  expect(column.add({ type: 'text', entries, validity: new Uint8Array([0b01]) }, 2)).toBe(true);
  expect(Buffer.from(column.finish().values as Uint8Array).toString('latin1')).not.toContain('withheld');
});
