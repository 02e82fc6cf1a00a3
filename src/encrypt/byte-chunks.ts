import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

/**
 * Bytes that go through OpenPGP at a time. Each piece costs the library the same few hundred promises, so 64 KiB gives
 * two thirds of the speed; above 512 KiB only the memory in flight grows. A power of two, because the library cuts its
 * partial packets at powers of two and copies what is left over.
 */
export const CHUNK_BYTES = 512 * 1024;

/**
 * The bytes of `source` as a web stream of pieces of CHUNK_BYTES, the last one shorter. Nothing is read ahead of demand.
 *
 * If the source fails, this stream neither ends nor fails: it falls silent for ever, and whoever owns the source must
 * tell of it. Failing would be worse: a signature half made is a promise of the library that nobody awaits, and its
 * rejection would end the process. A chain of silent streams that nothing refers to is simply collected.
 */
export function chunkedWebStream(source: Readable): ReadableStream<Uint8Array> {
  const chunks = inChunks(source);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // Everything downstream runs in microtasks. Without a turn of the event loop here, a source that is always
        // ready (memory, a fast disk) would keep timers, signals and sockets waiting until its end.
        await setImmediate();
        try {
          const next = await chunks.next();
          if (next.done === true) controller.close();
          else controller.enqueue(next.value);
        } catch {
          source.destroy();
          await new Promise<never>(() => {});
        }
      },
    },
    { highWaterMark: 0 },
  );
}

async function* inChunks(source: Readable): AsyncGenerator<Uint8Array, undefined> {
  let chunk: Buffer | undefined;
  let filled = 0;
  for await (const piece of source) {
    if (!(piece instanceof Uint8Array)) {
      const error = new TypeError('a stream to be encrypted gives bytes');
      source.destroy(error); // leaving the loop would destroy it too, but with an error that says nothing
      throw error;
    }
    let rest = piece;
    while (rest.length > 0) {
      if (filled === 0 && rest.length >= CHUNK_BYTES) {
        yield rest.subarray(0, CHUNK_BYTES);
        rest = rest.subarray(CHUNK_BYTES);
        continue;
      }
      chunk ??= Buffer.allocUnsafeSlow(CHUNK_BYTES);
      const part = rest.subarray(0, CHUNK_BYTES - filled);
      chunk.set(part, filled);
      filled += part.length;
      rest = rest.subarray(part.length);
      if (filled === CHUNK_BYTES) {
        yield chunk;
        chunk = undefined;
        filled = 0;
      }
    }
  }
  if (chunk !== undefined) yield chunk.subarray(0, filled);
  return undefined;
}
