import { PassThrough, Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CHUNK_BYTES, chunkedWebStream } from '../../src/encrypt/byte-chunks.ts';
import { faithfulReadable } from '../../src/encrypt/faithful-readable.ts';
import { bytesOf, source } from './fixtures.ts';

const LOST = new Error('lost');
const lost = () => LOST;

test('a stage that ends before its source did is not believed', async () => {
  const result = await faithfulReadable(new PassThrough(), async () => webStream(['some'], 'close'), lost);
  await expect(bytesOf(result)).rejects.toBe(LOST);
});

test('what a stage fails with is not passed on', async () => {
  const result = await faithfulReadable(new PassThrough(), async () => webStream(['some'], 'fail'), lost);
  await expect(bytesOf(result)).rejects.toBe(LOST);
});

test('an empty piece in between is no end', async () => {
  const plaintext = Readable.from([Buffer.from('x')]);
  const make = async () => {
    await bytesOf(plaintext);
    return webStream(['a', '', '', 'b'], 'close');
  };
  expect((await bytesOf(await faithfulReadable(plaintext, make, lost))).toString()).toBe('ab');
});

test('a source that fails while the stages are being made', async () => {
  const boom = new Error('boom');
  const plaintext = new PassThrough();
  const make = async () => {
    plaintext.destroy(boom);
    await wait(1);
    return webStream([], 'close');
  };
  await expect(faithfulReadable(plaintext, make, lost)).rejects.toBe(boom);
});

test('pieces are cut and joined to one size', async () => {
  for (const piece of [1000, CHUNK_BYTES, 3 * CHUNK_BYTES + 1]) {
    const sizes: number[] = [];
    for await (const chunk of chunkedWebStream(source(4 * CHUNK_BYTES + 5, piece).stream)) sizes.push(chunk.length);
    expect(sizes).toEqual([CHUNK_BYTES, CHUNK_BYTES, CHUNK_BYTES, CHUNK_BYTES, 5]);
  }
});

test('pieces of a source that fails neither end nor fail', async () => {
  const { stream } = source(10, 10, (it) => it.destroy(new Error('boom')));
  stream.on('error', () => {});
  const step = chunkedWebStream(stream).getReader().read();
  expect(await Promise.race([step, wait(100, 'silence')])).toBe('silence');
});

function webStream(pieces: readonly string[], then: 'close' | 'fail'): ReadableStream<Uint8Array> {
  const left = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = left.shift();
      if (piece !== undefined) controller.enqueue(Buffer.from(piece));
      else if (then === 'close') controller.close();
      else controller.error(new Error('it has seen a key'));
    },
  });
}
