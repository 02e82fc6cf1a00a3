import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Signer } from '../../src/encrypt/encryptor.ts';
import { generateKeyPair } from '../../src/encrypt/generate-key-pair.ts';
import { openPgpEncryptor } from '../../src/encrypt/openpgp-encryptor.ts';
import { Fault } from '../../src/kernel/fault.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { type Gnupg, type GnupgKeyOptions, openGnupg } from '../support/gnupg.ts';
import { bytesOf, DAY, NOW, newCustodian, newRecipient } from './fixtures.ts';

const encryptor = openPgpEncryptor();
const PASSPHRASE = 'correct horse battery staple';

let gpg: Gnupg;
beforeAll(async () => {
  gpg = await openGnupg();
});
afterAll(() => gpg?.[Symbol.asyncDispose]());

async function gnupgKey(options: Partial<GnupgKeyOptions>): Promise<string> {
  return gpg.generate({ name: 'custodian', signing: 'ed25519', at: NOW, ...options });
}

function unlock(armoured: string, passphrase?: string, at = NOW): Promise<Signer> {
  return encryptor.unlock(
    { armoured: new Secret(armoured), passphrase: passphrase === undefined ? undefined : new Secret(passphrase) },
    at,
  );
}

/** The fault that it fails with: exit 14, a hint, and neither key nor passphrase in what it says. */
async function faultOf(attempt: Promise<unknown>, armoured: string): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Fault)) throw new Error(`not a fault: ${String(error)}`);
  expect(error.exit).toBe(14);
  expect(error.hint).not.toBe(undefined);
  expect(error.cause).toBe(undefined);
  const said = inspect(error, { showHidden: true, depth: 10 });
  expect(said).not.toContain(PASSPHRASE);
  for (const line of armoured.split('\n').filter((text) => text.length >= 32)) expect(said).not.toContain(line);
  return error.code;
}

describe('a key that GnuPG made', () => {
  test.each(['ed25519', 'rsa2048', 'nistp256'])('signs with its passphrase: %s', async (signing) => {
    const fingerprint = await gnupgKey({ signing, passphrase: PASSPHRASE });
    const signer = await unlock(await gpg.exportPrivate(fingerprint, PASSPHRASE), PASSPHRASE);
    expect(signer.fingerprint).toBe(fingerprint);
    expect(signer.publicKey).toMatch(/^-----BEGIN PGP PUBLIC KEY BLOCK-----\n/);
    await expectGnupgVerifies(signer);
  });

  test('signs without a passphrase, if it has none; one that is given is not needed', async () => {
    const armoured = await gpg.exportPrivate(await gnupgKey({}));
    await expectGnupgVerifies(await unlock(armoured));
    await expectGnupgVerifies(await unlock(armoured, PASSPHRASE));
  });

  test('signs with a subkey while the primary key lies in a safe', async () => {
    const fingerprint = await gnupgKey({ usage: 'cert' });
    await gpg.addSubkey(fingerprint, 'ed25519', 'sign');
    const later = new Date(Date.now() + 2000);
    const signer = await unlock(await gpg.exportPrivateSubkeys(fingerprint), undefined, later);
    expect(signer.fingerprint).toBe(fingerprint);
    const { status } = await gpg.verifyDetached(await signer.signDetached(Buffer.from('{}'), later), Buffer.from('{}'));
    expect(status).toContainEqual(expect.stringMatching(new RegExp(`^VALIDSIG .* ${fingerprint}$`)));
  });

  async function expectGnupgVerifies(signer: Signer): Promise<void> {
    const signature = await signer.signDetached(Buffer.from('{}'), NOW);
    const { code, status } = await gpg.verifyDetached(signature, Buffer.from('{}'));
    expect(code).toBe(0);
    expect(status).toContainEqual(expect.stringMatching(new RegExp(`^VALIDSIG ${signer.fingerprint} `)));
  }
});

describe('a key that cannot sign fails when it is unlocked', () => {
  test('locked, and no passphrase or an empty one', async () => {
    const key = await gpg.exportPrivate(await gnupgKey({ passphrase: PASSPHRASE }), PASSPHRASE);
    expect(await faultOf(unlock(key), key)).toBe('signing-key-locked');
    expect(await faultOf(unlock(key, ''), key)).toBe('signing-key-locked');
  });

  test('another passphrase', async () => {
    const key = await gpg.exportPrivate(await gnupgKey({ passphrase: 'other' }), 'other');
    expect(await faultOf(unlock(key, PASSPHRASE), key)).toBe('signing-key-passphrase');
    expect(await faultOf(unlock(key, 'other\n'), key)).toBe('signing-key-passphrase');
  });

  test('not a private key', async () => {
    const { publicKey, privateKey } = await newRecipient('ecc');
    const half = privateKey.reveal().slice(0, 300);
    for (const text of ['', 'a key', publicKey, half]) {
      expect(await faultOf(unlock(text, PASSPHRASE), text)).toBe('signing-key-unreadable');
    }
  });

  test('it may certify and encrypt, not sign', async () => {
    const key = await gpg.exportPrivate(await gnupgKey({ usage: 'cert', encrypting: 'cv25519' }));
    expect(await faultOf(unlock(key), key)).toBe('signing-key-cannot-sign');
  });

  test('the part that signs is not in it', async () => {
    const key = await gpg.exportPrivateSubkeys(await gnupgKey({ encrypting: 'cv25519' }));
    expect(await faultOf(unlock(key), key)).toBe('signing-key-cannot-sign');
  });

  test('RSA of 1024 bits', async () => {
    const key = await gpg.exportPrivate(await gnupgKey({ signing: 'rsa1024' }));
    expect(await faultOf(unlock(key), key)).toBe('signing-key-cannot-sign');
  });

  test('expired at that moment; made after it, it signs as of its making', async () => {
    const key = await gpg.exportPrivate(await gnupgKey({ expires: '30d' }));
    const days = (count: number) => new Date(NOW.getTime() + count * DAY);
    expect((await unlock(key, undefined, days(29))).fingerprint).toHaveLength(40);
    expect(await faultOf(unlock(key, undefined, days(30)), key)).toBe('signing-key-expired');
    expect((await unlock(key, undefined, days(-1))).fingerprint).toHaveLength(40);
  });

  test('revoked', async () => {
    const fingerprint = await gnupgKey({});
    await gpg.revoke(fingerprint, 'compromised');
    const key = await gpg.exportPrivate(fingerprint);
    expect(await faultOf(unlock(key), key)).toBe('signing-key-revoked');
  });
});

describe('a detached signature', () => {
  test('holds for these bytes and the moment asked, for no others', async () => {
    const { signer, publicKey, fingerprint } = await newCustodian('ecc');
    await gpg.import(publicKey);
    const manifest = Buffer.from('{"release":1}\r\n\u00e9');
    const signature = await signer.signDetached(manifest, new Date(NOW.getTime() + DAY));
    expect(signature).toMatch(/^-----BEGIN PGP SIGNATURE-----\n[\w+/=\n]+\n-----END PGP SIGNATURE-----\n$/);

    const good = await gpg.verifyDetached(signature, manifest);
    expect(good.status).toContainEqual(
      expect.stringMatching(new RegExp(`^VALIDSIG ${fingerprint} \\S+ ${(NOW.getTime() + DAY) / 1000} `)),
    );
    const bad = await gpg.verifyDetached(signature, Buffer.from('{"release":2}\r\n\u00e9'));
    expect(bad.code).not.toBe(0);
    expect(bad.status).toContainEqual(expect.stringMatching(/^BADSIG /));
  });

  test('is not made after the key has expired, though it was unlocked before', async () => {
    const { privateKey } = await generateKeyPair({
      name: 'Custodian',
      email: 'custodian@example.org',
      type: 'ecc',
      expiresInDays: 1,
      at: NOW,
    });
    const signer = await unlock(privateKey.reveal());
    const late = signer.signDetached(Buffer.from('{}'), new Date(NOW.getTime() + 2 * DAY));
    expect(await faultOf(late, privateKey.reveal())).toBe('signing-key-expired');
  });
});

describe('an unlocked key', () => {
  test('shows nothing but its public half', async () => {
    const { signer, publicKey, fingerprint, privateKey } = await newCustodian('ecc');
    expect(JSON.parse(JSON.stringify(signer))).toEqual({ fingerprint, publicKey: signer.publicKey });
    const shown = inspect(signer, { showHidden: true, depth: 10 });
    expect(shown).not.toContain('rivateParams');
    expect(shown).toContain('PGP PUBLIC KEY BLOCK');
    expect(signer.publicKey).not.toContain('PRIVATE');
    expect(signer.publicKey.split('\n')[2]).toBe(publicKey.split('\n')[2]);
    expect(inspect(privateKey)).toBe('[redacted]');
  });

  test('of another implementation is not taken', async () => {
    const { signer } = await newCustodian('ecc');
    const { publicKey } = await newRecipient('ecc');
    const lookalike: Signer = { ...signer, signDetached: (data, at) => signer.signDetached(data, at) };
    await expect(encryptor.encrypt(Readable.from([]), publicKey, lookalike, NOW)).rejects.toThrow(
      'a signer of another encryptor',
    );
  });
});

test('a key pair with a passphrase is locked by it, in GnuPG too', async () => {
  const pair = await generateKeyPair({
    name: 'Custodian',
    email: 'custodian@example.org',
    type: 'rsa',
    passphrase: new Secret(PASSPHRASE),
    at: NOW,
  });
  expect(await faultOf(unlock(pair.privateKey.reveal()), pair.privateKey.reveal())).toBe('signing-key-locked');
  const signer = await unlock(pair.privateKey.reveal(), PASSPHRASE);
  await gpg.import(pair.privateKey.reveal());
  expect(signer.fingerprint).toBe(pair.fingerprint);
  await expect(gpg.exportPrivate(pair.fingerprint, PASSPHRASE)).resolves.toContain('PRIVATE KEY BLOCK');
  await expect(gpg.exportPrivate(pair.fingerprint, 'wrong')).rejects.toThrow('gpg');
  const { publicKey } = await newRecipient('ecc');
  expect(await bytesOf(await encryptor.encrypt(Readable.from([]), publicKey, signer, NOW))).not.toHaveLength(0);
});
