import { PassThrough, Readable, Transform } from 'node:stream';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decrypt } from '../../src/encrypt/decrypt.ts';
import type { KeyPair } from '../../src/encrypt/generate-key-pair.ts';
import { openPgpEncryptor } from '../../src/encrypt/openpgp-encryptor.ts';
import { bytesOf, type Custodian, MIB, NOW, newCustodian, newRecipient, source } from './fixtures.ts';

const encryptor = openPgpEncryptor();
let custodian: Custodian;
let recipient: KeyPair;

beforeAll(async () => {
  custodian = await newCustodian('ecc');
  recipient = await newRecipient('ecc');
});

const encrypt = (plaintext: Readable) => encryptor.encrypt(plaintext, recipient.publicKey, custodian.signer, NOW);

/** A rejection that nobody handles ends a Node process, so a release would die of its own error handling. */
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await wait(20);
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

interface Outcome {
  readonly ended: boolean;
  readonly error: unknown;
  readonly bytes: Buffer;
}

/** Reads to the end or the error, whichever comes. */
async function outcomeOf(plaintext: Readable): Promise<Outcome> {
  const parts: Buffer[] = [];
  let ended = false;
  try {
    const cipher = await encrypt(plaintext);
    cipher.once('end', () => {
      ended = true;
    });
    for await (const part of cipher) parts.push(part as Buffer);
    return { ended, error: undefined, bytes: Buffer.concat(parts) };
  } catch (error) {
    return { ended, error, bytes: Buffer.concat(parts) };
  }
}

describe('a source that fails never gives a message that ends', () => {
  const boom = new Error('the query failed');
  /** How a source can fail once it has given its last byte; each must arrive as `boom`. */
  const failures: Readonly<Record<string, (total: number, piece: number) => Readable>> = {
    'it is destroyed with an error': (total, piece) => source(total, piece, (stream) => stream.destroy(boom)).stream,
    'it emits an error and does nothing more': (total, piece) =>
      source(total, piece, (stream) => stream.emit('error', boom)).stream,
    'its generator throws': (total, piece) =>
      Readable.from(
        (async function* () {
          yield* source(total, piece).stream;
          throw boom;
        })(),
      ),
    'all bytes came, and then its last check fails': (total, piece) =>
      source(total, piece).stream.pipe(
        new Transform({
          transform: (bytes, _, done) => done(null, bytes),
          flush: (done) => done(boom),
        }),
      ),
    'all bytes came, and it fails while it closes': (total, piece) => {
      const { stream } = source(total, piece);
      stream._destroy = (_, done) => done(boom);
      return stream;
    },
  };

  test.each(Object.entries(failures))('%s', async (_, make) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 3 * MIB }),
        fc.integer({ min: 512, max: MIB }),
        async (total, piece) => {
          const { ended, error, bytes } = await outcomeOf(make(total, piece));
          expect(ended).toBe(false);
          expect(error).toBe(boom);
          await expect(opened(bytes)).rejects.toMatchObject({ code: 'message-not-decrypted' });
        },
      ),
      { numRuns: 15 },
    );
  });

  test('it is closed before its end, without an error', async () => {
    const { ended, error } = await outcomeOf(source(3 * MIB, 65536, (stream) => stream.destroy()).stream);
    expect(ended).toBe(false);
    expect(error).toEqual(new Error('the stream was closed before its end'));
  });

  test('it failed before it was handed over', async () => {
    const { stream } = source(MIB, 65536);
    stream.once('error', () => {});
    stream.destroy(boom);
    await turn();
    await expect(encrypt(stream)).rejects.toBe(boom);
  });

  test('it fails while nobody reads: the result fails at once, not at the next read', async () => {
    const plaintext = new PassThrough();
    plaintext.write('first');
    const cipher = await encrypt(plaintext);
    const failed = new Promise((resolve) => cipher.once('error', resolve));
    plaintext.destroy(boom);
    expect(await failed).toBe(boom);
  });

  test('it gives something that is not bytes', async () => {
    const { ended, error } = await outcomeOf(Readable.from([{ row: 1 }]));
    expect(ended).toBe(false);
    expect(error).toBeInstanceOf(TypeError);
  });

  test('it was read from before: what is missing would never be noticed', async () => {
    const { stream } = source(MIB, 65536);
    await stream[Symbol.asyncIterator]().next();
    await expect(encrypt(stream)).rejects.toThrow('must not have been read from');
  });
});

function opened(bytes: Uint8Array): Promise<Uint8Array> {
  return decrypt(Readable.from([bytes]), {
    privateKey: recipient.privateKey,
    signedBy: custodian.publicKey,
    at: NOW,
    maxBytes: 64 * MIB,
  });
}

test('however the bytes come in pieces, they come out the same', async () => {
  const pieces = fc.array(fc.integer({ min: 0, max: 700_000 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(pieces, async (lengths) => {
      const parts = lengths.map((length, index) => Buffer.alloc(length, index + 1));
      const cipher = await encrypt(Readable.from(parts));
      expect(Buffer.concat(parts).equals(await opened(await bytesOf(cipher)))).toBe(true);
    }),
    { numRuns: 25 },
  );
});

describe('whoever destroys the result destroys the source', () => {
  const gone = new Error('the disk is full');

  test.each([0, 1, 3])('with an error, after %i pieces', async (pieces) => {
    const { stream } = source(64 * MIB, 65536);
    const closed = new Promise((resolve) => stream.once('close', resolve));
    const cipher = await encrypt(stream);
    cipher.on('error', () => {});
    for (let index = 0; index < pieces; index += 1) await cipher.iterator({ destroyOnReturn: false }).next();
    cipher.destroy(gone);
    await closed;
    expect(stream.errored).toBe(gone);
  });

  test('by leaving its loop', async () => {
    const { stream } = source(64 * MIB, 65536);
    for await (const _ of await encrypt(stream)) break;
    expect(stream.destroyed).toBe(true);
  });

  test('while the source has nothing to give', async () => {
    const plaintext = new PassThrough();
    const cipher = await encrypt(plaintext);
    cipher.resume();
    await turn();
    cipher.destroy();
    await new Promise((resolve) => plaintext.once('close', resolve));
    expect(plaintext.destroyed).toBe(true);
  });

  test('and a message that can not even be begun', async () => {
    const { stream } = source(MIB, 65536);
    await expect(encryptor.encrypt(stream, 'no key', custodian.signer, NOW)).rejects.toMatchObject({
      exit: 14,
      code: 'recipient-key-unreadable',
    });
    expect(stream.destroyed).toBe(true);
  });
});

describe('back-pressure', () => {
  test.each([1024, 65536, MIB])('a slow reader keeps few MiB in flight (pieces of %i)', async (piece) => {
    const { stream, given } = source(96 * MIB, piece);
    let taken = 0;
    let most = 0;
    for await (const part of await encrypt(stream)) {
      await wait(10);
      most = Math.max(most, given() - taken);
      taken += (part as Buffer).length;
      if (taken > 12 * MIB) break;
    }
    expect(taken).toBeGreaterThan(12 * MIB);
    expect(most / MIB).toBeLessThan(8);
  });

  test.each([
    ['that never begins', 0],
    ['that stops', 1],
  ])('a reader %s lets the source rest', async (_, pieces) => {
    const { stream, given } = source(96 * MIB, 65536);
    const cipher = await encrypt(stream);
    const reading = cipher.iterator({ destroyOnReturn: false });
    for (let index = 0; index < pieces; index += 1) await reading.next();
    let before = -1;
    while (given() !== before) {
      before = given();
      await wait(100);
    }
    expect(before / MIB).toBeLessThan(8);
    cipher.destroy();
  });
});

test('a source that is always ready does not starve the event loop', async () => {
  const chunks = 24;
  let turns = 0;
  let running = true;
  const counting = (async () => {
    while (running) {
      await turn();
      turns += 1;
    }
  })();
  const cipher = await encrypt(source(chunks * MIB, MIB).stream);
  turns = 0;
  for await (const _ of cipher);
  running = false;
  await counting;
  expect(turns).toBeGreaterThanOrEqual(chunks);
});
