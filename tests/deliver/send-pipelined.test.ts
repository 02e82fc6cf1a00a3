import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import type { RemoteFile } from '../../src/deliver/remote-files.ts';
import { sendPipelined } from '../../src/deliver/send-pipelined.ts';
import { makeOutbox } from './support/outgoing.ts';

const outbox = makeOutbox();
afterAll(() => outbox[Symbol.dispose]());

/** Stores writes in any order, `order` saying which of those under way is answered next. */
class Shuffler implements Partial<RemoteFile> {
  readonly content: Buffer;
  mostUnderWay = 0;
  widestSpan = 0;
  readonly #waiting: { readonly position: number; readonly store: () => void }[] = [];
  readonly #order: () => number;

  constructor(bytes: number, order: () => number) {
    this.content = Buffer.alloc(bytes);
    this.#order = order;
  }

  write(bytes: Buffer, position: number): Promise<void> {
    return new Promise((resolve) => {
      const store = (): void => {
        bytes.copy(this.content, position);
        resolve();
      };
      this.#waiting.push({ position, store });
      const positions = this.#waiting.map((write) => write.position);
      this.mostUnderWay = Math.max(this.mostUnderWay, positions.length);
      this.widestSpan = Math.max(this.widestSpan, position + bytes.length - Math.min(...positions));
      setImmediate(() => {
        const [next] = this.#waiting.splice(this.#order() % this.#waiting.length, 1);
        next?.store();
      });
    });
  }
}

it('stores every byte once, never leaves a gap longer than its window, and reports only what has none', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 9 }),
      fc.infiniteStream(fc.nat(1000)),
      async (bytes, start, writeBytes, inFlight, order) => {
        const file = outbox.file('file', bytes);
        const from = Math.min(start, bytes);
        const shuffler = new Shuffler(bytes, () => order.next().value);
        const digest = createHash('sha256');
        const reports: number[] = [];
        await using source = await open(file.path);
        await sendPipelined(source, shuffler as unknown as RemoteFile, {
          from,
          to: bytes,
          writeBytes,
          inFlight,
          digest,
          report(stored) {
            reports.push(stored);
            expect(shuffler.content.subarray(from, stored).equals(file.content.subarray(from, stored))).toBe(true);
          },
        });
        expect(shuffler.content.subarray(from).equals(file.content.subarray(from))).toBe(true);
        expect(shuffler.mostUnderWay).toBeLessThanOrEqual(inFlight);
        expect(shuffler.widestSpan).toBeLessThanOrEqual(inFlight * writeBytes);
        expect(digest.digest('hex')).toBe(file.sha256);
        expect([reports.at(0), reports.at(-1)]).toEqual([from, bytes]);
      },
    ),
    { numRuns: 60 },
  );
});

it('waits for all that is under way before it fails, and leaves nothing unhandled', async () => {
  const file = outbox.file('file', 1000);
  let underWay = 0;
  const target = {
    async write(_: Buffer, position: number) {
      underWay += 1;
      await new Promise((resolve) => setTimeout(resolve, position === 300 ? 1 : 20));
      underWay -= 1;
      if (position >= 300) throw new Error(`at ${position}`);
    },
  };
  await using source = await open(file.path);
  const work = sendPipelined(source, target as unknown as RemoteFile, {
    from: 0,
    to: 1000,
    writeBytes: 100,
    inFlight: 8,
    digest: createHash('sha256'),
    report: () => undefined,
  });
  await expect(work).rejects.toThrow('at 300');
  expect(underWay).toBe(0);
});
