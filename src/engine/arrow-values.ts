import type { ColumnType } from '../catalogue/dataset.ts';
import { quoted } from '../kernel/document.ts';
import { type ArrowFile, ArrowFileError, type ArrowMessage, bufferOf, type ColumnPlace, part } from './arrow-file.ts';
import { daysOf, isDay, isoTexts } from './arrow-instants.ts';
import { floatsOf, type Integers, integersOf, widened } from './arrow-numbers.ts';
import type { ArrowField, ArrowType } from './arrow-schema.ts';
import { TextReader } from './arrow-texts.ts';
import { ValidityBits } from './validity-bits.ts';
import { ENTRY_BYTES, isValid, type Validity, type VectorMemory } from './vector-memory.ts';

type Of<K extends ArrowType['kind']> = ArrowType & { readonly kind: K };

/** The values of a dictionary, and the readers that keep its texts in memory. */
interface Dictionary {
  readonly rows: number;
  readonly entries: Uint8Array;
  readonly validity: Validity;
  readonly readers: readonly TextReader[];
}

const EMPTY: Dictionary = { rows: 0, entries: new Uint8Array(0), validity: undefined, readers: [] };
/** `true` and `false` as entries of text, in words. */
const TRUE = [4, 0x65757274, 0, 0] as const;
const FALSE = [5, 0x736c6166, 0x65, 0] as const;

/** The values of one column of a file as DuckDB has them in memory, a window of rows at a time. */
export class ColumnReader {
  readonly #file: ArrowFile;
  readonly #field: ArrowField;
  readonly #type: ColumnType;
  readonly #texts: TextReader;
  #dictionary: Dictionary | undefined;

  /** `type` is what the column is loaded as. Its own type must allow that. */
  constructor(file: ArrowFile, field: ArrowField, type: ColumnType) {
    this.#file = file;
    this.#field = field;
    this.#type = type;
    this.#texts = new TextReader(file, quoted(field.name));
  }

  /** Takes in a dictionary, if it is this column's. */
  async learn({ id, delta, values }: Extract<ArrowMessage, { kind: 'dictionary' }>): Promise<void> {
    if (id !== this.#field.dictionary?.id) return;
    // A reader of its own, so that its texts stay where they are for as long as the dictionary is used.
    const reader = new TextReader(this.#file, quoted(this.#field.name));
    const validity = await this.#validity(values, 0, values.rows);
    const entries = await this.#entries(reader, values, 0, values.rows, validity);
    const added: Dictionary = { rows: values.rows, entries, validity, readers: [reader] };
    this.#dictionary = delta && this.#dictionary !== undefined ? joined(this.#dictionary, added) : added;
  }

  /** Rows from a multiple of eight on. What comes back is good until the next read. */
  async read(place: ColumnPlace, from: number, rows: number): Promise<VectorMemory> {
    const { type, dictionary } = this.#field;
    if (type.kind === 'null') return allNull(this.#type, rows);
    const validity = await this.#validity(place, from, rows);
    if (dictionary !== undefined) {
      const indices = integersOf(await this.#values(place, dictionary.index.bits, from, rows), dictionary.index, rows);
      return this.#lookedUp(indices, validity);
    }
    switch (type.kind) {
      case 'integer':
        return { type: 'bigint', items: await this.#integers(type, place, from, rows, validity), validity };
      case 'float':
        return {
          type: 'double',
          items: floatsOf(await this.#values(place, type.bits, from, rows), type.bits, rows),
          validity,
        };
      case 'boolean':
        return { type: 'text', entries: booleans(await this.#values(place, 1, from, rows), rows), validity };
      case 'days':
        return { type: 'date', items: await this.#days(place, from, rows, validity), validity };
      case 'instant':
        return this.#datesOrTexts(type, await this.#instants(place, from, rows), validity);
      case 'text':
      case 'text-view':
      case 'other':
        return { type: 'text', entries: await this.#entries(this.#texts, place, from, rows, validity), validity };
      default:
        return type satisfies never;
    }
  }

  /** Whether these instants are dates: all midnights. */
  async areDates(place: ColumnPlace, from: number, rows: number): Promise<boolean> {
    const { type } = this.#field;
    if (type.kind !== 'instant') throw new Error(`Arrow: a column of type ${type.kind} was read as instants`);
    const validity = await this.#validity(place, from, rows);
    return daysOf(await this.#instants(place, from, rows), type.perSecond, validity) !== undefined;
  }

  async #validity(place: ColumnPlace, from: number, rows: number): Promise<Validity> {
    if (!place.hasNulls) return undefined;
    return await this.#file.read(part(bufferOf(place, 0), from >> 3, (rows + 7) >> 3));
  }

  /** The bytes of values of so many bits. */
  async #values(place: ColumnPlace, bits: number, from: number, rows: number): Promise<Buffer> {
    return await this.#file.read(part(bufferOf(place, 1), (from * bits) / 8, Math.ceil((rows * bits) / 8)));
  }

  async #entries(reader: TextReader, place: ColumnPlace, from: number, rows: number, validity: Validity) {
    const { type } = this.#field;
    if (type.kind === 'text') return await reader.packed(place, type.offsetBits, from, rows, validity);
    if (type.kind === 'text-view') return await reader.views(place, from, rows, validity);
    throw new Error(`Arrow: a column of type ${type.kind} was read as text`);
  }

  async #integers(type: Of<'integer'>, place: ColumnPlace, from: number, rows: number, validity: Validity) {
    const items = widened(integersOf(await this.#values(place, type.bits, from, rows), type, rows));
    if (!type.signed && type.bits === 64 && items.some((item, row) => item < 0n && isValid(validity, row))) {
      throw this.#outOfRange();
    }
    return items;
  }

  async #days(place: ColumnPlace, from: number, rows: number, validity: Validity): Promise<Int32Array> {
    const bytes = await this.#values(place, 32, from, rows);
    const days = new Int32Array(bytes.buffer, bytes.byteOffset, rows);
    if (days.some((day, row) => !isDay(day) && isValid(validity, row))) throw this.#outOfRange();
    return days;
  }

  async #instants(place: ColumnPlace, from: number, rows: number): Promise<BigInt64Array> {
    const bytes = await this.#values(place, 64, from, rows);
    return new BigInt64Array(bytes.buffer, bytes.byteOffset, rows);
  }

  #datesOrTexts({ perSecond, zoned }: Of<'instant'>, instants: BigInt64Array, validity: Validity): VectorMemory {
    if (this.#type === 'date') {
      const items = daysOf(instants, perSecond, validity);
      if (items === undefined) throw this.#outOfRange();
      return { type: 'date', items, validity };
    }
    const texts = isoTexts(instants, perSecond, zoned, validity);
    if (texts === undefined) throw this.#outOfRange();
    // Digits and letters: a byte each.
    const starts = new Uint32Array(texts.length + 1);
    for (const [row, text] of texts.entries()) starts[row + 1] = (starts[row] ?? 0) + text.length;
    return { type: 'text', entries: this.#texts.entries(starts, Buffer.from(texts.join(''), 'latin1')), validity };
  }

  #lookedUp(indices: Integers, rowValidity: Validity): VectorMemory {
    const rows = indices.length;
    const dictionary = this.#dictionary ?? EMPTY;
    const from = new Uint32Array(dictionary.entries.buffer, dictionary.entries.byteOffset, dictionary.rows * 4);
    const to = new Uint32Array(rows * 4);
    const validity = new Uint8Array((rows + 7) >> 3);
    for (let row = 0; row < rows; row += 1) {
      if (!isValid(rowValidity, row)) continue;
      const index = Number(indices[row] ?? 0);
      if (index < 0 || index >= dictionary.rows) {
        throw new ArrowFileError(`points past the dictionary of column ${quoted(this.#field.name)}`);
      }
      if (!isValid(dictionary.validity, index)) continue;
      validity[row >> 3] = (validity[row >> 3] ?? 0) | (1 << (row & 7));
      for (let word = 0; word < 4; word += 1) to[row * 4 + word] = from[index * 4 + word] ?? 0;
    }
    return { type: 'text', entries: new Uint8Array(to.buffer), validity };
  }

  #outOfRange(): ArrowFileError {
    return new ArrowFileError(`has a value in column ${quoted(this.#field.name)} that is out of range`, 'arrow-value');
  }
}

function joined(a: Dictionary, b: Dictionary): Dictionary {
  const rows = a.rows + b.rows;
  const validity = new ValidityBits(rows);
  validity.add(a.validity, a.rows);
  validity.add(b.validity, b.rows);
  const entries = new Uint8Array(rows * ENTRY_BYTES);
  entries.set(a.entries);
  entries.set(b.entries, a.rows * ENTRY_BYTES);
  return { rows, entries, validity: validity.finish().nullBitmap, readers: [...a.readers, ...b.readers] };
}

function booleans(bits: Uint8Array, rows: number): Uint8Array {
  const words = new Uint32Array(rows * 4);
  for (let row = 0; row < rows; row += 1) words.set(isValid(bits, row) ? TRUE : FALSE, row * 4);
  return new Uint8Array(words.buffer);
}

function allNull(type: ColumnType, rows: number): VectorMemory {
  const validity = new Uint8Array((rows + 7) >> 3);
  switch (type) {
    case 'text':
      return { type: 'text', entries: new Uint8Array(rows * ENTRY_BYTES), validity };
    case 'integer':
      return { type: 'bigint', items: new BigInt64Array(rows), validity };
    case 'decimal':
      return { type: 'double', items: new Float64Array(rows), validity };
    case 'date':
      return { type: 'date', items: new Int32Array(rows), validity };
    default:
      return type satisfies never;
  }
}
