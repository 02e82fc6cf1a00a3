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

const DAYS = { kind: 'integer', bits: 32, signed: true } as const;
const INSTANTS = { kind: 'integer', bits: 64, signed: true } as const;
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
      return this.#lookedUp(await this.#integers(dictionary.index, place, from, rows), validity);
    }
    switch (type.kind) {
      case 'integer': {
        const items = widened(await this.#integers(type, place, from, rows));
        if (!type.signed && type.bits === 64) this.#check(validity, items, (item) => item >= 0n);
        return { type: 'bigint', items, validity };
      }
      case 'float': {
        const width = type.bits / 8;
        const bytes = await this.#file.read(part(bufferOf(place, 1), from * width, rows * width));
        return { type: 'double', items: floatsOf(bytes, type.bits, rows), validity };
      }
      case 'boolean': {
        const bits = await this.#file.read(part(bufferOf(place, 1), from >> 3, (rows + 7) >> 3));
        return { type: 'text', entries: booleans(bits, rows), validity };
      }
      case 'days': {
        const items = Int32Array.from((await this.#integers(DAYS, place, from, rows)) as Int32Array);
        this.#check(validity, items, isDay);
        return { type: 'date', items, validity };
      }
      case 'instant':
        return this.#asDatesOrTexts(type, await this.instants(place, from, rows), validity);
      case 'text':
      case 'text-view':
      case 'other':
        return { type: 'text', entries: await this.#entries(this.#texts, place, from, rows, validity), validity };
      default:
        return type satisfies never;
    }
  }
}
