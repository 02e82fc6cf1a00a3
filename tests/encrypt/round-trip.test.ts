import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { generateKey } from 'openpgp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPgpEncryptor } from '../../src/encrypt/openpgp-encryptor.ts';
import { HashTap } from '../../src/release/hash-tap.ts';
import { type Gnupg, openGnupg } from '../support/gnupg.ts';
import { bytesOf, type Custodian, MIB, NOW, newCustodian, newRecipient, source } from './fixtures.ts';

const encryptor = openPgpEncryptor();
let gpg: Gnupg;
let custodian: Custodian;
/** A recipient's key that GnuPG made. */
let recipient: string;

beforeAll(async () => {
  gpg = await openGnupg();
  custodian = await newCustodian('ecc');
  await gpg.import(custodian.publicKey);
  recipient = await gpg.exportPublic(
    await gpg.generate({ name: 'recipient', signing: 'ed25519', encrypting: 'cv25519', at: NOW }),
  );
});
afterAll(() => gpg?.[Symbol.asyncDispose]());

async function encrypted(plaintext: Uint8Array, key = recipient, by = custodian): Promise<Buffer> {
  return bytesOf(await encryptor.encrypt(Readable.from([plaintext]), key, by.signer, NOW));
}

describe('GnuPG opens what we made and names the custodian', () => {
  const recipients: readonly (readonly [string, () => Promise<string>])[] = [
    ['RSA, made by GnuPG', () => gnupgRecipient('rsa2048', 'rsa2048')],
    ['Curve25519, made by GnuPG', () => gnupgRecipient('ed25519', 'cv25519')],
    ['NIST P-384, made by GnuPG', () => gnupgRecipient('nistp384', 'nistp384')],
    ['Curve25519, made here', () => ownRecipient('ecc')],
    ['RSA, made here', () => ownRecipient('rsa')],
  ];
  async function gnupgRecipient(signing: string, encrypting: string): Promise<string> {
    return gpg.exportPublic(await gpg.generate({ name: signing, signing, encrypting, at: NOW }));
  }
  async function ownRecipient(type: 'ecc' | 'rsa'): Promise<string> {
    const { privateKey, publicKey } = await newRecipient(type);
    await gpg.import(privateKey.reveal());
    return publicKey;
  }

  test.each(recipients)('%s', async (_, key) => {
    const plaintext = randomBytes(1_500_000);
    const opened = await gpg.decrypt(await encrypted(plaintext, await key()));
    expect(opened.code).toBe(0);
    expect(opened.plaintext.equals(plaintext)).toBe(true);
    expect(opened.status).toContain('DECRYPTION_OKAY');
    expect(opened.status).toContain('GOODMDC');
    expect(opened.status).toContainEqual(
      expect.stringMatching(`^GOODSIG ${custodian.fingerprint.slice(-16)} Custodian <custodian@example.org>$`),
    );
    expect(opened.status).toContainEqual(expect.stringMatching(`^VALIDSIG ${custodian.fingerprint} `));
  });

  test('signed with an RSA key, with SHA-256', async () => {
    const rsa = await newCustodian('rsa');
    await gpg.import(rsa.publicKey);
    const opened = await gpg.decrypt(await encrypted(Buffer.from('a,b\n'), recipient, rsa));
    // VALIDSIG: fingerprint, day, time, expiry, version, reserved, public key algorithm (1 RSA), hash (8 SHA-256)
    expect(opened.status).toContainEqual(
      expect.stringMatching(`^VALIDSIG ${rsa.fingerprint} \\S+ ${NOW.getTime() / 1000} 0 4 0 1 8 `),
    );
  });

  test('nothing at all, signed', async () => {
    for (const nothing of [Readable.from([]), Readable.from([new Uint8Array()])]) {
      const opened = await gpg.decrypt(await encryptor.encrypt(nothing, recipient, custodian.signer, NOW));
      expect(opened).toMatchObject({ code: 0, plaintext: Buffer.alloc(0) });
      expect(opened.status).toContainEqual(expect.stringMatching(/^GOODSIG /));
    }
  });
});

describe('the form of the message', () => {
  /** Method 2 is a modification detection code (SEIPDv1), cipher 9 is AES-256. */
  const SEIPD1_AES256 = /^DECRYPTION_INFO 2 9( 0)?$/;

  test('SEIPDv1, AES-256, not compressed, no file name, dated as asked', async () => {
    const message = await encrypted(Buffer.from('a,b\n'));
    const { status } = await gpg.decrypt(message);
    expect(status).toContainEqual(expect.stringMatching(SEIPD1_AES256));
    const packets = await gpg.packets(message);
    expect(packets).toMatch(/^:literal data packet:\n\tmode b \(62\), created \d+, name="",/m);
    expect(packets).toContain(`created ${NOW.getTime() / 1000}, name=`);
    expect(packets).not.toContain(':compressed packet:');
  });

  test('the same for a key that claims to read SEIPDv2', async () => {
    const modern = await generateKey({
      userIDs: { name: 'modern' },
      type: 'ecc',
      curve: 'curve25519Legacy',
      date: NOW,
      config: { aeadProtect: true },
    });
    await gpg.import(modern.privateKey);
    const { status } = await gpg.decrypt(await encrypted(Buffer.from('a,b\n'), modern.publicKey));
    expect(status).toContainEqual(expect.stringMatching(SEIPD1_AES256));
  });

  test('the same for a key that does not list AES-256', async () => {
    const modest = { name: 'modest', signing: 'ed25519', encrypting: 'cv25519', preferences: 'AES SHA256', at: NOW };
    const key = await gpg.exportPublic(await gpg.generate(modest));
    const { status } = await gpg.decrypt(await encrypted(Buffer.from('a,b\n'), key));
    expect(status).toContainEqual(expect.stringMatching(SEIPD1_AES256));
  });
});

describe('a damaged message is never taken for another one', () => {
  const plaintext = randomBytes(2000);

  /**
   * What gpg vouches for, or undefined. Its exit code says too little: it is 0 where gpg finds no message at all, as
   * in one that is cut off in its first packet.
   */
  async function vouchedFor(message: Uint8Array): Promise<Buffer | undefined> {
    const opened = await gpg.decrypt(message);
    const good = ['DECRYPTION_OKAY', 'GOODMDC', 'GOODSIG'].every((word) =>
      opened.status.some((line) => line.split(' ')[0] === word),
    );
    if (opened.code === 0 && good) return opened.plaintext;
    if (opened.code === 0) expect(opened.plaintext).toHaveLength(0);
    return undefined;
  }

  test('GnuPG refuses it, cut off anywhere', async () => {
    const message = await encrypted(plaintext);
    expect(await vouchedFor(message)).toEqual(plaintext);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: message.length - 1 }), async (length) => {
        expect(await vouchedFor(message.subarray(0, length))).toBeUndefined();
      }),
      { numRuns: 25 },
    );
  });

  /** A few bits change nothing but how the packets are framed (a last length that is too long): the content is whole. */
  test('GnuPG refuses it with any bit of the content changed', async () => {
    const message = await encrypted(plaintext);
    const flipped = (bit: number) => {
      const changed = Buffer.from(message);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return changed;
    };
    expect(await vouchedFor(flipped(message.length * 4))).toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: message.length * 8 - 1 }), async (bit) => {
        const accepted = await vouchedFor(flipped(bit));
        if (accepted !== undefined) expect(accepted).toEqual(plaintext);
      }),
      { numRuns: 40 },
    );
  });
});

test('160 MiB go through in bounded memory and come out the same', async () => {
  const before = process.memoryUsage().rss;
  let peak = before;
  const plain = source(160 * MIB, 64 * 1024).stream.pipe(new HashTap());
  const cipher = await encryptor.encrypt(plain, recipient, custodian.signer, NOW);
  cipher.on('data', () => {
    peak = Math.max(peak, process.memoryUsage().rss);
  });
  cipher.pause();
  const opened = new HashTap();
  opened.resume();
  const verdict = await gpg.decryptTo(cipher, opened);
  expect(verdict.code).toBe(0);
  expect(opened.bytes).toBe(160 * MIB);
  expect(opened.sha256).toBe(plain.sha256);
  expect((peak - before) / MIB).toBeLessThan(120);
});
