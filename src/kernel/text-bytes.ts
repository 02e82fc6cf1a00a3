/**
 * The bytes of texts in UTF-8, one text after the other in the same memory: whoever gets them is done with them before
 * the next. Bytes of their own would lie about as garbage, a quarter of a megabyte each.
 */
export class TextBytes {
  #bytes = Buffer.allocUnsafe(1 << 16);

  of(text: string): Uint8Array {
    const most = 3 * text.length;
    if (most > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(most);
    return this.#bytes.subarray(0, this.#bytes.write(text));
  }
}
