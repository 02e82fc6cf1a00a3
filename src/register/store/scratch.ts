/** Bytes laid aside while a register is computed, so that memory need not hold them: in a file, or for a few in memory. */
export interface Scratch {
  /** Puts bytes behind all others; gives the place where they begin. */
  append(bytes: Uint8Array): number;
  /** Bytes that were put there. They may be overwritten by the next call of either function. */
  read(place: number, length: number): Buffer;
}
