import type { ByteSource } from '../../kernel/byte-source.ts';

const WINDOW = 1 << 18;

/** Reads on in a file for as long as it holds what is expected. */
export class ByteReader {
  readonly #file: ByteSource;
  #place = 0;
  #window: Uint8Array = new Uint8Array();

  constructor(file: ByteSource) {
    this.#file = file;
  }

  /** Whether these bytes come next; only then it goes on behind them. */
  async passes(expected: Uint8Array): Promise<boolean> {
    if (this.#window.length < expected.length) {
      this.#window = await this.#file.read(this.#place, Math.max(WINDOW, expected.length));
      if (this.#window.length < expected.length) return false;
    }
    if (Buffer.compare(this.#window.subarray(0, expected.length), expected) !== 0) return false;
    this.#window = this.#window.subarray(expected.length);
    this.#place += expected.length;
    return true;
  }

  async isAtEnd(): Promise<boolean> {
    return this.#window.length === 0 && (await this.#file.read(this.#place, 1)).length === 0;
  }
}
