/** Bytes that lie somewhere, read a part at a time. */
export interface ByteSource {
  readonly size: number;
  /** Fewer bytes than `length` only where they end. */
  read(place: number, length: number): Promise<Uint8Array>;
}
