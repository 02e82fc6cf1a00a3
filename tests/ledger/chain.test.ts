import { describe, expect, test } from 'vitest';
import { canonicalJson, type Json } from '../../src/kernel/canonical-json.ts';
import { EMPTY_HEAD, readLine, writeLine } from '../../src/ledger/chain.ts';
import { SALT } from './support.ts';

const first = { kind: 'note', seq: 1, time: '2026-11-22T12:00:00.000Z', previous: EMPTY_HEAD.hash, salt: SALT };

function read(value: Json) {
  return readLine(Buffer.from(canonicalJson(value)), EMPTY_HEAD);
}

test('an entry is read with the head of the ledger that ends with it', () => {
  const { line, entry, head } = writeLine({ kind: 'note' }, first.time, SALT, EMPTY_HEAD);
  expect(entry).toEqual(first);
  expect(readLine(Buffer.from(line), EMPTY_HEAD)).toEqual({ entry, head });
  expect(readLine(Buffer.from(line), head)).toEqual({ defect: 'seq', reason: 'its seq is 1' });
});

describe('what is canonical JSON and yet no entry', () => {
  const wrong: readonly Json[] = [
    null,
    1,
    'text',
    [],
    {},
    { ...first, kind: undefined },
    { ...first, kind: 1 },
    { ...first, time: '2026-11-22' },
    { ...first, time: '2026-11-22T12:00:00.000+01:00' },
    { ...first, seq: '1' },
    { ...first, previous: null },
    { ...first, salt: 'short' },
    { ...first, salt: null },
  ];

  test.each(wrong.map((value) => [canonicalJson(value)]))('%s', (line) => {
    expect(readLine(Buffer.from(line), EMPTY_HEAD)).toMatchObject({ defect: 'form' });
  });

  test('the reason quotes nothing of the line', () => {
    expect(JSON.stringify(read({ ...first, kind: 'Jane Doe', time: 'Jane Doe' }))).not.toContain('Jane');
  });
});

test('an entry of before there were salts is read as well', () => {
  expect(read({ ...first, salt: undefined })).toMatchObject({ entry: { kind: 'note' }, head: { size: 1 } });
});

test('a time that cannot be written is refused before it is', () => {
  expect(() => writeLine({ kind: 'note' }, '+010000-01-01T00:00:00.000Z', SALT, EMPTY_HEAD)).toThrow('note');
});
