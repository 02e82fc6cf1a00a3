import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBInstance,
  type Json,
} from '@duckdb/node-api';
import {
  Bool,
  CompressionType,
  compressionRegistry,
  type DataType,
  DateDay,
  DateMillisecond,
  Dictionary,
  Field,
  Float16,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  LargeUtf8,
  List,
  makeData,
  Null,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Table,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  tableFromIPC,
  tableToIPC,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
  Utf8View,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ColumnType } from '../../src/catalogue/dataset.ts';
import { encodeArrow } from '../../src/engine/arrow-encode.ts';
import { ArrowFile } from '../../src/engine/arrow-file.ts';
import { arrowColumns, loadArrow } from '../../src/engine/arrow-load.ts';
import { Fault } from '../../src/kernel/fault.ts';

const FORMATS = ['file', 'stream'] as const;
const COLUMNS: readonly { readonly name: string; readonly type: ColumnType }[] = [
  { name: 'text', type: 'text' },
  { name: 'whole', type: 'integer' },
  { name: 'part', type: 'decimal' },
  { name: 'day', type: 'date' },
];
const NAMES = COLUMNS.map(({ name }) => name);

let folder: string;
let connection: DuckDBConnection;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arrow-'));
  connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
});

afterEach(async () => {
  await connection.run('DROP TABLE IF EXISTS loaded');
});

afterAll(async () => {
  connection.closeSync();
  await rm(folder, { recursive: true });
});

async function stored(bytes: Uint8Array): Promise<string> {
  files += 1;
  const path = join(folder, `${files}.arrow`);
  await writeFile(path, bytes);
  return path;
}

async function* chunksOf(sql: string): AsyncGenerator<DuckDBDataChunk> {
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    yield chunk;
  }
}

async function encoded(sql: string, columns = COLUMNS): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeArrow(columns, chunksOf(sql))) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function columnsOf(sql: string): Promise<Record<string, Json[] | undefined>> {
  return (await connection.runAndReadAll(sql)).getColumnsObjectJson();
}

async function rowCount(sql: string): Promise<number> {
  return Number((await connection.runAndReadAll(`SELECT count(*) FROM (${sql})`)).getRows()[0]?.[0]);
}

async function isTable(name: string): Promise<boolean> {
  return (await rowCount(`SELECT * FROM duckdb_tables() WHERE table_name = '${name}'`)) > 0;
}

/** An Arrow file by the library's own writer, each column of these values. */
function written(
  format: 'file' | 'stream',
  columns: Record<string, readonly [DataType, readonly unknown[]]>,
): Uint8Array {
  const vectors = Object.entries(columns).map(
    ([name, [type, values]]) => [name, vectorFromArray(values, type)] as const,
  );
  return tableToIPC(new Table(Object.fromEntries(vectors)), format);
}

async function loaded(bytes: Uint8Array, columns: readonly string[]): Promise<Record<string, Json[] | undefined>> {
  await loadArrow(connection, 'loaded', [await stored(bytes)], columns);
  const read = await columnsOf('FROM loaded');
  await connection.run('DROP TABLE loaded');
  return read;
}

async function typesOf(table: string): Promise<Json[] | undefined> {
  return (await columnsOf(`SELECT column_type FROM (DESCRIBE ${table})`))['column_type'];
}

const faulty = (code: string) => ({ name: 'Fault', exit: 11, code });

/** All types, nulls, texts on both sides of what DuckDB keeps in its entries, in rows enough for several batches. */
const MANY = `SELECT CASE WHEN i % 5 = 0 THEN NULL WHEN i % 5 = 1 THEN '' WHEN i % 5 = 2 THEN 'é' || i
    ELSE repeat('ab', CAST(i % 40 AS INTEGER)) || i END AS text,
  CASE WHEN i % 7 = 0 THEN NULL ELSE i * 1000000007 - 500 END AS whole, CASE WHEN i % 11 = 0 THEN NULL ELSE i / 7.0 END AS part,
  CASE WHEN i % 13 = 0 THEN NULL ELSE CAST(DATE '1890-01-01' + CAST(i % 60000 AS INTEGER) AS DATE) END AS day
  FROM range(150000) t(i)`;

describe('encode, then load', () => {
  test('gives back all rows in order, over many batches', async () => {
    await connection.run(`CREATE OR REPLACE TABLE made AS ${MANY}`);
    const bytes = await encoded('FROM made');
    expect(tableFromIPC(bytes).batches.length).toBeGreaterThan(2);
    await loadArrow(connection, 'loaded', [await stored(bytes)], NAMES);
    expect(await typesOf('loaded')).toEqual(['VARCHAR', 'BIGINT', 'DOUBLE', 'DATE']);
    const numbered = (table: string) => `SELECT row_number() OVER () AS n, * FROM ${table}`;
    expect(await rowCount(`${numbered('made')} EXCEPT ${numbered('loaded')}`)).toBe(0);
    expect(await rowCount('FROM loaded')).toBe(150_000);
  });

  test('puts chunks together whose rows are no multiple of eight', async () => {
    await connection.run(`CREATE OR REPLACE TABLE made AS ${MANY}`);
    const sql = "SELECT * FROM (FROM made LIMIT 30000) WHERE whole IS NULL OR whole % 3 = 0 OR text = ''";
    const sizes = new Set<number>();
    for await (const chunk of chunksOf(sql)) sizes.add(chunk.rowCount % 8);
    expect(sizes.size).toBeGreaterThan(2);
    await loadArrow(connection, 'loaded', [await stored(await encoded(sql))], NAMES);
    expect(await columnsOf('FROM loaded')).toEqual(await columnsOf(sql));
  });

  test('keeps any text, number, date and null', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }).map((value) => Buffer.from(value).toString()),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constantFrom('', 'twelve bytes', 'thirteen byte', '\u0000', '"|\n', 'x'.repeat(5_000)),
    );
    const row = fc.record({
      text: fc.option(text),
      whole: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      part: fc.option(fc.double({ noNaN: true })),
      day: fc.option(fc.integer({ min: -800_000, max: 3_000_000 })),
    });
    await connection.run('CREATE OR REPLACE TABLE made (text VARCHAR, whole BIGINT, part DOUBLE, day DATE)');
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 40 }), fc.constantFrom(1, 3, 300), async (rows, copies) => {
        await connection.run('TRUNCATE made');
        const appender = await connection.createAppender('made');
        for (const { text, whole, part, day } of rows) {
          text === null ? appender.appendNull() : appender.appendVarchar(text);
          whole === null ? appender.appendNull() : appender.appendBigInt(whole);
          part === null ? appender.appendNull() : appender.appendDouble(part);
          day === null ? appender.appendNull() : appender.appendDate(new DuckDBDateValue(day));
          appender.endRow();
        }
        appender.closeSync();
        const sql = `SELECT made.* FROM range(${copies}), made`;
        const bytes = await encoded(sql);
        const wanted = await columnsOf(sql);
        expect(wanted['text']).toHaveLength(rows.length * copies);
        expect(await loaded(bytes, NAMES)).toEqual(wanted);
        // The library's reader sees the same.
        const table = tableFromIPC(bytes);
        expect(table.numRows).toBe(rows.length * copies);
        expect(rows.length === 0 ? [] : [...(table.getChild('text') ?? [])]).toEqual(wanted['text']);
        expect(rows.length === 0 ? [] : [...(table.getChild('whole') ?? [])].map((n) => n?.toString() ?? null)).toEqual(
          wanted['whole'],
        );
      }),
      { numRuns: 60 },
    );
  });

  test('keeps texts that lie far apart in memory, and very long ones', async () => {
    const sql = `SELECT repeat(CAST(i % 10 AS VARCHAR), CAST(CASE WHEN i % 100 = 50 THEN 300000 WHEN i % 3 = 0 THEN 5 ELSE i % 90 END AS INTEGER)) AS text
      FROM range(3000) t(i) ORDER BY hash(i)`;
    const columns = [{ name: 'text', type: 'text' }] as const;
    const wanted = await columnsOf(sql);
    expect(await loaded(await encoded(sql, columns), ['text'])).toEqual(wanted);
    // A result that is there as a whole lies in memory in another way.
    const whole = await (await connection.run(sql)).fetchAllChunks();
    const pieces: Uint8Array[] = [];
    for await (const piece of encodeArrow(columns, from(whole))) pieces.push(piece);
    expect(await loaded(Buffer.concat(pieces), ['text'])).toEqual(wanted);
  });

  test('makes batches of a wide table smaller', async () => {
    const columns = Array.from({ length: 300 }, (_, index) => ({ name: `c${index}`, type: 'integer' as const }));
    const sql = `SELECT ${columns.map(({ name }, index) => `i * ${index} AS ${name}`).join(', ')} FROM range(10000) t(i)`;
    const bytes = await encoded(sql, columns);
    expect(tableFromIPC(bytes).batches.map((batch) => batch.numRows)).toEqual([6_144, 3_856]);
    await loadArrow(
      connection,
      'loaded',
      [await stored(bytes)],
      columns.map(({ name }) => name),
    );
    expect(await rowCount(`FROM loaded EXCEPT (${sql})`)).toBe(0);
    expect(await rowCount('FROM loaded')).toBe(10_000);
  });
});

async function* from<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

describe('an encoded file', () => {
  test('without rows has the schema', async () => {
    const bytes = await encoded(`SELECT * FROM (${MANY}) LIMIT 0`);
    const { schema, numRows } = tableFromIPC(bytes);
    expect(numRows).toBe(0);
    expect(RecordBatchReader.from(bytes).open().numRecordBatches).toBe(0);
    expect(schema.fields.map(({ name, type }) => [name, String(type)])).toEqual([
      ['text', 'Utf8'],
      ['whole', 'Int64'],
      ['part', 'Float64'],
      ['day', 'Date32<DAY>'],
    ]);
    expect(await loaded(bytes, NAMES)).toEqual({ text: [], whole: [], part: [], day: [] });
  });

  test('can be read as a stream too, from behind the magic on', async () => {
    const bytes = await encoded(MANY);
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from('ARROW1\0\0'));
    expect(bytes.subarray(-6)).toEqual(Buffer.from('ARROW1'));
    const reader = RecordBatchReader.from(bytes.subarray(8));
    let rows = 0;
    for (const batch of reader) rows += batch.numRows;
    expect(rows).toBe(150_000);
  });

  test('widens INTEGER, negative ones as well', async () => {
    const columns = [{ name: 'n', type: 'integer' }] as const;
    const sql = 'SELECT unnest([1, -1, NULL, 2147483647, -2147483648, 0])::INTEGER AS n';
    expect(await loaded(await encoded(sql, columns), ['n'])).toEqual({
      n: ['1', '-1', null, '2147483647', '-2147483648', '0'],
    });
  });

  test('is not made of columns that were not announced', async () => {
    const whole = [{ name: 'n', type: 'integer' }] as const;
    await expect(encoded("SELECT 'a' AS n", whole)).rejects.toThrow('column n arrives as VARCHAR');
    await expect(encoded('SELECT 1::HUGEINT AS n', whole)).rejects.toThrow('column n arrives as HUGEINT');
    await expect(encoded('SELECT 1 AS n', [{ name: 'n', type: 'text' }])).rejects.toThrow('arrives as INTEGER');
    await expect(encoded('SELECT 1 AS n, 2 AS m', whole)).rejects.toThrow('other columns');
  });

  test('fails with its chunks, and has no end then', async () => {
    async function* failing(): AsyncGenerator<DuckDBDataChunk> {
      yield* chunksOf(MANY);
      throw new Error('the query failed');
    }
    const pieces: Uint8Array[] = [];
    const reading = async () => {
      for await (const piece of encodeArrow(COLUMNS, failing())) pieces.push(piece);
    };
    await expect(reading()).rejects.toThrow('the query failed');
    await expect(loaded(Buffer.concat(pieces), NAMES)).rejects.toMatchObject(faulty('arrow-file'));
  });
});

describe.each(FORMATS)('a %s of the library', (format) => {
  test('loads with all its types', async () => {
    const texts = ['a', null, '', 'a text of more than twelve bytes', 'éé'];
    const days = [new Date('2020-02-29'), null, new Date('1899-12-31'), new Date('1970-01-01'), new Date('2999-12-31')];
    const isoDays = ['2020-02-29', null, '1899-12-31', '1970-01-01', '2999-12-31'];
    const bytes = written(format, {
      utf8: [new Utf8(), texts],
      large: [new LargeUtf8(), texts],
      view: [new Utf8View(), texts],
      dictionary: [new Dictionary(new Utf8(), new Int8()), texts],
      int8: [new Int8(), [1, -128, null, 127, 0]],
      int16: [new Int16(), [1, -32_768, null, 32_767, 0]],
      int32: [new Int32(), [1, -2_147_483_648, null, 2_147_483_647, 0]],
      int64: [new Int64(), [1n, -(2n ** 63n), null, 2n ** 63n - 1n, 0n]],
      uint8: [new Uint8(), [1, 255, null, 0, 7]],
      uint16: [new Uint16(), [1, 65_535, null, 0, 7]],
      uint32: [new Uint32(), [1, 4_294_967_295, null, 0, 7]],
      uint64: [new Uint64(), [1n, 2n ** 63n - 1n, null, 0n, 7n]],
      float16: [new Float16(), [1.5, -0.25, null, 2 ** -24, 65_504]],
      float32: [new Float32(), [1.5, -0.25, null, 0, 1e10]],
      float64: [new Float64(), [1.1, -1e300, null, 0, 5e-324]],
      bool: [new Bool(), [true, false, null, true, false]],
      day: [new DateDay(), days],
      millisecond: [new DateMillisecond(), days],
      nothing: [new Null(), [null, null, null, null, null]],
    });
    const columns = await arrowColumns(await stored(bytes));
    const expectedTypes: Record<ColumnType, readonly string[]> = {
      text: ['utf8', 'large', 'view', 'dictionary', 'bool', 'nothing'],
      integer: ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'],
      decimal: ['float16', 'float32', 'float64'],
      date: ['day', 'millisecond'],
    };
    for (const [type, names] of Object.entries(expectedTypes)) {
      expect(columns.filter((column) => column.type === type).map(({ name }) => name)).toEqual(names);
    }
    expect(
      await loaded(
        bytes,
        columns.map(({ name }) => name),
      ),
    ).toEqual({
      utf8: texts,
      large: texts,
      view: texts,
      dictionary: texts,
      int8: ['1', '-128', null, '127', '0'],
      int16: ['1', '-32768', null, '32767', '0'],
      int32: ['1', '-2147483648', null, '2147483647', '0'],
      int64: ['1', '-9223372036854775808', null, '9223372036854775807', '0'],
      uint8: ['1', '255', null, '0', '7'],
      uint16: ['1', '65535', null, '0', '7'],
      uint32: ['1', '4294967295', null, '0', '7'],
      uint64: ['1', '9223372036854775807', null, '0', '7'],
      float16: [1.5, -0.25, null, 2 ** -24, 65_504],
      float32: [1.5, -0.25, null, 0, 1e10],
      float64: [1.1, -1e300, null, 0, 5e-324],
      bool: ['true', 'false', null, 'true', 'false'],
      day: isoDays,
      millisecond: isoDays,
      nothing: [null, null, null, null, null],
    });
  });

  test('loads any texts, of several batches, in each layout', async () => {
    const text = fc.option(
      fc.oneof(fc.string({ unit: 'grapheme', maxLength: 25 }), fc.constantFrom('', 'twelve bytes', 'thirteen byte')),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(text, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 4 }),
        async (batches) => {
          const values = batches.flat();
          for (const type of [new Utf8(), new LargeUtf8(), new Utf8View(), new Dictionary(new Utf8(), new Int32())]) {
            // Slices of one vector share its dictionary, as the file format wants it. Slices of views the library
            // writes wrong.
            const whole = new Table({ text: vectorFromArray(values, type) });
            let at = 0;
            const tables = batches.map((batch): Table => {
              at += batch.length;
              if (type instanceof Utf8View) return new Table({ text: vectorFromArray(batch, type) });
              return whole.slice(at - batch.length, at);
            });
            const bytes = tableToIPC(new Table(tables.flatMap((table) => table.batches)), format);
            expect(await loaded(bytes, ['text'])).toEqual({ text: values });
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test('cut short anywhere is a fault that says nothing of its values, and leaves no table', async () => {
    const bytes = written(format, {
      name: [new Utf8(), Array.from({ length: 300 }, (_, index) => `PATIENT number ${index}`)],
      colour: [
        new Dictionary(new Utf8(), new Int8()),
        Array.from({ length: 300 }, (_, index) => `PATIENT ${index % 3}`),
      ],
    });
    expect((await loaded(bytes, ['name', 'colour']))['name']).toHaveLength(300);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
        const path = await stored(bytes.subarray(0, length));
        const error = await loadArrow(connection, 'loaded', [path], ['name', 'colour']).catch(
          (caught: unknown) => caught,
        );
        expect(error).toBeInstanceOf(Fault);
        expect(error).toMatchObject(faulty('arrow-file'));
        expect(String(error)).toContain(`${files}.arrow`);
        expect(String(error)).not.toContain('PATIENT');
        expect(await isTable('loaded')).toBe(false);
      }),
      { numRuns: 150, examples: [[0], [7], [8], [bytes.length - 1], [bytes.length - 4], [bytes.length - 8]] },
    );
  });

  test('with damaged bytes loads or is a fault, and never hangs or leaves a table behind', async () => {
    const bytes = written(format, {
      name: [new Utf8(), ['a', 'b', 'é and so on and on', null]],
      colour: [new Dictionary(new Utf8(), new Int8()), ['red', null, 'red', 'a long name of a colour']],
    });
    const damage = fc.array(fc.tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    });
    let faults = 0;
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        const error = await loaded(damaged, ['name', 'colour']).then(
          () => undefined,
          (caught: unknown) => caught,
        );
        if (error === undefined) return;
        faults += 1;
        expect(error).toMatchObject({ name: 'Fault', exit: 11 });
        expect(await isTable('loaded')).toBe(false);
      }),
      { numRuns: 300 },
    );
    expect(faults).toBeGreaterThan(50);
  });
});

describe('dictionaries', () => {
  const TYPE = new Dictionary(new Utf8(), new Int16(), 1);
  const batch = (dictionary: Vector<Utf8>, indices: readonly (number | null)[]) => {
    const data = vectorFromArray(indices, new Int16()).data[0];
    if (data === undefined) throw new Error('there are no indices');
    const { length, nullCount, nullBitmap, values } = data;
    return new Table({
      text: new Vector([makeData({ type: TYPE, length, nullCount, nullBitmap, data: values, dictionary })]),
    });
  };
  const streamOf = async (tables: readonly Table[]) => {
    const writer = new RecordBatchStreamWriter();
    for (const table of tables) for (const each of table.batches) writer.write(each);
    writer.finish();
    return await writer.toUint8Array();
  };

  test('may be replaced between the batches of a stream', async () => {
    const first = vectorFromArray(['a', 'b, a long one of many bytes'], new Utf8());
    const second = vectorFromArray(['c', 'd'], new Utf8());
    const bytes = await streamOf([batch(first, [0, 1, null]), batch(second, [1, 0, 1])]);
    expect(await loaded(bytes, ['text'])).toEqual({ text: ['a', 'b, a long one of many bytes', null, 'd', 'c', 'd'] });
  });

  test('may grow, and have nulls', async () => {
    const first = vectorFromArray(['a', null, 'b, a long one of many bytes'], new Utf8());
    const grown = first.concat(vectorFromArray(['c, as long as the other one', null, 'd'], new Utf8()));
    const tables = [batch(first, [2, 1, 0]), batch(grown, [5, 4, 3, 2, 1, 0, null])];
    const long = ['b, a long one of many bytes', 'c, as long as the other one'];
    const text = [long[0], null, 'a', 'd', null, long[1], long[0], null, 'a', null];
    expect(await loaded(await streamOf(tables), ['text'])).toEqual({ text });
    expect(await loaded(tableToIPC(new Table(tables.flatMap(({ batches }) => batches)), 'file'), ['text'])).toEqual({
      text,
    });
  });

  test('must have what is looked up in them', async () => {
    const dictionary = vectorFromArray(['a', 'b'], new Utf8());
    for (const index of [2, -1]) {
      const path = await stored(await streamOf([batch(dictionary, [0, index])]));
      await expect(loadArrow(connection, 'loaded', [path], ['text'])).rejects.toMatchObject(faulty('arrow-file'));
    }
    const path = await stored(await streamOf([batch(dictionary, [0, null])]));
    await expect(loadArrow(connection, 'loaded', [path], ['text'])).resolves.toBeUndefined();
  });
});

describe('what lies under a null', () => {
  /** A stream with the texts of one column, and where the first buffers of the column are in it. */
  const streamed = async (type: DataType, values: readonly (string | null)[]) => {
    const bytes = Buffer.from(written('stream', { text: [type, values] }));
    const file = await ArrowFile.open(await stored(bytes));
    for await (const message of file.messages()) {
      if (message.kind !== 'batch') continue;
      await file.close();
      return { bytes, buffers: (message.columns[0]?.buffers ?? []).map(({ at }) => at) };
    }
    throw new Error('there is no batch');
  };

  test('does not matter', async () => {
    for (const type of [new Utf8(), new Utf8View()]) {
      const { bytes, buffers } = await streamed(type, ['a', 'short ÿÿ', null, 'some longer text with ÿÿ', 'e']);
      bytes[buffers[0] ?? 0] = 0b10001;
      for (let at = bytes.indexOf('ÿ'); at >= 0; at = bytes.indexOf('ÿ')) bytes[at] = 0xff;
      expect(await loaded(bytes, ['text'])).toEqual({ text: ['a', null, null, null, 'e'] });
    }
  });
});

describe('times', () => {
  const at = (...texts: readonly (string | null)[]) => texts.map((text) => (text === null ? null : Date.parse(text)));
  const MIDNIGHTS = at('2024-02-29T00:00Z', null, '1931-07-01T00:00Z');
  const TIMES = at('2024-02-29T00:00Z', null, '1931-07-01T13:30:05.25Z');
  const UNITS = [
    ['second', (zone?: string | null) => new TimestampSecond(zone), 1_000],
    ['millisecond', (zone?: string | null) => new TimestampMillisecond(zone), 1],
    ['microsecond', (zone?: string | null) => new TimestampMicrosecond(zone), 1],
    // The library makes nanoseconds of numbers, which are not exact.
    ['nanosecond', (zone?: string | null) => new TimestampNanosecond(zone), 1_000],
  ] as const;

  test.each(UNITS)('in %ss are dates if all are midnights, and else say when', async (_unit, type, step) => {
    const times = TIMES.map((time) => (time === null ? null : Math.floor(time / step) * step));
    const bytes = written('stream', { day: [type(), MIDNIGHTS], time: [type(), times] });
    await loadArrow(connection, 'loaded', [await stored(bytes)], ['day', 'time']);
    expect(await typesOf('loaded')).toEqual(['DATE', 'VARCHAR']);
    expect(await columnsOf('FROM loaded')).toEqual({
      day: ['2024-02-29', null, '1931-07-01'],
      time: ['2024-02-29T00:00:00', null, step === 1 ? '1931-07-01T13:30:05.25' : '1931-07-01T13:30:05'],
    });
  });

  test('keep their last digit', async () => {
    const nanoseconds = new BigInt64Array([86_399_999_999_999n, -1n, 1_700_000_000_000_000_001n]);
    const table = tableFromIPC(written('stream', { time: [new TimestampNanosecond(), [0, 1, 2]] }));
    table.batches[0]?.data.children[0]?.values.set(nanoseconds);
    expect(await loaded(tableToIPC(table, 'stream'), ['time'])).toEqual({
      time: ['1970-01-01T23:59:59.999999999', '1969-12-31T23:59:59.999999999', '2023-11-14T22:13:20.000000001'],
    });
  });

  test('are no dates a nanosecond off midnight', async () => {
    const table = tableFromIPC(written('stream', { time: [new TimestampNanosecond(), [0]] }));
    table.batches[0]?.data.children[0]?.values.set([1_709_164_800_000_000_001n]);
    expect(await loaded(tableToIPC(table, 'stream'), ['time'])).toEqual({ time: ['2024-02-29T00:00:00.000000001'] });
  });

  test('with a zone are moments and no dates, even at midnight', async () => {
    const bytes = written('file', { time: [new TimestampMillisecond('Europe/London'), MIDNIGHTS] });
    expect(await loaded(bytes, ['time'])).toEqual({ time: ['2024-02-29T00:00:00Z', null, '1931-07-01T00:00:00Z'] });
  });

  test('are text in all files if one file has times of day', async () => {
    const midnights = await stored(written('file', { time: [new TimestampMillisecond(), MIDNIGHTS] }));
    const times = await stored(written('file', { time: [new TimestampMillisecond(), TIMES] }));
    for (const paths of [
      [midnights, times],
      [times, midnights],
    ]) {
      await loadArrow(connection, 'loaded', paths, ['time']);
      expect(await columnsOf('SELECT count(*) FILTER (time[11:] = $$T00:00:00$$)::INTEGER AS n FROM loaded')).toEqual({
        n: [3],
      });
      await connection.run('DROP TABLE loaded');
    }
  });
});

describe('loading', () => {
  test('takes the columns that are asked for, as they are spelled there, from all files', async () => {
    const first = await stored(
      written('file', {
        ID: [new Int32(), [1, 2]],
        'a "b"': [new Utf8(), ['x', 'y']],
        more: [new Bool(), [true, true]],
      }),
    );
    const second = await stored(written('stream', { 'A "B"': [new Utf8(), ['z']], id: [new Int64(), [3n]] }));
    await loadArrow(connection, 'odd "table"', [first, second], ['A "b"', 'Id']);
    expect(await columnsOf('FROM "odd ""table"""')).toEqual({ 'A "b"': ['x', 'y', 'z'], Id: ['1', '2', '3'] });
    await connection.run('DROP TABLE "odd ""table"""');
  });

  test('takes in batches of more rows than are read at a time', async () => {
    const rows = 70_000;
    const each = <T>(value: (row: number) => T) =>
      Array.from({ length: rows }, (_, row) => (row % 9 === 4 ? null : value(row)));
    const texts = each((row) => (row % 2 === 0 ? `${row}` : `the text of row ${row}`));
    const numbers = each((row) => row % 128);
    const columns = {
      utf8: [new Utf8(), texts],
      large: [new LargeUtf8(), texts],
      view: [new Utf8View(), texts],
      dictionary: [new Dictionary(new Utf8(), new Int32()), texts],
      int8: [new Int8(), numbers],
      float32: [new Float32(), numbers],
      bool: [new Bool(), each((row) => row % 7 === 0)],
      day: [new DateMillisecond(), each((row) => new Date(row * 86_400_000))],
    } as const;
    const read = await loaded(written('file', columns), Object.keys(columns));
    for (const name of ['utf8', 'large', 'view', 'dictionary']) expect(read[name]).toEqual(texts);
    expect(read['int8']).toEqual(numbers.map((number) => number?.toString() ?? null));
    expect(read['float32']).toEqual(numbers);
    expect(read['bool']).toEqual(each((row) => String(row % 7 === 0)));
    expect(read['day']).toEqual(each((row) => new Date(row * 86_400_000).toISOString().slice(0, 10)));
  });

  test('takes in a stream as it was written before version 0.15', async () => {
    const writer = new RecordBatchStreamWriter({ writeLegacyIpcFormat: true });
    const table = new Table({ n: vectorFromArray([1, 2], new Int32()) });
    for (const batch of table.batches) writer.write(batch);
    writer.finish();
    const bytes = await writer.toUint8Array();
    expect(bytes.subarray(0, 4)).not.toEqual(new Uint8Array([0xff, 0xff, 0xff, 0xff]));
    expect(await loaded(bytes, ['n'])).toEqual({ n: ['1', '2'] });
    await expect(loaded(bytes.subarray(0, -4), ['n'])).rejects.toMatchObject(faulty('arrow-file'));
  });

  test('makes a temporary table, and spares another of its name', async () => {
    await connection.run('CREATE TABLE memory.main.twin (n BIGINT)');
    await loadArrow(connection, 'twin', [await stored(written('file', { n: [new Int32(), [1]] }))], ['n']);
    expect(await columnsOf('FROM temp.main.twin')).toEqual({ n: ['1'] });
    expect(await rowCount('FROM memory.main.twin')).toBe(0);
  });

  test('lets a column without a type go with any', async () => {
    const nothing = await stored(written('file', { n: [new Null(), [null, null]] }));
    const numbers = await stored(written('file', { n: [new Int32(), [1]] }));
    const texts = await stored(written('file', { n: [new Utf8(), ['a']] }));
    await loadArrow(connection, 'loaded', [nothing, numbers, nothing], ['n']);
    expect(await columnsOf('FROM loaded')).toEqual({ n: [null, null, '1', null, null] });
    await connection.run('DROP TABLE loaded');
    await loadArrow(connection, 'loaded', [texts, nothing], ['n']);
    expect(await columnsOf('FROM loaded')).toEqual({ n: ['a', null, null] });
  });

  test('leaves nothing of the first file when the second is wrong, not even for a later table of that name', async () => {
    const good = await stored(
      written('file', { n: [new Int32(), Array.from({ length: 5_000 }, (_, index) => index)] }),
    );
    const bytes = written('stream', { n: [new Int32(), Array.from({ length: 5_000 }, (_, index) => index)] });
    const cut = await stored(bytes.subarray(0, bytes.length - 8));
    await expect(loadArrow(connection, 'loaded', [good, cut], ['n'])).rejects.toMatchObject(faulty('arrow-file'));
    expect(await isTable('loaded')).toBe(false);
    await loadArrow(connection, 'loaded', [good], ['n']);
    // An appender that is collected writes what it still has.
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let turn = 0; turn < 3; turn += 1) {
      collect();
      await setTimeout(20);
    }
    expect(await rowCount('FROM loaded')).toBe(5_000);
  });
});

describe('is refused, with the names of file and column', () => {
  const refused = async (code: string, bytes: readonly Uint8Array[], column: string, words: string) => {
    const paths = await Promise.all(bytes.map(async (each) => await stored(each)));
    const error = await loadArrow(connection, 'loaded', paths, [column]).catch((caught: unknown) => caught);
    expect(error).toMatchObject(faulty(code));
    expect(String(error)).toMatch(/\d+\.arrow/);
    expect(String(error)).toContain(words);
    expect(await isTable('loaded')).toBe(false);
  };

  test('a type that cannot be loaded, though it is listed and may stand beside', async () => {
    const list = new List(new Field('item', new Int32(), true));
    const bytes = written('file', {
      before: [list, [[1, 2], null]],
      n: [new Int32(), [7, 8]],
      after: [list, [[], [3]]],
    });
    expect(await arrowColumns(await stored(bytes))).toContainEqual({ name: 'before', type: 'text' });
    expect(await loaded(bytes, ['n'])).toEqual({ n: ['7', '8'] });
    await refused('arrow-type', [bytes], 'before', '"before" of the type List');
    const numbers = written('file', { n: [new Dictionary(new Int32(), new Int8()), [7, 8]] });
    await refused('arrow-type', [numbers], 'n', 'dictionary of integer');
  });

  test('a column that is not there, or is there twice', async () => {
    const bytes = written('file', { n: [new Int32(), [1]], N: [new Int32(), [2]], m: [new Int32(), [3]] });
    await refused('arrow-column', [bytes], 'o', 'no column "o"');
    await refused('arrow-column', [bytes], 'n', 'more than one column "n"');
    expect(await loaded(bytes, ['M'])).toEqual({ M: ['3'] });
  });

  test('another type in another file', async () => {
    const numbers = written('file', { n: [new Int32(), [1]] });
    const texts = written('file', { n: [new Utf8(), ['1']] });
    const times = written('file', { n: [new TimestampMillisecond(), [1]] });
    const days = written('file', { n: [new DateDay(), [new Date(0)]] });
    await refused('arrow-schema', [numbers, texts], 'n', '"n"');
    await refused('arrow-schema', [days, times], 'n', '"n"');
    await refused('arrow-column', [numbers, written('file', { m: [new Int32(), [1]] })], 'n', 'no column "n"');
  });

  test('a number or a date that DuckDB does not have', async () => {
    await refused('arrow-value', [written('file', { n: [new Uint64(), [1n, 2n ** 63n]] })], 'n', '"n"');
    const table = tableFromIPC(written('file', { day: [new DateDay(), [new Date(0)]] }));
    table.batches[0]?.data.children[0]?.values.set([2 ** 31 - 1]);
    await refused('arrow-value', [tableToIPC(table, 'file')], 'day', '"day"');
    const late = tableFromIPC(written('file', { time: [new TimestampSecond(), [0]] }));
    late.batches[0]?.data.children[0]?.values.set([8_640_000_000_001n]);
    await refused('arrow-value', [tableToIPC(late, 'file')], 'time', '"time"');
  });

  test('text that is not UTF-8', async () => {
    for (const type of [new Utf8(), new LargeUtf8(), new Utf8View(), new Dictionary(new Utf8(), new Int8())]) {
      for (const word of ['short ÿÿ', 'a longer text, with ÿÿ in it']) {
        const bytes = Buffer.from(written('stream', { text: [type, ['before', word, 'after']] }));
        const at = bytes.lastIndexOf('ÿÿ');
        expect(at).toBeGreaterThan(0);
        bytes[at] = 0xff;
        await refused('arrow-text', [bytes], 'text', '"text"');
      }
    }
  });

  test('a character shared by two texts, or by a text and a null', async () => {
    for (const second of ['b', null]) {
      const bytes = Buffer.from(written('stream', { text: [new Utf8(), ['aé', second]] }));
      const offsets = bytes.indexOf(Buffer.from(new Int32Array([0, 3, second === null ? 3 : 4]).buffer));
      expect(offsets).toBeGreaterThan(0);
      bytes.writeInt32LE(2, offsets + 4);
      await refused('arrow-text', [bytes], 'text', '"text"');
    }
  });

  test('compressed buffers', async () => {
    const magic = [0x28, 0xb5, 0x2f, 0xfd, 0, 0];
    compressionRegistry.set(CompressionType.ZSTD, { encode: (bytes) => Buffer.concat([Buffer.of(...magic), bytes]) });
    const writer = new RecordBatchStreamWriter({ compressionType: CompressionType.ZSTD });
    const table = new Table({ n: vectorFromArray([1, 2, 3], new Int32()) });
    for (const batch of table.batches) writer.write(batch);
    writer.finish();
    await refused('arrow-compressed', [await writer.toUint8Array()], 'n', 'compressed');
  });

  test('a stream without its end, or with more behind it', async () => {
    const bytes = written('stream', { n: [new Int32(), [1, 2, 3]] });
    expect(Buffer.from(bytes.subarray(-8))).toEqual(Buffer.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0));
    await refused('arrow-file', [bytes.subarray(0, -8)], 'n', 'cut short');
    await refused('arrow-file', [Buffer.concat([bytes, bytes])], 'n', 'goes on');
  });

  test('a file whose last byte is another', async () => {
    const bytes = written('file', { n: [new Int32(), [1, 2, 3]] });
    bytes[bytes.length - 1] = 0x32;
    await refused('arrow-file', [bytes], 'n', 'cut short');
  });

  test('a batch whose columns have different lengths, or lie outside it', async () => {
    const patched = (from: readonly bigint[], to: readonly bigint[]) => {
      const bytes = Buffer.from(written('stream', { n: [new Int32(), [1, 2, 3]], m: [new Int32(), [1, 2, 3]] }));
      const at = bytes.indexOf(Buffer.from(new BigInt64Array(from).buffer));
      expect(at).toBeGreaterThan(0);
      bytes.set(Buffer.from(new BigInt64Array(to).buffer), at);
      return bytes;
    };
    await refused('arrow-file', [patched([3n, 0n], [2n, 0n])], 'm', 'different lengths');
    await refused('arrow-file', [patched([16n, 0n, 16n, 16n], [16n, 0n, 16n, 24n])], 'm', 'cut short');
  });

  test('a file that is not there', async () => {
    const missing = join(folder, 'missing.arrow');
    await expect(loadArrow(connection, 'loaded', [missing], ['n'])).rejects.toMatchObject(faulty('arrow-file'));
    await expect(arrowColumns(missing)).rejects.toThrow('missing.arrow cannot be read');
  });
});
