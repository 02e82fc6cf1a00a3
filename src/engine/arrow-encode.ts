import type { DuckDBDataChunk } from '@duckdb/node-api';
import {
  AsyncByteQueue,
  type DataType,
  DateDay,
  Field,
  Float64,
  Int64,
  Message,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
} from 'apache-arrow';
import type { ColumnType } from '../catalogue/dataset.ts';
import { type ArrowColumn, arrowColumn } from './arrow-column.ts';
import { memoryOf } from './vector-memory.ts';

/** No chunk of DuckDB has more. */
const CHUNK_ROWS = 2048;
const BATCH_ROWS = 32 * CHUNK_ROWS;
/** A record batch is made in memory: it ends when its values take so much, however few its rows. */
const BATCH_BYTES = 32 * 1024 * 1024;

/**
 * The rows of `chunks` as an Arrow IPC file: text as Utf8, integer as Int64, decimal as Float64, date as Date32. Values
 * go from DuckDB's memory to Arrow's buffers without becoming JavaScript values in between.
 *
 * The chunks must have these columns in this order, as VARCHAR, BIGINT or INTEGER, DOUBLE, DATE; others are a bug.
 */
export async function* encodeArrow(
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
  chunks: AsyncIterable<DuckDBDataChunk>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const schema = new Schema(columns.map(({ name, type }) => new Field(name, arrowType(type), true)));
  const capacity = batchCapacity(columns.length);
  const pieces = new Pieces();
  const writer = new FileWriter().reset(pieces, schema);
  let batch: ArrowColumn[] = [];
  let rows = 0;
  for await (const chunk of chunks) {
    if (chunk.columnCount !== columns.length) throw new Error('Arrow: a chunk has other columns than the output');
    const full = rows + chunk.rowCount > capacity || batch.reduce((sum, { bytes }) => sum + bytes, 0) >= BATCH_BYTES;
    if (rows > 0 && full) {
      writer.write(recordBatch(schema, batch, rows));
      yield* pieces.take();
      rows = 0;
    }
    if (rows === 0) batch = columns.map(({ type }) => arrowColumn(type, capacity));
    for (const [index, column] of batch.entries()) {
      const vector = chunk.getColumnVector(index);
      const memory = memoryOf(vector);
      if (memory === undefined || !column.add(memory, chunk.rowCount)) {
        throw new Error(`Arrow: column ${columns[index]?.name} arrives as ${vector.type}`);
      }
    }
    rows += chunk.rowCount;
  }
  if (rows > 0) writer.write(recordBatch(schema, batch, rows));
  writer.close();
  yield* pieces.take();
}

/** Whole chunks, fewer for a wide table, so that what is set aside for a batch stays near BATCH_BYTES. */
function batchCapacity(columns: number): number {
  const chunks = Math.floor(BATCH_BYTES / (columns * 2 * BigInt64Array.BYTES_PER_ELEMENT) / CHUNK_ROWS);
  return Math.min(BATCH_ROWS, Math.max(1, chunks) * CHUNK_ROWS);
}

function recordBatch(schema: Schema, columns: readonly ArrowColumn[], length: number): RecordBatch {
  const children = columns.map((column) => column.finish());
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }));
}

function arrowType(type: ColumnType): DataType {
  switch (type) {
    case 'text':
      return new Utf8();
    case 'integer':
      return new Int64();
    case 'decimal':
      return new Float64();
    case 'date':
      return new DateDay();
    default:
      return type satisfies never;
  }
}

/** The library leaves the schema message out of a file. The format wants it, and who reads a file as a stream needs it. */
class FileWriter extends RecordBatchFileWriter {
  protected override _writeSchema(schema: Schema): this {
    super._writeSchema(schema);
    return this._writeMessage(Message.from(schema));
  }
}

/** What the writer wrote, to be taken at once: its own queue can only be awaited. */
class Pieces extends AsyncByteQueue {
  #pieces: Uint8Array[] = [];

  override write(piece: ArrayBufferView): void {
    this.#pieces.push(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength));
  }

  take(): Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}
