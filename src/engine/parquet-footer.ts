import { decodeStruct, encodeStruct, type ThriftStruct, type ThriftValue } from './thrift-compact.ts';

/** The metadata at the end of one Parquet file (parquet.thrift, FileMetaData). */
export interface ParquetFooter {
  readonly rows: bigint;
  readonly rowGroups: readonly ThriftStruct[];
  /** Everything else, which the parts of one file must share: schema, version, creator, column orders, key-value metadata. */
  readonly format: ThriftStruct;
}

// Field numbers of parquet.thrift.
const FILE = { rows: 3, rowGroups: 4, encryption: 8, footerKey: 9 } as const;
const GROUP = { columns: 1, rows: 3, fileOffset: 5, ordinal: 7 } as const;
const CHUNK = {
  path: 1,
  fileOffset: 2,
  metadata: 3,
  offsetIndex: 4,
  offsetIndexLength: 5,
  columnIndex: 6,
  columnIndexLength: 7,
  crypto: 8,
  encryptedMetadata: 9,
} as const;
const COLUMN = {
  compressedSize: 7,
  dataPage: 9,
  indexPage: 10,
  dictionaryPage: 11,
  bloomFilter: 14,
  bloomFilterLength: 15,
} as const;

const LARGEST_ORDINAL = 32_767;
const MAGIC_BYTES = 4n;

/**
 * Reads a footer and checks what concatenation relies on: nothing is encrypted, every chunk lies in this file before
 * `bodyEnd`, the rows of the row groups add up.
 */
export function parseFooter(bytes: Uint8Array, bodyEnd: number): ParquetFooter {
  const file = decodeStruct(bytes);
  if (file.fields.has(FILE.encryption) || file.fields.has(FILE.footerKey)) {
    throw new Error('Parquet: an encrypted part cannot be concatenated');
  }
  const rows = integer(file, FILE.rows);
  const rowGroups = structs(file, FILE.rowGroups);
  if (rows === undefined) throw new Error('Parquet: the footer has no number of rows');
  let counted = 0n;
  for (const group of rowGroups) {
    counted += integer(group, GROUP.rows) ?? 0n;
    for (const chunk of structs(group, GROUP.columns)) checkChunk(chunk, BigInt(bodyEnd));
  }
  if (counted !== rows) throw new Error('Parquet: the rows of the row groups do not add up');
  return { rows, rowGroups, format: without(file, FILE.rows, FILE.rowGroups) };
}

/**
 * The row group as it stands in another file, `shift` bytes further on, as its number `ordinal`. In bytes, because the
 * row groups of a whole output are kept until its end.
 */
export function relocateRowGroup(group: ThriftStruct, shift: number, ordinal: number): Uint8Array {
  const by = BigInt(shift);
  const columns = group.fields.get(GROUP.columns);
  if (columns?.kind !== 'list') throw new Error('Parquet: a row group has no columns');
  const fields = new Map(shifted(group, [GROUP.fileOffset], by).fields);
  fields.set(GROUP.columns, { ...columns, values: columns.values.map((chunk) => relocateChunk(struct(chunk), by)) });
  if (fields.has(GROUP.ordinal)) {
    // Only encryption needs it, and it has sixteen bits.
    if (ordinal <= LARGEST_ORDINAL) fields.set(GROUP.ordinal, { kind: 'i16', value: ordinal });
    else fields.delete(GROUP.ordinal);
  }
  return encodeStruct({ kind: 'struct', fields });
}

/** The footer of a file that has these row groups and is of this format. */
export function writeFooter(format: ThriftStruct, rows: bigint, rowGroups: readonly Uint8Array[]): Uint8Array {
  const fields = new Map(format.fields);
  fields.set(FILE.rows, { kind: 'i64', value: rows });
  fields.set(FILE.rowGroups, {
    kind: 'list',
    of: 'struct',
    values: rowGroups.map((bytes) => ({ kind: 'encoded', bytes })),
  });
  return encodeStruct({ kind: 'struct', fields: new Map([...fields].sort(([a], [b]) => a - b)) });
}

/** Whether two parts can share one footer. */
export function sameFormat(a: ThriftStruct, b: ThriftStruct): boolean {
  return Buffer.compare(encodeStruct(a), encodeStruct(b)) === 0;
}

function checkChunk(chunk: ThriftStruct, bodyEnd: bigint): void {
  if (chunk.fields.has(CHUNK.crypto) || chunk.fields.has(CHUNK.encryptedMetadata)) {
    throw new Error('Parquet: an encrypted part cannot be concatenated');
  }
  if (chunk.fields.has(CHUNK.path)) throw new Error('Parquet: a column chunk lies in another file');
  const column = struct(chunk.fields.get(CHUNK.metadata));
  const data = integer(column, COLUMN.dataPage);
  if (data === undefined) throw new Error('Parquet: a column chunk has no data page');
  const dictionary = integer(column, COLUMN.dictionaryPage) ?? 0n;
  const start = dictionary > 0n && dictionary < data ? dictionary : data;
  const end = start + (integer(column, COLUMN.compressedSize) ?? 0n);
  const filter = integer(column, COLUMN.bloomFilter) ?? MAGIC_BYTES;
  const filterEnd = filter + (integer(column, COLUMN.bloomFilterLength) ?? 0n);
  if (start < MAGIC_BYTES || end > bodyEnd || filter < MAGIC_BYTES || filterEnd > bodyEnd) {
    throw new Error('Parquet: a column chunk lies outside its file');
  }
}

function relocateChunk(chunk: ThriftStruct, by: bigint): ThriftStruct {
  const metadata = struct(chunk.fields.get(CHUNK.metadata));
  const moved = shifted(chunk, [CHUNK.fileOffset, CHUNK.offsetIndex, CHUNK.columnIndex], by);
  const offsets = [COLUMN.dataPage, COLUMN.indexPage, COLUMN.dictionaryPage, COLUMN.bloomFilter];
  const fields = new Map(moved.fields).set(CHUNK.metadata, shifted(metadata, offsets, by));
  const relocated: ThriftStruct = { kind: 'struct', fields };
  // An offset index holds absolute offsets itself, among bytes that have gone by. A reader can do without page indexes;
  // it cannot do with wrong ones.
  if (by === 0n) return relocated;
  return without(relocated, CHUNK.offsetIndex, CHUNK.offsetIndexLength, CHUNK.columnIndex, CHUNK.columnIndexLength);
}

/** An offset of 0 stands for none: no page can lie before the magic bytes. */
function shifted(from: ThriftStruct, offsets: readonly number[], by: bigint): ThriftStruct {
  const fields = new Map(from.fields);
  for (const id of offsets) {
    const offset = integer(from, id);
    if (offset !== undefined && offset !== 0n) fields.set(id, { kind: 'i64', value: offset + by });
  }
  return { kind: 'struct', fields };
}

function without(from: ThriftStruct, ...ids: readonly number[]): ThriftStruct {
  return { kind: 'struct', fields: new Map([...from.fields].filter(([id]) => !ids.includes(id))) };
}

function integer(from: ThriftStruct, id: number): bigint | undefined {
  const value = from.fields.get(id);
  if (value === undefined) return undefined;
  if (value.kind === 'i64') return value.value;
  if (value.kind === 'i32') return BigInt(value.value);
  throw new Error('Parquet: a number of the footer has another type');
}

function structs(from: ThriftStruct, id: number): ThriftStruct[] {
  const value = from.fields.get(id);
  if (value?.kind !== 'list') throw new Error('Parquet: a list of the footer is missing');
  return value.values.map(struct);
}

function struct(value: ThriftValue | undefined): ThriftStruct {
  if (value?.kind !== 'struct') throw new Error('Parquet: a struct of the footer is missing');
  return value;
}
