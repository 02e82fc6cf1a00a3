import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { createMessage, encrypt, type Key, readKey } from 'openpgp';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { chunkedWebStream } from './byte-chunks.ts';
import type { Encryptor, Signer } from './encryptor.ts';
import { faithfulReadable } from './faithful-readable.ts';
import { inspectKey } from './inspect-key.ts';
import { MESSAGE_CONFIG, SESSION_ALGORITHM, SESSION_KEY_BYTES } from './openpgp-config.ts';
import { OpenPgpSigner, unlockSigningKey } from './openpgp-signer.ts';
import { usableMoment } from './usable-moment.ts';
import { verifyDetached } from './verify-detached.ts';

/** OpenPGP as RFC 4880 has it, in this process: SEIPDv1, AES-256, signed inside, no compression, no file name. */
export function openPgpEncryptor(): Encryptor {
  return {
    inspect: inspectKey,
    unlock: unlockSigningKey,
    verifyDetached,
    async encrypt(plaintext, recipientKey, signer, at) {
      if (plaintext.readableDidRead) throw new Error('a stream to be encrypted must not have been read from');
      const make = () => encryptedWebStream(plaintext, recipientKey, signer, at);
      return faithfulReadable(plaintext, make, encryptionFailed);
    },
  };
}

async function encryptedWebStream(
  plaintext: Readable,
  recipientKey: string,
  signer: Signer,
  at: Date,
): Promise<ReadableStream<Uint8Array>> {
  const signingKeys = OpenPgpSigner.keyOf(signer);
  const encryptionKeys = await publicKey(recipientKey);
  const moment = usableMoment([signingKeys, encryptionKeys], at);
  const sessionKey = new Uint8Array(randomBytes(SESSION_KEY_BYTES));
  try {
    return await encrypt({
      message: await createMessage({ binary: chunkedWebStream(plaintext), filename: '', date: moment }),
      encryptionKeys,
      signingKeys,
      // The library writes SEIPDv2 to any key whose owner claims to read it, and falls to AES-128 for one that does not
      // list AES-256, whatever the configuration says. A session key of our own leaves it no choice in either.
      sessionKey: { data: sessionKey, algorithm: SESSION_ALGORITHM },
      format: 'binary',
      date: moment,
      config: MESSAGE_CONFIG,
    });
  } catch {
    throw encryptionFailed();
  } finally {
    sessionKey.fill(0);
  }
}

async function publicKey(armoured: string): Promise<Key> {
  try {
    const key = await readKey({ armoredKey: armoured });
    if (!key.isPrivate()) return key;
  } catch {
    // said below
  }
  throw new Fault(
    ExitCode.encryption,
    'recipient-key-unreadable',
    "The recipient's key is not an OpenPGP public key in ASCII armour.",
    { hint: 'ask the recipient for the output of `gpg --armor --export`; a private key must never be here' },
  );
}

function encryptionFailed(): Fault {
  return new Fault(ExitCode.encryption, 'encryption-failed', 'The output could not be encrypted and signed.', {
    hint: 'run `dars check`: it lists what is wrong with the key of the recipient and of the custodian today',
  });
}
