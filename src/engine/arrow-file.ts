import { type FileHandle, open } from 'node:fs/promises';
import { type ArrowField, parseSchema, plus, type Share } from './arrow-schema.ts';
import { FlatTable } from './flat-table.ts';

/** Where some bytes of a file lie. */
export interface Region {
  readonly at: number;
  readonly length: number;
}

/** Where the values of one column lie, of a record batch or of a dictionary. */
export interface ColumnPlace {
  readonly rows: number;
  readonly hasNulls: boolean;
  /** In the order of the format: validity, then offsets, values or views as the type has them, then further buffers. */
  readonly buffers: readonly Region[];
}

export type ArrowMessage =
  /** One place a column of the schema. */
  | { readonly kind: 'batch'; readonly rows: number; readonly columns: readonly ColumnPlace[] }
  /** Values that are added to those of the dictionary if this is a delta, and else take their place. */
  | { readonly kind: 'dictionary'; readonly id: number; readonly delta: boolean; readonly values: ColumnPlace };

/** What is wrong with a file: its message goes on where the file's name stops, and holds nothing out of the file. */
export class ArrowFileError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(message: string, code = 'arrow-file', hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

const MAGIC = Buffer.from('ARROW1');
/** At the start the magic is filled up to eight bytes; at the end the footer's length stands before it. */
const HEAD_BYTES = 8;
const TAIL_BYTES = 4 + MAGIC.length;
const CUT_SHORT = 'is cut short, or no Arrow file';
const TOO_SHORT = 'has a column with fewer values than rows';

// Field numbers of Arrow's Message.fbs and File.fbs.
const MESSAGE = { version: 0, type: 1, header: 2, bodyLength: 3 } as const;
const TYPE = { schema: 1, dictionary: 2, batch: 3 } as const;
const BATCH = { rows: 0, nodes: 1, buffers: 2, compression: 3, views: 4 } as const;
const DICTIONARY = { id: 0, data: 1, delta: 2 } as const;
const FOOTER = { version: 0, schema: 1, dictionaries: 2, batches: 3 } as const;
const BLOCK_BYTES = 24;
/** Versions are numbered from 0. Before the fourth, buffers were described in another way. */
const VERSION_4 = 3;
const VERSION_5 = 4;

/**
 * An Arrow IPC file, in the file or the stream format. The metadata is read here and not by the library, whose readers
 * take a stream that breaks off between two batches for a whole one, cut short what reaches past the end, and read all
 * columns of a batch however few are asked for.
 */
export class ArrowFile {
  readonly fields: readonly ArrowField[];
  readonly #handle: FileHandle;
  readonly #contents: Contents;

  private constructor(handle: FileHandle, contents: Contents) {
    this.#handle = handle;
    this.#contents = contents;
    this.fields = contents.fields;
  }

  /** To be closed by whoever opens it. */
  static async open(path: string): Promise<ArrowFile> {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const head = await read(handle, { at: 0, length: Math.min(size, HEAD_BYTES) });
      const isFile = head.subarray(0, MAGIC.length).equals(MAGIC);
      return new ArrowFile(handle, isFile ? await openFile(handle, size) : await openStream(handle, size));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async read(region: Region): Promise<Buffer> {
    return await read(this.#handle, region);
  }

  /** Dictionaries come before the batches that use them. Reaching the end means that the file is whole. */
  async *messages(): AsyncGenerator<ArrowMessage, void, undefined> {
    const { blocks, start, end } = this.#contents;
    if (blocks !== undefined) {
      for (const at of blocks) {
        const message = await readMessage(this.#handle, at, end);
        if (message === undefined) throw new ArrowFileError('lists a record batch where there is none');
        yield this.#parse(message);
      }
      return;
    }
    for (let at = start; ; ) {
      const message = await readMessage(this.#handle, at, end);
      if (message === undefined) return;
      yield this.#parse(message);
      at = message.body.at + message.body.length;
    }
  }

  #parse({ type, header, body }: RawMessage): ArrowMessage {
    if (type === TYPE.batch) {
      const rows = header.size(BATCH.rows);
      const columns = placesOf(header, body, this.fields);
      if (columns.some((column) => column.rows !== rows)) throw new ArrowFileError('has columns of different lengths');
      return { kind: 'batch', rows, columns };
    }
    const data = type === TYPE.dictionary ? header.table(DICTIONARY.data) : undefined;
    if (data === undefined) throw new ArrowFileError('holds something between its record batches');
    const id = header.size(DICTIONARY.id);
    const field = this.fields.find(({ dictionary }) => dictionary?.id === id);
    // One that belongs inside a nested column, which can't be asked for.
    const [values] = field === undefined ? [NO_VALUES] : placesOf(data, body, [{ share: field.valueShare }]);
    return { kind: 'dictionary', id, delta: header.byte(DICTIONARY.delta) !== 0, values: values ?? NO_VALUES };
  }
}

const NO_VALUES: ColumnPlace = { rows: 0, hasNulls: false, buffers: [] };

/** Either places of messages, or where the first stands that follows the schema. */
interface Contents {
  readonly fields: readonly ArrowField[];
  readonly blocks: readonly number[] | undefined;
  readonly start: number;
  readonly end: number;
}

interface RawMessage {
  readonly version: number;
  readonly type: number;
  readonly header: FlatTable;
  readonly body: Region;
}

export function bufferOf(place: ColumnPlace, index: number): Region {
  const buffer = place.buffers[index];
  if (buffer === undefined) throw new ArrowFileError(TOO_SHORT);
  return buffer;
}

/** Some bytes of a buffer, which must have them. */
export function part(buffer: Region, from: number, length: number): Region {
  if (from + length > buffer.length) throw new ArrowFileError(TOO_SHORT);
  return { at: buffer.at + from, length };
}

async function openFile(handle: FileHandle, size: number): Promise<Contents> {
  const tailAt = size - TAIL_BYTES;
  if (tailAt < HEAD_BYTES) throw new ArrowFileError(CUT_SHORT);
  const tail = await read(handle, { at: tailAt, length: TAIL_BYTES });
  const length = tail.readInt32LE();
  const end = tailAt - length;
  if (!tail.subarray(4).equals(MAGIC) || length <= 0 || end < HEAD_BYTES) throw new ArrowFileError(CUT_SHORT);
  const footer = FlatTable.root(await read(handle, { at: end, length }));
  const schema = footer.table(FOOTER.schema);
  if (schema === undefined) throw new ArrowFileError('has no schema');
  const fields = parseSchema(schema, checkedVersion(footer.short(FOOTER.version)) < VERSION_5);
  const blocks = [FOOTER.dictionaries, FOOTER.batches].flatMap((field) => footer.sizes(field, BLOCK_BYTES, [0]).flat());
  return { fields, blocks, start: HEAD_BYTES, end };
}

async function openStream(handle: FileHandle, size: number): Promise<Contents> {
  const first = await readMessage(handle, 0, size);
  if (first?.type !== TYPE.schema) throw new ArrowFileError('is no Arrow file');
  const fields = parseSchema(first.header, first.version < VERSION_5);
  return { fields, blocks: undefined, start: first.body.at + first.body.length, end: size };
}

/** The message at a place; undefined for the mark that ends a stream, which must be the end of the file as well. */
async function readMessage(handle: FileHandle, at: number, end: number): Promise<RawMessage | undefined> {
  const prefix = await read(handle, within({ at, length: 4 }, end));
  // Since version 0.15 a continuation mark stands before the length.
  const marked = prefix.readInt32LE() === -1;
  const lengthAt = marked ? at + 4 : at;
  const length = (marked ? await read(handle, within({ at: lengthAt, length: 4 }, end)) : prefix).readInt32LE();
  if (length === 0) {
    if (lengthAt + 4 !== end) throw new ArrowFileError('goes on after its end');
    return undefined;
  }
  if (length < 0) throw new ArrowFileError('is no Arrow file');
  const metadata = within({ at: lengthAt + 4, length }, end);
  const message = FlatTable.root(await read(handle, metadata));
  const header = message.table(MESSAGE.header);
  if (header === undefined) throw new ArrowFileError('is no Arrow file');
  const body = within({ at: metadata.at + length, length: message.size(MESSAGE.bodyLength) }, end);
  const version = checkedVersion(message.short(MESSAGE.version));
  return { version, type: message.byte(MESSAGE.type), header, body };
}

function placesOf(batch: FlatTable, body: Region, fields: readonly { readonly share: Share }[]): ColumnPlace[] {
  if (batch.has(BATCH.compression)) {
    throw new ArrowFileError(
      'is compressed inside',
      'arrow-compressed',
      'write it without compression: in pyarrow, compression=None',
    );
  }
  const nodes = batch.sizes(BATCH.nodes, 16, [0, 8]);
  const buffers = batch.sizes(BATCH.buffers, 16, [0, 8]);
  const further = batch.sizes(BATCH.views, 8, [0]).flat();
  let used: Share = { nodes: 0, buffers: 0, views: 0 };
  const places = fields.map(({ share }) => {
    const [rows = 0, nulls = 0] = nodes[used.nodes] ?? [];
    const extra = further.slice(used.views, used.views + share.views).reduce((sum, count) => sum + count, 0);
    const own = buffers.slice(used.buffers, used.buffers + share.buffers + extra);
    used = plus(used, { ...share, buffers: share.buffers + extra });
    const regions = own.map(([offset = 0, length = 0]) =>
      within({ at: body.at + offset, length }, body.at + body.length),
    );
    return { rows, hasNulls: nulls > 0, buffers: regions };
  });
  if (used.nodes !== nodes.length || used.buffers !== buffers.length || used.views !== further.length) {
    throw new ArrowFileError('has a record batch that does not fit its schema');
  }
  return places;
}

function checkedVersion(version: number): number {
  if (version < VERSION_4) throw new ArrowFileError('is of a version of Arrow before 0.8', 'arrow-version');
  return version;
}

function within(region: Region, end: number): Region {
  if (region.at + region.length > end) throw new ArrowFileError(CUT_SHORT);
  return region;
}

async function read(handle: FileHandle, { at, length }: Region): Promise<Buffer> {
  // A buffer of its own: typed arrays over it must begin at a multiple of eight.
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, at + done);
    if (bytesRead === 0) throw new ArrowFileError(CUT_SHORT);
    done += bytesRead;
  }
  return bytes;
}
