import { createMessage, decryptKey, type PrivateKey, readPrivateKey, sign } from 'openpgp';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { Secret } from '../kernel/secret.ts';
import type { Signer, SigningKey } from './encryptor.ts';
import { fingerprintOf, validityFrom } from './inspect-key.ts';
import { MESSAGE_CONFIG } from './openpgp-config.ts';
import { usableMoment } from './usable-moment.ts';

/** The custodian's unlocked key. A class, so that the key is in no property that a log or an inspector could print. */
export class OpenPgpSigner implements Signer {
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly #key: Secret<PrivateKey>;

  constructor(key: PrivateKey) {
    this.#key = new Secret(key);
    this.fingerprint = fingerprintOf(key);
    this.publicKey = key.toPublic().armor();
  }

  /** The key of a signer that `unlock` of this module made; another implementation's signer is a bug. */
  static keyOf(signer: Signer): PrivateKey {
    if (!(#key in signer)) throw new Error('a signer of another encryptor');
    return (signer as OpenPgpSigner).#key.reveal();
  }

  async signDetached(data: Uint8Array, at: Date): Promise<string> {
    return this.#sign(data, usableMoment([this.#key.reveal()], at));
  }

  /** Signs once for nothing: this fails now for every reason for which it would fail after hours of work. */
  async rehearse(at: Date): Promise<void> {
    await this.#sign(new Uint8Array(), usableMoment([this.#key.reveal()], at));
  }

  async #sign(data: Uint8Array, at: Date): Promise<string> {
    const key = this.#key.reveal();
    try {
      const message = await createMessage({ binary: data, date: at });
      return await sign({
        message,
        signingKeys: key,
        detached: true,
        format: 'armored',
        date: at,
        config: MESSAGE_CONFIG,
      });
    } catch (error) {
      throw cannotSign(validityFrom(error), at);
    }
  }
}

/** As `Encryptor.unlock`. No message of the library is passed on: it has seen the key and the passphrase. */
export async function unlockSigningKey(signingKey: SigningKey, at: Date): Promise<OpenPgpSigner> {
  const signer = new OpenPgpSigner(await unlocked(await parsed(signingKey.armoured), signingKey.passphrase));
  await signer.rehearse(at);
  return signer;
}

/** The private key of ASCII armour, still locked if it has a passphrase. */
async function parsed(armoured: Secret<string>): Promise<PrivateKey> {
  try {
    return await readPrivateKey({ armoredKey: armoured.reveal() });
  } catch {
    throw new Fault(
      ExitCode.encryption,
      'signing-key-unreadable',
      "The custodian's signing key is not an OpenPGP private key in ASCII armour.",
      { hint: 'keys.signing.file names what `gpg --armor --export-secret-keys` wrote, not the public key' },
    );
  }
}

async function unlocked(key: PrivateKey, passphrase: Secret<string> | undefined): Promise<PrivateKey> {
  if (key.isDecrypted()) return key;
  if (passphrase === undefined || passphrase.reveal() === '') {
    throw new Fault(
      ExitCode.encryption,
      'signing-key-locked',
      "The custodian's signing key is locked, and no passphrase was given.",
      {
        hint: 'set keys.signing.passphrase to where the passphrase is, as { env: NAME }, and check that it is not empty',
      },
    );
  }
  try {
    return await decryptKey({ privateKey: key, passphrase: passphrase.reveal() });
  } catch {
    throw new Fault(
      ExitCode.encryption,
      'signing-key-passphrase',
      "The passphrase does not unlock the custodian's signing key.",
      { hint: 'check what keys.signing.passphrase names; a line end at its end counts as part of it' },
    );
  }
}

function cannotSign(validity: 'expired' | 'revoked' | undefined, at: Date): Fault {
  const day = at.toISOString().slice(0, 10);
  switch (validity) {
    case 'expired':
      return new Fault(
        ExitCode.encryption,
        'signing-key-expired',
        `The custodian's signing key has expired by ${day}.`,
        {
          hint: 'extend the key or make a new one, and send its public key to the recipients before the release',
        },
      );
    case 'revoked':
      return new Fault(ExitCode.encryption, 'signing-key-revoked', "The custodian's signing key is revoked.", {
        hint: 'make a new key, and send its public key to the recipients before the release',
      });
    case undefined:
      return new Fault(
        ExitCode.encryption,
        'signing-key-cannot-sign',
        `The custodian's signing key has no part that can sign on ${day}.`,
        { hint: 'it needs a private key or subkey that may sign, not weaker than RSA 2048, and made before that day' },
      );
  }
}
