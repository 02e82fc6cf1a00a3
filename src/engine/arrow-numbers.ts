import type { ArrowType } from './arrow-schema.ts';

/** Integers in the width that the file has them in. */
export type Integers =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

export function integersOf(bytes: Buffer, type: ArrowType & { readonly kind: 'integer' }, rows: number): Integers {
  const { buffer, byteOffset } = bytes;
  switch (type.bits) {
    case 8:
      return type.signed ? new Int8Array(buffer, byteOffset, rows) : new Uint8Array(buffer, byteOffset, rows);
    case 16:
      return type.signed ? new Int16Array(buffer, byteOffset, rows) : new Uint16Array(buffer, byteOffset, rows);
    case 32:
      return type.signed ? new Int32Array(buffer, byteOffset, rows) : new Uint32Array(buffer, byteOffset, rows);
    case 64:
      return type.signed ? new BigInt64Array(buffer, byteOffset, rows) : new BigUint64Array(buffer, byteOffset, rows);
    default:
      return type.bits satisfies never;
  }
}

/** The same in 64 bits. Unsigned numbers of 64 bits from 2^63 on come out negative. */
export function widened(items: Integers): BigInt64Array {
  if (items instanceof BigInt64Array) return items;
  if (items instanceof BigUint64Array) return new BigInt64Array(items.buffer, items.byteOffset, items.length);
  const wide = new BigInt64Array(items.length);
  // Both halves by hand: a bigint for every value would cost twenty times as much.
  const halves = new Int32Array(wide.buffer);
  for (let row = 0; row < items.length; row += 1) {
    const value = items[row] ?? 0;
    halves[row * 2] = value;
    halves[row * 2 + 1] = value < 0 ? -1 : 0;
  }
  return wide;
}

export function floatsOf(bytes: Buffer, bits: 16 | 32 | 64, rows: number): Float64Array {
  const { buffer, byteOffset } = bytes;
  if (bits === 64) return new Float64Array(buffer, byteOffset, rows);
  if (bits === 32) return Float64Array.from(new Float32Array(buffer, byteOffset, rows));
  return Float64Array.from(new Uint16Array(buffer, byteOffset, rows), half);
}

/** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
