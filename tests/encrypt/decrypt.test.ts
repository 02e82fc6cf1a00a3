import { Readable } from 'node:stream';
import { createMessage, encrypt as encryptMessage, readKey } from 'openpgp';
import { beforeAll, expect, test } from 'vitest';
import { type DecryptOptions, decrypt } from '../../src/encrypt/decrypt.ts';
import { generateKeyPair, type KeyPair } from '../../src/encrypt/generate-key-pair.ts';
import { openPgpEncryptor } from '../../src/encrypt/openpgp-encryptor.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { bytesOf, type Custodian, NOW, newCustodian, newRecipient } from './fixtures.ts';

const PLAINTEXT = Buffer.from('a|b\n1|2\n');
let custodian: Custodian;
let recipient: KeyPair;
let message: Buffer;
let options: DecryptOptions;

beforeAll(async () => {
  custodian = await newCustodian('ecc');
  recipient = await newRecipient('rsa');
  const plaintext = Readable.from([PLAINTEXT]);
  message = await bytesOf(await openPgpEncryptor().encrypt(plaintext, recipient.publicKey, custodian.signer, NOW));
  options = { privateKey: recipient.privateKey, signedBy: custodian.publicKey, at: NOW, maxBytes: 10_000 };
});

const decrypted = (change: Partial<DecryptOptions>, bytes: Uint8Array = message) =>
  decrypt(Readable.from([bytes]), { ...options, ...change });

test('gives back what was encrypted', async () => {
  expect(Buffer.from(await decrypted({}))).toEqual(PLAINTEXT);
});

test('unlocks the key with its passphrase', async () => {
  const passphrase = new Secret('a passphrase');
  const locked = await generateKeyPair({ name: 'L', email: 'l@example.org', type: 'ecc', passphrase, at: NOW });
  const plaintext = Readable.from([PLAINTEXT]);
  const cipher = await openPgpEncryptor().encrypt(plaintext, locked.publicKey, custodian.signer, NOW);
  const bytes = await bytesOf(cipher);
  const { privateKey } = locked;
  expect(Buffer.from(await decrypted({ privateKey, passphrase }, bytes))).toEqual(PLAINTEXT);
  await expect(decrypted({ privateKey }, bytes)).rejects.toMatchObject({ exit: 14, code: 'message-not-decrypted' });
});

test('refuses what another custodian signed, or nobody', async () => {
  const other = await newCustodian('ecc');
  const NOT = { exit: 14, code: 'message-not-decrypted' };
  await expect(decrypted({ signedBy: other.publicKey })).rejects.toMatchObject(NOT);
  const unsigned = await encryptMessage({
    message: await createMessage({ binary: new Uint8Array(PLAINTEXT) }),
    encryptionKeys: await readKey({ armoredKey: recipient.publicKey }),
    format: 'binary',
  });
  await expect(decrypted({}, unsigned)).rejects.toMatchObject(NOT);
});

test('refuses what is longer than it was told to hold', async () => {
  await expect(decrypted({ maxBytes: message.length })).resolves.toHaveLength(PLAINTEXT.length);
  await expect(decrypted({ maxBytes: message.length - 1 })).rejects.toMatchObject({ code: 'message-too-large' });
});
