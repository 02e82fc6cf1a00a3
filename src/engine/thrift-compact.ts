/**
 * A value of the Thrift compact protocol, as a Parquet footer is written in it. Fields are kept by number, known or not,
 * so that what a later version of Parquet adds survives being read and written again.
 */
export type ThriftValue =
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'byte' | 'i16' | 'i32'; readonly value: number }
  | { readonly kind: 'i64'; readonly value: bigint }
  | { readonly kind: 'double' | 'binary' | 'uuid'; readonly bytes: Uint8Array }
  | { readonly kind: 'list' | 'set'; readonly of: ThriftKind; readonly values: readonly ThriftValue[] }
  | {
      readonly kind: 'map';
      readonly keys: ThriftKind;
      readonly values: ThriftKind;
      readonly entries: readonly (readonly [ThriftValue, ThriftValue])[];
    }
  | ThriftStruct
  | EncodedStruct;

export interface ThriftStruct {
  readonly kind: 'struct';
  readonly fields: ReadonlyMap<number, ThriftValue>;
}

/** A struct that is in bytes already: it may stand wherever a struct may, and takes a fraction of the memory. */
interface EncodedStruct {
  readonly kind: 'encoded';
  readonly bytes: Uint8Array;
}

type ThriftKind = Exclude<ThriftValue['kind'], 'encoded'>;

// The numbers of the types on the wire. A boolean field says its value in its type (1 true, 2 false).
const CODES: Readonly<Record<ThriftKind, number>> = {
  boolean: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13,
};
const KINDS: ReadonlyMap<number, ThriftKind> = new Map([
  [1, 'boolean'],
  ...(Object.entries(CODES) as [ThriftKind, number][]).map(([kind, code]) => [code, kind] as const),
]);
const TRUE = 1;
const MAX_DEPTH = 64;

/** The struct that the bytes hold, all of them; anything else is an error. Byte strings are views into `bytes`. */
export function decodeStruct(bytes: Uint8Array): ThriftStruct {
  const reader = new Reader(bytes);
  const struct = reader.struct(0);
  if (!reader.done) throw new Error('Thrift: bytes are left over after the struct');
  return struct;
}

export function encodeStruct(struct: ThriftStruct): Uint8Array {
  const writer = new Writer();
  writer.value(struct);
  return writer.written();
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  struct(depth: number): ThriftStruct {
    if (depth > MAX_DEPTH) throw new Error('Thrift: structs are nested too deep');
    const fields = new Map<number, ThriftValue>();
    let id = 0;
    for (;;) {
      const head = this.#byte();
      if (head === 0) return { kind: 'struct', fields };
      const delta = head >> 4;
      id = delta === 0 ? Number(this.#zigzag()) : id + delta;
      const code = head & 0x0f;
      const kind = kindOf(code);
      if (fields.has(id)) throw new Error(`Thrift: field ${id} stands twice in a struct`);
      fields.set(id, kind === 'boolean' ? { kind, value: code === TRUE } : this.#value(kind, depth));
    }
  }

  #value(kind: ThriftKind, depth: number): ThriftValue {
    switch (kind) {
      case 'boolean':
        return { kind, value: this.#byte() === TRUE };
      case 'byte':
        return { kind, value: (this.#byte() << 24) >> 24 };
      case 'i16':
      case 'i32':
        return { kind, value: Number(this.#zigzag()) };
      case 'i64':
        return { kind, value: BigInt(this.#zigzag()) };
      case 'double':
        return { kind, bytes: this.#take(8) };
      case 'uuid':
        return { kind, bytes: this.#take(16) };
      case 'binary':
        return { kind, bytes: this.#take(this.#size()) };
      case 'list':
      case 'set': {
        const head = this.#byte();
        const size = head >> 4 === 15 ? this.#size() : head >> 4;
        const of = kindOf(head & 0x0f);
        const values: ThriftValue[] = [];
        for (let index = 0; index < size; index += 1) values.push(this.#value(of, depth + 1));
        return { kind, of, values };
      }
      case 'map': {
        const size = this.#size();
        const head = size === 0 ? (CODES.byte << 4) | CODES.byte : this.#byte();
        const keys = kindOf(head >> 4);
        const values = kindOf(head & 0x0f);
        const entries: [ThriftValue, ThriftValue][] = [];
        for (let index = 0; index < size; index += 1) {
          entries.push([this.#value(keys, depth + 1), this.#value(values, depth + 1)]);
        }
        return { kind, keys, values, entries };
      }
      case 'struct':
        return this.struct(depth + 1);
      default:
        return kind satisfies never;
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new Error('Thrift: the bytes end in the middle of a value');
    this.#at += 1;
    return byte;
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error('Thrift: the bytes end in the middle of a value');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  #size(): number {
    return Number(this.#varint());
  }

  #zigzag(): number | bigint {
    const raw = this.#varint();
    if (typeof raw === 'number') return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
    return raw & 1n ? -(raw + 1n) / 2n : raw / 2n;
  }

  /** A number while it is exact, which is nearly always: a bigint costs ten times as much to put together. */
  #varint(): number | bigint {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    let large = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      large |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return large;
    }
    throw new Error('Thrift: a number has too many bytes');
  }
}

class Writer {
  #bytes = new Uint8Array(1024);
  #length = 0;

  written(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  value(value: ThriftValue): void {
    switch (value.kind) {
      case 'boolean':
        this.#byte(value.value ? TRUE : CODES.boolean);
        break;
      case 'byte':
        this.#byte(value.value & 0xff);
        break;
      case 'i16':
      case 'i32':
      case 'i64':
        this.#zigzag(value.value);
        break;
      case 'double':
      case 'uuid':
      case 'encoded':
        this.#append(value.bytes);
        break;
      case 'binary':
        this.#varint(value.bytes.length);
        this.#append(value.bytes);
        break;
      case 'list':
      case 'set':
        if (value.values.length < 15) this.#byte((value.values.length << 4) | CODES[value.of]);
        else {
          this.#byte(0xf0 | CODES[value.of]);
          this.#varint(value.values.length);
        }
        for (const item of value.values) this.value(item);
        break;
      case 'map':
        this.#varint(value.entries.length);
        if (value.entries.length > 0) this.#byte((CODES[value.keys] << 4) | CODES[value.values]);
        for (const [key, item] of value.entries) {
          this.value(key);
          this.value(item);
        }
        break;
      case 'struct':
        this.#struct(value);
        break;
      default:
        value satisfies never;
    }
  }

  #struct(struct: ThriftStruct): void {
    let last = 0;
    for (const [id, field] of struct.fields) {
      this.#fieldHead(id, last, field);
      if (field.kind !== 'boolean') this.value(field);
      last = id;
    }
    this.#byte(0);
  }

  #fieldHead(id: number, last: number, field: ThriftValue): void {
    const kind = field.kind === 'encoded' ? 'struct' : field.kind;
    const code = field.kind === 'boolean' && field.value ? TRUE : CODES[kind];
    const delta = id - last;
    if (delta > 0 && delta <= 15) this.#byte((delta << 4) | code);
    else {
      this.#byte(code);
      this.#zigzag(id);
    }
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #zigzag(value: number | bigint): void {
    if (value <= 2 ** 51 && value >= -(2 ** 51)) {
      const small = Number(value);
      this.#varint(small >= 0 ? small * 2 : -small * 2 - 1);
    } else {
      const large = BigInt(value);
      this.#varint(large >= 0n ? large * 2n : -large * 2n - 1n);
    }
  }

  #varint(value: number | bigint): void {
    let rest = value;
    while (typeof rest === 'bigint') {
      if (rest < 2 ** 53) rest = Number(rest);
      else {
        this.#byte(Number(rest & 0x7fn) | 0x80);
        rest >>= 7n;
      }
    }
    while (rest >= 0x80) {
      this.#byte((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.#byte(rest);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

function kindOf(code: number): ThriftKind {
  const kind = KINDS.get(code);
  if (kind === undefined) throw new Error(`Thrift: there is no type ${code}`);
  return kind;
}
