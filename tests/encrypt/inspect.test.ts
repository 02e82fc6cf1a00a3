import { Readable } from 'node:stream';
import fc from 'fast-check';
import { readKey } from 'openpgp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateKeyPair } from '../../src/encrypt/generate-key-pair.ts';
import { openPgpEncryptor } from '../../src/encrypt/openpgp-encryptor.ts';
import { type Gnupg, openGnupg } from '../support/gnupg.ts';
import { DAY, NOW, newCustodian, newRecipient } from './fixtures.ts';

const encryptor = openPgpEncryptor();
const MADE = new Date('2024-03-01T12:00:00Z');
const days = (count: number) => new Date(MADE.getTime() + count * DAY);

let gpg: Gnupg;
beforeAll(async () => {
  gpg = await openGnupg();
});
afterAll(() => gpg?.[Symbol.asyncDispose]());

/** The public key and fingerprint of a key that GnuPG made on MADE, after whatever is done to it. */
async function gnupgKey(
  options: Partial<Parameters<Gnupg['generate']>[0]>,
  change: (fingerprint: string) => Promise<void> = async () => {},
): Promise<{ readonly key: string; readonly fingerprint: string }> {
  const fingerprint = await gpg.generate({ name: 'recipient', signing: 'ed25519', at: MADE, ...options });
  await change(fingerprint);
  return { key: await gpg.exportPublic(fingerprint), fingerprint };
}

describe('a key that can be used has no defects', () => {
  test.each([
    ['rsa2048', 'rsa2048'],
    ['ed25519', 'cv25519'],
    ['nistp256', 'nistp256'],
  ])('%s, made by GnuPG', async (signing, encrypting) => {
    const { key, fingerprint } = await gnupgKey({ signing, encrypting });
    expect(await encryptor.inspect(key, fingerprint, NOW)).toEqual({ fingerprint, defects: [] });
  });

  test.each(['ecc', 'rsa'] as const)('%s, made here', async (type) => {
    const { publicKey, fingerprint } = await newRecipient(type);
    expect(await encryptor.inspect(publicKey, fingerprint, NOW)).toEqual({ fingerprint, defects: [] });
  });
});

describe('the fingerprint', () => {
  test('is compared without spaces and case, and given in upper case without spaces', async () => {
    const { publicKey, fingerprint } = await newRecipient('ecc');
    const written = ` ${fingerprint.toLowerCase().replaceAll(/(.{4})/g, '$1 ')}\n`;
    expect(await encryptor.inspect(publicKey, written, NOW)).toEqual({ fingerprint, defects: [] });
  });

  test('is the whole one of the primary key', async () => {
    const { publicKey, fingerprint } = await newRecipient('ecc');
    const [subkey] = (await readKey({ armoredKey: publicKey })).subkeys;
    const others = [subkey?.getFingerprint() ?? '', fingerprint.slice(-16), `${fingerprint}00`, ''];
    for (const other of others) {
      expect(await encryptor.inspect(publicKey, other, NOW)).toEqual({ fingerprint, defects: ['fingerprint'] });
    }
  });
});

describe('no key', () => {
  const ABSENT = { fingerprint: undefined, defects: ['absent'] };

  test('is absent', async () => {
    const { publicKey } = await newRecipient('ecc');
    const custodian = await newCustodian('ecc');
    const notKeys = [
      undefined,
      '',
      'a key',
      publicKey.slice(0, publicKey.length / 2),
      publicKey.replaceAll(/^[A-Za-z0-9+/]{60,}$/gm, 'AAAA'),
      await custodian.signer.signDetached(Buffer.from('{}'), NOW),
    ];
    for (const text of notKeys) expect(await encryptor.inspect(text, 'AB', NOW)).toEqual(ABSENT);
  });

  test('whatever the text is, nothing is thrown', async () => {
    const { publicKey, fingerprint } = await newRecipient('ecc');
    const spoilt = fc
      .tuple(fc.nat(publicKey.length - 1), fc.string({ minLength: 1, maxLength: 3 }))
      .map(([at, text]) => publicKey.slice(0, at) + text + publicKey.slice(at + text.length));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), spoilt), async (text) => {
        const { defects } = await encryptor.inspect(text, fingerprint, NOW);
        // Either the text is still the same key (its headers and its checksum may change), or something is said.
        if (defects.length === 0) {
          expect((await readKey({ armoredKey: text })).getFingerprint().toUpperCase()).toBe(fingerprint);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('a private key', () => {
  test('is named as that, and nothing else is wrong with it', async () => {
    const { privateKey, fingerprint } = await newRecipient('ecc');
    expect(await encryptor.inspect(privateKey.reveal(), fingerprint, NOW)).toEqual({
      fingerprint,
      defects: ['private'],
    });
  });

  test('is found behind a public one', async () => {
    const { privateKey, publicKey, fingerprint } = await newRecipient('ecc');
    const both = `${publicKey}\n${privateKey.reveal()}`;
    expect(await encryptor.inspect(both, fingerprint, NOW)).toEqual({ fingerprint, defects: ['private'] });
  });

  test('is found though it cannot be read', async () => {
    const text = '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----\n';
    expect(await encryptor.inspect(text, 'AB', NOW)).toEqual({ fingerprint: undefined, defects: ['private'] });
  });

  test('is refused by encrypt too', async () => {
    const { privateKey } = await newRecipient('ecc');
    const { signer } = await newCustodian('ecc');
    await expect(
      encryptor.encrypt(Readable.from([Buffer.from('a')]), privateKey.reveal(), signer, NOW),
    ).rejects.toMatchObject({ exit: 14, code: 'recipient-key-unreadable' });
  });
});

describe('time', () => {
  test('an expired key is expired from that moment on', async () => {
    const { key, fingerprint } = await gnupgKey({ encrypting: 'cv25519', expires: '30d' });
    const defects = async (at: Date) => (await encryptor.inspect(key, fingerprint, at)).defects;
    expect(await defects(days(29))).toEqual([]);
    expect(await defects(new Date(days(30).getTime() - 1000))).toEqual([]);
    expect(await defects(days(30))).toEqual(['expired']);
    expect(await defects(NOW)).toEqual(['expired']);
  });

  test('a key made here expires in the future', async () => {
    const { publicKey, fingerprint } = await generateKeyPair({
      name: 'Recipient',
      email: 'recipient@example.org',
      type: 'ecc',
      expiresInDays: 90,
      at: NOW,
    });
    const defects = async (count: number) =>
      (await encryptor.inspect(publicKey, fingerprint, new Date(NOW.getTime() + count * DAY))).defects;
    expect(await defects(89)).toEqual([]);
    expect(await defects(90)).toEqual(['expired']);
  });

  test('a key that was made after that day is taken as of its making', async () => {
    const { key, fingerprint } = await gnupgKey({ encrypting: 'cv25519' });
    expect((await encryptor.inspect(key, fingerprint, days(-1))).defects).toEqual([]);
  });

  test('a compromised key was never good', async () => {
    const { key, fingerprint } = await gnupgKey({ encrypting: 'cv25519' }, (it) =>
      gpg.revoke(it, 'compromised', days(10)),
    );
    expect((await encryptor.inspect(key, fingerprint, days(5))).defects).toEqual(['revoked']);
    expect((await encryptor.inspect(key, fingerprint, NOW)).defects).toEqual(['revoked']);
  });

  test('a superseded key was good until then', async () => {
    const { key, fingerprint } = await gnupgKey({ encrypting: 'cv25519' }, (it) =>
      gpg.revoke(it, 'superseded', days(10)),
    );
    expect((await encryptor.inspect(key, fingerprint, days(5))).defects).toEqual([]);
    expect((await encryptor.inspect(key, fingerprint, days(11))).defects).toEqual(['revoked']);
  });
});

describe('a key that cannot encrypt', () => {
  test('one that can only sign', async () => {
    const { key, fingerprint } = await gnupgKey({});
    expect((await encryptor.inspect(key, fingerprint, NOW)).defects).toEqual(['cannot-encrypt']);
  });

  test('one whose encryption subkey has expired, from then on', async () => {
    const { key, fingerprint } = await gnupgKey({ encrypting: 'cv25519', subkeyExpires: '30d' });
    expect((await encryptor.inspect(key, fingerprint, days(29))).defects).toEqual([]);
    expect((await encryptor.inspect(key, fingerprint, days(31))).defects).toEqual(['cannot-encrypt']);
  });

  test('RSA of 1024 bits, as primary key or as subkey', async () => {
    for (const signing of ['rsa1024', 'ed25519']) {
      const { key, fingerprint } = await gnupgKey({ signing, encrypting: 'rsa1024' });
      expect((await encryptor.inspect(key, fingerprint, NOW)).defects).toEqual(['cannot-encrypt']);
    }
  });
});

test('a Brainpool key cannot be used here, and that is said when it is inspected', async () => {
  const { key, fingerprint } = await gnupgKey({ signing: 'brainpoolP256r1', encrypting: 'brainpoolP256r1' });
  expect((await encryptor.inspect(key, fingerprint, NOW)).defects).toEqual(['cannot-encrypt']);
});

test('every defect is listed', async () => {
  const fingerprint = await gpg.generate({
    name: 'everything',
    signing: 'ed25519',
    encrypting: 'cv25519',
    expires: '30d',
    at: MADE,
  });
  await gpg.revoke(fingerprint, 'compromised', days(10));
  const key = await gpg.exportPrivate(fingerprint);
  expect(await encryptor.inspect(key, 'AB', NOW)).toEqual({
    fingerprint,
    defects: ['private', 'fingerprint', 'revoked', 'expired'],
  });
});
