import { ByteQueue } from './byte-queue.ts';
import { parseFooter, relocateRowGroup, sameFormat, writeFooter } from './parquet-footer.ts';
import type { ThriftStruct } from './thrift-compact.ts';

const MAGIC = Buffer.from('PAR1');
const ENCRYPTED_MAGIC = Buffer.from('PARE');
const NOTHING = new Uint8Array(0);
/** Four bytes of length and the magic follow the metadata. */
const TRAILER_BYTES = 8;
/**
 * How much of a part is held back, because only its last bytes say how long its footer is. Far more than any footer: a
 * column chunk takes about 200 bytes of it, so this is enough for a thousand row groups of three hundred columns.
 */
const HELD_BACK_BYTES = 64 * 1024 * 1024;

/**
 * One Parquet file out of several of the same schema: the row groups of all, in order, under one footer. Column chunks
 * pass through as they are; of a part only its footer is read. A single part comes out byte for byte.
 *
 * Parts that differ in schema, are encrypted or are cut short are bugs of the engine and throw: what came out until then
 * has no footer and is no Parquet file.
 */
export async function* concatenateParquet(
  parts: AsyncIterable<AsyncIterable<Uint8Array>>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let first: { readonly format: ThriftStruct; readonly footer: Uint8Array } | undefined;
  let several = false;
  let written = 0;
  let rows = 0n;
  const rowGroups: Uint8Array[] = [];
  for await (const part of parts) {
    several = first !== undefined;
    // Only the first magic goes out, so what follows it in a later part moves by what is written, less the magic.
    const shift = several ? written - MAGIC.length : 0;
    const body = bodyOf(part);
    let bytes: Uint8Array;
    try {
      let next = await body.next();
      if (several) next = await body.next();
      for (; next.done !== true; next = await body.next()) {
        written += next.value.length;
        yield next.value;
      }
      bytes = next.value;
    } finally {
      // Also when the reader of this stream goes away: the part must hear of it.
      await body.return(NOTHING);
    }
    const footer = parseFooter(bytes, written - shift);
    first ??= { format: footer.format, footer: bytes };
    if (!sameFormat(footer.format, first.format)) throw new Error('Parquet: the parts to concatenate differ in schema');
    rows += footer.rows;
    for (const group of footer.rowGroups) rowGroups.push(relocateRowGroup(group, shift, rowGroups.length));
  }
  if (first === undefined) throw new Error('Parquet: there is no part to concatenate');
  const footer = several ? writeFooter(first.format, rows, rowGroups) : first.footer;
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32LE(footer.length);
  trailer.set(MAGIC, 4);
  yield footer;
  yield trailer;
}

/** Yields the magic by itself, then all that stands before the footer; returns the footer. */
async function* bodyOf(part: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, Uint8Array, undefined> {
  const held = new ByteQueue();
  let begun = false;
  for await (const chunk of part) {
    held.push(chunk);
    if (!begun && held.length >= MAGIC.length) {
      const magic = held.takeFirst(MAGIC.length);
      if (Buffer.compare(magic, MAGIC) !== 0) throw new Error('Parquet: a part does not begin as Parquet does');
      begun = true;
      yield magic;
    }
    for (let out = held.shift(HELD_BACK_BYTES); out !== undefined; out = held.shift(HELD_BACK_BYTES)) yield out;
  }
  const trailer = Buffer.from(held.takeLast(TRAILER_BYTES));
  const magic = trailer.subarray(-MAGIC.length);
  if (magic.equals(ENCRYPTED_MAGIC)) throw new Error('Parquet: an encrypted part cannot be concatenated');
  const length = trailer.length === TRAILER_BYTES && magic.equals(MAGIC) ? trailer.readUInt32LE() : undefined;
  if (length === undefined || length > held.length) {
    throw new Error('Parquet: a part is cut short, or its footer is too large to concatenate');
  }
  const footer = held.takeLast(length);
  for (let out = held.shift(); out !== undefined; out = held.shift()) yield out;
  return footer;
}
