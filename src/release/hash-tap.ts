import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/**
 * Passes bytes on untouched and uncopied, counting them and computing their SHA-256 on the way.
 * What it has counted can be asked for only after a complete pass: the digest of a broken stream is no digest.
 */
export class HashTap extends Transform {
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #sha256: string | undefined;

  /** So far, for progress; the size of the whole once the stream has ended. */
  get bytes(): number {
    return this.#bytes;
  }

  /** 64 lower-case hex digits. Throws before the end of the stream. */
  get sha256(): string {
    if (this.#sha256 === undefined) throw new Error('the stream has not been read to its end');
    return this.#sha256;
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.#sha256 = this.#hash.digest('hex');
    done();
  }
}
