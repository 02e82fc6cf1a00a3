import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * What a transformation makes of pieces; what goes wrong on either side is thrown to the reader. A reader who gives up
 * may close what the pieces come from: nothing reads them any more.
 */
export async function* through(pieces: AsyncIterable<Uint8Array>, transform: Transform): AsyncGenerator<Buffer> {
  // The reader of the transformation sees the same error.
  const fed = pipeline(pieces, transform).catch(() => {});
  try {
    yield* transform;
  } finally {
    await fed;
  }
}
