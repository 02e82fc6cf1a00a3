import { Readable } from 'node:stream';
import { CHUNK_BYTES } from './byte-chunks.ts';

/**
 * What `make` makes of `source`, as a Node stream that tells the truth about it: it ends only if the source reached its
 * own end, and fails with the source's own error as soon as the source fails, whatever the stages between make of it.
 * To destroy it is to destroy the source, and so is a failure to make it. `lost` gives the error for what goes wrong
 * between.
 */
export async function faithfulReadable(
  source: Readable,
  make: () => Promise<ReadableStream<Uint8Array>>,
  lost: () => Error,
): Promise<Readable> {
  let broken: Error | undefined;
  let result: Readable | undefined;
  const fail = (error: Error) => {
    broken ??= error;
    result?.destroy(broken);
  };
  const failIfCut = () => {
    if (!source.readableEnded) fail(source.errored ?? new Error('the stream was closed before its end'));
  };
  // By event, not by reading: nobody reads from the source while the consumer is slow.
  source.on('error', fail).on('close', failIfCut);
  if (source.destroyed) failIfCut();

  let reader: ReadableStreamDefaultReader<Uint8Array>;
  try {
    reader = (await make()).getReader();
    if (broken !== undefined) throw broken;
  } catch (error) {
    source.destroy();
    throw broken ?? error;
  }

  async function advance(into: Readable): Promise<void> {
    try {
      let step = await reader.read();
      while (!step.done && step.value.length === 0) step = await reader.read();
      if (!step.done) into.push(step.value);
      else if (source.readableEnded && broken === undefined) into.push(null);
      else into.destroy(broken ?? lost());
    } catch {
      into.destroy(broken ?? lost());
    }
  }

  result = new Readable({
    highWaterMark: CHUNK_BYTES,
    read() {
      void advance(this);
    },
    destroy(error, done) {
      // What lies between is left to the garbage collector: once the source is gone, nothing refers to it.
      source.destroy(error ?? undefined);
      done(error);
    },
  });
  return result;
}
