import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HashTap } from '../../src/release/hash-tap.ts';
import { bytesOf } from '../encrypt/fixtures.ts';

test('counts and digests whatever passes, and changes nothing of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 })), async (pieces) => {
      const tap = new HashTap();
      const [out] = await Promise.all([bytesOf(tap), pipeline(Readable.from(pieces), tap)]);
      const whole = Buffer.concat(pieces);
      expect(out).toEqual(whole);
      expect(tap.bytes).toBe(whole.length);
      expect(tap.sha256).toBe(createHash('sha256').update(whole).digest('hex'));
    }),
  );
});

test('passes the memory on, not a copy of it', async () => {
  const piece = Buffer.alloc(100_000, 7);
  const tap = new HashTap();
  tap.end(piece);
  const [seen] = (await tap.toArray()) as Buffer[];
  expect(seen?.buffer).toBe(piece.buffer);
});

test('has no digest before the end, nor after a failure', async () => {
  const tap = new HashTap();
  tap.write(Buffer.from('half'));
  expect(tap.bytes).toBe(4);
  expect(() => tap.sha256).toThrow('not been read to its end');
  tap.on('error', () => {});
  tap.destroy(new Error('cut'));
  expect(() => tap.sha256).toThrow('not been read to its end');
});
