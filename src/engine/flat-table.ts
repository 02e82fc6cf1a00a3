/**
 * One table of a FlatBuffers message, as Arrow's metadata is written in. Every place is checked against the length of
 * the message, so that a damaged one ends in a RangeError and not in nonsense or an endless loop.
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #slots: number;
  readonly #slotsEnd: number;

  private constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#slots = at - view.getInt32(at, true);
    this.#slotsEnd = this.#slots + view.getUint16(this.#slots, true);
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  has(field: number): boolean {
    return this.#place(field) !== undefined;
  }

  /** A boolean, or a small enumeration. Like all numbers 0 if absent: FlatBuffers leaves defaults out. */
  byte(field: number): number {
    const at = this.#place(field);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  short(field: number, absent = 0): number {
    const at = this.#place(field);
    return at === undefined ? absent : this.#view.getInt16(at, true);
  }

  int(field: number): number {
    const at = this.#place(field);
    return at === undefined ? 0 : this.#view.getInt32(at, true);
  }

  /** A 64-bit number that stands for a count or a place: never negative, and exact. */
  size(field: number): number {
    const at = this.#place(field);
    return at === undefined ? 0 : sizeAt(this.#view, at);
  }

  text(field: number): string | undefined {
    const at = this.#place(field);
    if (at === undefined) return undefined;
    const { start, length } = this.#vector(at, 1);
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + start, length).toString();
  }

  table(field: number): FlatTable | undefined {
    const at = this.#place(field);
    return at === undefined ? undefined : new FlatTable(this.#view, at + this.#view.getUint32(at, true));
  }

  tables(field: number): FlatTable[] {
    const at = this.#place(field);
    if (at === undefined) return [];
    const { start, length } = this.#vector(at, 4);
    return Array.from({ length }, (_, index) => {
      const place = start + index * 4;
      return new FlatTable(this.#view, place + this.#view.getUint32(place, true));
    });
  }

  /** A vector of structs (or of one number each): the sizes that stand at these distances in each. */
  sizes(field: number, bytes: number, distances: readonly number[]): number[][] {
    const at = this.#place(field);
    if (at === undefined) return [];
    const { start, length } = this.#vector(at, bytes);
    return Array.from({ length }, (_, index) =>
      distances.map((distance) => sizeAt(this.#view, start + index * bytes + distance)),
    );
  }

  #place(field: number): number | undefined {
    const slot = this.#slots + 4 + field * 2;
    const distance = slot + 2 > this.#slotsEnd ? 0 : this.#view.getUint16(slot, true);
    return distance === 0 ? undefined : this.#at + distance;
  }

  #vector(at: number, elementBytes: number): { start: number; length: number } {
    const place = at + this.#view.getUint32(at, true);
    const start = place + 4;
    const length = this.#view.getUint32(place, true);
    if (start + length * elementBytes > this.#view.byteLength)
      throw new RangeError('a vector is longer than its message');
    return { start, length };
  }
}

function sizeAt(view: DataView, at: number): number {
  const size = Number(view.getBigInt64(at, true));
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError('a size is out of range');
  return size;
}
