import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type Json } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concatenateParquet } from '../../src/engine/parquet-concatenation.ts';
import { parseFooter, relocateRowGroup } from '../../src/engine/parquet-footer.ts';
import { decodeStruct, encodeStruct, type ThriftStruct, type ThriftValue } from '../../src/engine/thrift-compact.ts';

let folder: string;
let connection: DuckDBConnection;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-'));
  connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
});

afterAll(async () => {
  connection.closeSync();
  await rm(folder, { recursive: true });
});

/** Every type of an output, nulls, long texts, few values (a dictionary, and so a bloom filter) and many. */
const ROWS = `SELECT i AS n, 'code ' || (i % 7) AS code, upper(md5(CAST(i AS VARCHAR))) AS token,
  CASE WHEN i % 3 = 0 THEN NULL ELSE repeat('é', CAST(i % 400 AS INTEGER)) END AS text,
  CASE WHEN i % 5 = 0 THEN NULL ELSE i / 7.0 END AS part, CAST(DATE '2020-01-01' + CAST(i % 900 AS INTEGER) AS DATE) AS day,
  CAST(NULL AS VARCHAR) AS nothing FROM range($from, $to) t(i)`;

const rowsBetween = (from: number, to: number) => ROWS.replace('$from', String(from)).replace('$to', String(to));

async function parquet(sql: string, options = 'COMPRESSION zstd, ROW_GROUP_SIZE 2048'): Promise<Buffer> {
  const path = await stored(Buffer.alloc(0));
  await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet, ${options})`);
  return await readFile(path);
}

async function stored(bytes: Uint8Array): Promise<string> {
  files += 1;
  const path = join(folder, `${files}.parquet`);
  await writeFile(path, bytes);
  return path;
}

async function rows(sql: string): Promise<Record<string, Json>[]> {
  return (await connection.runAndReadAll(sql)).getRowObjectsJson();
}

async function* streamed(bytes: Uint8Array, sizes: readonly number[] = [65_536]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function concatenated(parts: readonly AsyncIterable<Uint8Array>[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of concatenateParquet(one(parts))) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* one<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

function footerOf(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8), bytes.length - 8);
}

describe('one file out of several', () => {
  test('is the part itself if there is only one', async () => {
    const part = await parquet(rowsBetween(0, 9_000));
    expect((await concatenated([streamed(part)])).equals(part)).toBe(true);
  });

  test.each([2, 5])('has the rows of %i parts in their order', async (count) => {
    const bounds = Array.from({ length: count }, (_, index) => [index * 5_000, index * 5_000 + 4_000 + index] as const);
    const parts = await Promise.all(bounds.map(async ([from, to]) => await parquet(rowsBetween(from, to))));
    const path = await stored(await concatenated(parts.map((part) => streamed(part))));
    const wanted = bounds.map(([from, to]) => `(${rowsBetween(from, to)})`).join(' UNION ALL ');
    expect(await rows(`FROM read_parquet('${path}')`)).toEqual(await rows(wanted));
    const groups = count * 2 + bounds.filter(([from, to]) => to - from > 4_096).length;
    expect(await rows(`SELECT num_rows, num_row_groups FROM parquet_file_metadata('${path}')`)).toEqual([
      { num_rows: String(bounds.reduce((sum, [from, to]) => sum + to - from, 0)), num_row_groups: String(groups) },
    ]);
  });

  test('says of every column chunk where it is and what is in it', async () => {
    const parts = await Promise.all([
      parquet(rowsBetween(0, 5_000)),
      parquet(rowsBetween(70_000, 79_000)),
      parquet(rowsBetween(20_000, 23_000)),
    ]);
    const path = await stored(await concatenated(parts.map((part) => streamed(part))));
    const facts = `path_in_schema, row_group_num_rows, num_values, stats_min_value, stats_max_value, stats_null_count,
      total_compressed_size, encodings, compression, bloom_filter_length`;
    const order = 'ORDER BY row_group_id, column_id';
    const wanted: Record<string, Json>[] = [];
    for (const part of parts) {
      wanted.push(...(await rows(`SELECT ${facts} FROM parquet_metadata('${await stored(part)}') ${order}`)));
    }
    expect(await rows(`SELECT ${facts} FROM parquet_metadata('${path}') ${order}`)).toEqual(wanted);
    expect(await rows(`SELECT min(n) AS a, max(n) AS z FROM read_parquet('${path}')`)).toEqual([
      { a: '0', z: '78999' },
    ]);
    // The statistics leave all but one or two row groups out of account; what is in those must still be found.
    for (const n of [0, 2_047, 2_048, 4_999, 70_000, 78_999, 20_000, 22_999]) {
      expect(await rows(`SELECT n, token FROM read_parquet('${path}') WHERE n = ${n}`)).toEqual(
        await rows(`SELECT n, token FROM (${rowsBetween(n, n + 1)})`),
      );
    }
    expect(await rows(`SELECT n FROM read_parquet('${path}') WHERE n BETWEEN 5000 AND 19999`)).toEqual([]);
  });

  test('answers from its bloom filters as the parts did', async () => {
    const coded = (prefix: string) => `SELECT '${prefix}' || (i % 50) AS code FROM range(5000) t(i)`;
    const parts = await Promise.all(['a', 'b', 'c'].map(async (prefix) => await parquet(coded(prefix))));
    const path = await stored(await concatenated(parts.map((part) => streamed(part))));
    const probe = async (file: string, value: string) =>
      (await rows(`FROM parquet_bloom_probe('${file}', 'code', '${value}')`)).map(
        (row) => row['bloom_filter_excludes'],
      );
    for (const value of ['a7', 'b49', 'c0', 'd1']) {
      const wanted: (Json | undefined)[] = [];
      for (const part of parts) wanted.push(...(await probe(await stored(part), value)));
      expect(await probe(path, value)).toEqual(wanted);
    }
    expect(await probe(path, 'b49')).toEqual([true, true, true, false, false, false, true, true, true]);
    expect(await rows(`SELECT count(*) AS n FROM read_parquet('${path}') WHERE code = 'b49'`)).toEqual([{ n: '100' }]);
  });

  test('is the same however the bytes of the parts arrive', async () => {
    const parts = await Promise.all([parquet(rowsBetween(0, 3_000)), parquet(rowsBetween(3_000, 5_500))]);
    const whole = await concatenated(parts.map((part) => streamed(part)));
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 90_000 })), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.tuple(sizes, sizes), async (each) => {
        const made = await concatenated(parts.map((part, index) => streamed(part, each[index])));
        expect(made.equals(whole)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test('takes nothing from parts without rows, and is a file even if none has any', async () => {
    const empty = await parquet(rowsBetween(0, 0));
    const full = await parquet(rowsBetween(0, 3_000));
    const wanted = await rows(rowsBetween(0, 3_000));
    for (const parts of [
      [empty, full],
      [full, empty],
      [empty, full, empty],
    ]) {
      const path = await stored(await concatenated(parts.map((part) => streamed(part))));
      expect(await rows(`FROM read_parquet('${path}')`)).toEqual(wanted);
      expect(await rows(`SELECT num_row_groups AS n FROM parquet_file_metadata('${path}')`)).toEqual([{ n: '2' }]);
    }
    const path = await stored(await concatenated([streamed(empty), streamed(empty)]));
    expect(await rows(`FROM read_parquet('${path}')`)).toEqual([]);
    expect(await rows(`SELECT column_name FROM (DESCRIBE FROM read_parquet('${path}'))`)).toHaveLength(7);
  });
});

describe('streaming', () => {
  test('lets a large part through while it is still being made, and holds back its footer', async () => {
    const sql = (seed: number) =>
      `SELECT i AS n, hash(i * 2 + ${seed}) AS a, hash(i * 3 + ${seed}) AS b, hash(i * 5 + ${seed}) AS c, hash(i * 7 + ${seed}) AS d FROM range(2500000) t(i)`;
    const part = await parquet(sql(1), 'COMPRESSION uncompressed, ROW_GROUP_SIZE 100000');
    expect(part.length).toBeGreaterThan(80 * 2 ** 20);
    let given = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of streamed(part)) {
        given += chunk.length;
        yield chunk;
      }
    }
    let taken = 0;
    let furthestBehind = 0;
    let early = 0;
    const second = await parquet(sql(2).replace('2500000', '1000'), 'COMPRESSION uncompressed');
    const pieces: Uint8Array[] = [];
    for await (const piece of concatenateParquet(one([counted(), streamed(second)]))) {
      pieces.push(piece);
      taken += piece.length;
      if (given < part.length) {
        early = taken;
        furthestBehind = Math.max(furthestBehind, given - taken);
      }
    }
    expect(early).toBeGreaterThan(part.length - 65 * 2 ** 20);
    expect(furthestBehind).toBeLessThanOrEqual(65 * 2 ** 20);
    const path = await stored(Buffer.concat(pieces));
    expect(
      await rows(
        `SELECT count(*) AS n, sum(n) AS s, bit_xor(a) = (SELECT bit_xor(a) FROM ((${sql(1)}) UNION ALL (${sql(2).replace('2500000', '1000')}))) AS same FROM read_parquet('${path}')`,
      ),
    ).toEqual([{ n: '2501000', s: String((2_500_000 * 2_499_999) / 2 + (1_000 * 999) / 2), same: true }]);
  });

  test('tells the part when its own reader goes away', async () => {
    const part = await parquet(rowsBetween(0, 3_000));
    let closed = false;
    async function* watched(): AsyncGenerator<Uint8Array> {
      try {
        yield* streamed(part, [1_000]);
      } finally {
        closed = true;
      }
    }
    for await (const _ of concatenateParquet(one([watched()]))) break;
    expect(closed).toBe(true);
  });

  test('passes on what a part fails with, without a footer', async () => {
    const part = await parquet(rowsBetween(0, 3_000));
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield part.subarray(0, 20_000);
      throw new Error('the query failed');
    }
    const pieces: Uint8Array[] = [];
    const reading = async () => {
      for await (const piece of concatenateParquet(one([streamed(part), failing()]))) pieces.push(piece);
    };
    await expect(reading()).rejects.toThrow('the query failed');
    expect(Buffer.concat(pieces).subarray(-4).toString()).not.toBe('PAR1');
  });
});

describe('a part is refused', () => {
  test('if its schema is another', async () => {
    const part = await parquet('SELECT 1 AS a, 2 AS b');
    for (const sql of ['SELECT 1 AS a, 2 AS c', 'SELECT 1 AS a', "SELECT 1 AS a, 'x' AS b", 'SELECT 2 AS b, 1 AS a']) {
      const other = await parquet(sql);
      await expect(concatenated([streamed(part), streamed(other)])).rejects.toThrow('differ in schema');
    }
  });

  test('if it is cut short anywhere', async () => {
    const part = await parquet(rowsBetween(0, 3_000));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: part.length - 1 }), fc.boolean(), async (length, first) => {
        const cut = streamed(part.subarray(0, length));
        await expect(concatenated(first ? [cut, streamed(part)] : [streamed(part), cut])).rejects.toThrow('Parquet');
      }),
      {
        numRuns: 50,
        examples: [
          [0, true],
          [3, true],
          [4, true],
          [11, false],
          [part.length - 1, false],
        ],
      },
    );
  });

  test('if it is encrypted, or no Parquet at all', async () => {
    const part = await parquet('SELECT 1 AS a');
    const sealed = Buffer.concat([part.subarray(0, -4), Buffer.from('PARE')]);
    await expect(concatenated([streamed(sealed)])).rejects.toThrow('encrypted');
    const footer = decodeStruct(footerOf(part));
    const algorithm: ThriftStruct = { kind: 'struct', fields: new Map([[1, { kind: 'struct', fields: new Map() }]]) };
    const signed = encodeStruct({ kind: 'struct', fields: new Map(footer.fields).set(8, algorithm) });
    expect(() => parseFooter(signed, part.length)).toThrow('encrypted');
    expect(() => parseFooter(footerOf(part), part.length)).not.toThrow();
    await expect(concatenated([streamed(Buffer.from('a|b\n1|2\n3|4\nPAR1'))])).rejects.toThrow('begin');
    await expect(concatenated([])).rejects.toThrow('no part');
  });

  test('if its footer points out of it or counts wrong', async () => {
    // In one file the bloom filters come last, in the other, which has none, a column chunk.
    for (const sql of [rowsBetween(0, 3_000), 'SELECT i FROM range(3000) t(i)']) {
      const part = await parquet(sql);
      const bytes = footerOf(part);
      const bodyEnd = part.length - bytes.length - 8;
      expect(parseFooter(bytes, bodyEnd).rowGroups).toHaveLength(2);
      expect(() => parseFooter(bytes, bodyEnd - 1)).toThrow('outside');
      const miscounted = new Map(decodeStruct(bytes).fields).set(3, { kind: 'i64', value: 3_001n });
      expect(() => parseFooter(encodeStruct({ kind: 'struct', fields: miscounted }), bodyEnd)).toThrow('add up');
    }
  });
});

describe('relocating a row group', () => {
  const i64 = (value: number): ThriftValue => ({ kind: 'i64', value: BigInt(value) });
  const struct = (fields: Record<number, ThriftValue>): ThriftStruct => ({
    kind: 'struct',
    fields: new Map(Object.entries(fields).map(([id, value]) => [Number(id), value])),
  });
  const group = (chunk: Record<number, ThriftValue>, column: Record<number, ThriftValue>) =>
    struct({
      1: { kind: 'list', of: 'struct', values: [struct({ ...chunk, 3: struct(column) })] },
      3: i64(10),
      5: i64(4),
      7: { kind: 'i16', value: 0 },
    });

  test('moves every offset and nothing else, and leaves 0, which is none', () => {
    const column = {
      4: { kind: 'i32', value: 6 } as const,
      7: i64(90),
      9: i64(40),
      10: i64(60),
      11: i64(4),
      14: i64(80),
    };
    const moved = decodeStruct(relocateRowGroup(group({ 2: i64(30) }, column), 1_000, 7));
    const wanted = { ...column, 9: i64(1_040), 10: i64(1_060), 11: i64(1_004), 14: i64(1_080) };
    expect(moved).toEqual(
      struct({
        1: { kind: 'list', of: 'struct', values: [struct({ 2: i64(1_030), 3: struct(wanted) })] },
        3: i64(10),
        5: i64(1_004),
        7: { kind: 'i16', value: 7 },
      }),
    );
    const still = decodeStruct(relocateRowGroup(group({ 2: i64(0) }, { 9: i64(40), 11: i64(0) }), 1_000, 0));
    expect(still.fields.get(1)).toMatchObject({
      values: [struct({ 2: i64(0), 3: struct({ 9: i64(1_040), 11: i64(0) }) })],
    });
  });

  test('drops page indexes, which hold offsets themselves, unless nothing moves', () => {
    const indexed = {
      2: i64(0),
      4: i64(70),
      5: { kind: 'i32', value: 5 },
      6: i64(75),
      7: { kind: 'i32', value: 5 },
    } as const;
    const chunkOf = (bytes: Uint8Array) => decodeStruct(bytes).fields.get(1);
    const column = { 9: i64(40) };
    expect(chunkOf(relocateRowGroup(group(indexed, column), 1_000, 0))).toMatchObject({
      values: [struct({ 2: i64(0), 3: struct({ 9: i64(1_040) }) })],
    });
    expect(chunkOf(relocateRowGroup(group(indexed, column), 0, 0))).toEqual(group(indexed, column).fields.get(1));
  });

  test('gives up numbering where the number no longer fits', () => {
    const ordinal = (number: number) =>
      decodeStruct(relocateRowGroup(group({}, { 9: i64(4) }), 0, number)).fields.get(7);
    expect(ordinal(32_767)).toEqual({ kind: 'i16', value: 32_767 });
    expect(ordinal(32_768)).toBeUndefined();
  });
});

describe('the Thrift compact protocol', () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const leaves = {
    boolean: fc.boolean().map((value): ThriftValue => ({ kind: 'boolean', value })),
    byte: fc.integer({ min: -128, max: 127 }).map((value): ThriftValue => ({ kind: 'byte', value })),
    i16: fc.integer({ min: -32_768, max: 32_767 }).map((value): ThriftValue => ({ kind: 'i16', value })),
    i32: fc.integer().map((value): ThriftValue => ({ kind: 'i32', value })),
    i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): ThriftValue => ({ kind: 'i64', value })),
    double: fixed(8).map((value): ThriftValue => ({ kind: 'double', bytes: value })),
    binary: bytes.map((value): ThriftValue => ({ kind: 'binary', bytes: value })),
    uuid: fixed(16).map((value): ThriftValue => ({ kind: 'uuid', bytes: value })),
  };
  const kinds = Object.keys(leaves) as (keyof typeof leaves)[];
  const lists = fc
    .constantFrom(...kinds)
    .chain((of) =>
      fc
        .tuple(fc.constantFrom('list' as const, 'set' as const), fc.array(leaves[of], { maxLength: 20 }))
        .map(([kind, values]): ThriftValue => ({ kind, of, values })),
    );
  // An empty map does not say of what.
  const maps = fc
    .tuple(fc.constantFrom(...kinds), fc.constantFrom(...kinds))
    .chain(([keys, values]) =>
      fc
        .array(fc.tuple(leaves[keys], leaves[values]), { minLength: 1, maxLength: 5 })
        .map((entries): ThriftValue => ({ kind: 'map', keys, values, entries })),
    );
  const { struct } = fc.letrec<{ struct: ThriftStruct; value: ThriftValue }>((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, ...Object.values(leaves), lists, maps, tie('struct')),
    struct: fc
      .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 300 }), tie('value')), { selector: ([id]) => id, maxLength: 8 })
      .map((fields): ThriftStruct => ({ kind: 'struct', fields: new Map(fields) })),
  }));

  test('reads what it wrote, whatever the fields', () => {
    fc.assert(
      fc.property(struct, (value) => {
        const encoded = encodeStruct(value);
        expect(decodeStruct(encoded)).toEqual(value);
        expect(() => decodeStruct(encoded.subarray(0, -1))).toThrow('Thrift');
        expect(() => decodeStruct(Buffer.concat([encoded, Buffer.of(0)]))).toThrow('left over');
      }),
    );
  });

  test('writes a footer of DuckDB as DuckDB did', async () => {
    const footer = footerOf(await parquet(rowsBetween(0, 9_000)));
    expect(Buffer.from(encodeStruct(decodeStruct(footer))).equals(footer)).toBe(true);
  });

  test('writes numbers as the protocol has them', () => {
    const encoded = (value: ThriftValue) =>
      Buffer.from(encodeStruct({ kind: 'struct', fields: new Map([[1, value]]) }));
    expect(encoded({ kind: 'i32', value: -1 })).toEqual(Buffer.of(0x15, 0x01, 0));
    expect(encoded({ kind: 'i64', value: 300n })).toEqual(Buffer.of(0x16, 0xd8, 0x04, 0));
    expect(encoded({ kind: 'boolean', value: true })).toEqual(Buffer.of(0x11, 0));
    expect(encoded({ kind: 'boolean', value: false })).toEqual(Buffer.of(0x12, 0));
    const list = { kind: 'list', of: 'byte', values: [{ kind: 'byte', value: 5 }] } as const;
    expect(encoded(list)).toEqual(Buffer.of(0x19, 0x13, 5, 0));
  });
});
