import type { Readable } from 'node:stream';
import { decryptKey, decrypt as decryptMessage, readKey, readMessage, readPrivateKey } from 'openpgp';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { Secret } from '../kernel/secret.ts';

export interface DecryptOptions {
  /** The recipient's key, and its passphrase if it has one; ASCII armour. */
  readonly privateKey: Secret<string>;
  readonly passphrase?: Secret<string>;
  /** The custodian's public key; a message that it did not sign is refused. */
  readonly signedBy: string;
  readonly at: Date;
  /** Of ciphertext; a longer message is refused before it fills the memory. */
  readonly maxBytes: number;
}

/**
 * What a recipient does with a release, for the demo: decrypts it and verifies the custodian's signature.
 * Holds the whole message in memory, so that nothing is given out before it is known to be whole and signed.
 */
export async function decrypt(ciphertext: Readable, options: DecryptOptions): Promise<Uint8Array> {
  const binaryMessage = await collect(ciphertext, options.maxBytes);
  try {
    const locked = await readPrivateKey({ armoredKey: options.privateKey.reveal() });
    const passphrase = options.passphrase?.reveal();
    const decryptionKeys = passphrase === undefined ? locked : await decryptKey({ privateKey: locked, passphrase });
    const { data } = await decryptMessage({
      message: await readMessage({ binaryMessage }),
      decryptionKeys,
      verificationKeys: await readKey({ armoredKey: options.signedBy }),
      expectSigned: true,
      format: 'binary',
      date: options.at,
    });
    if (data instanceof Uint8Array) return data;
  } catch {
    // said below; the library's message may hold what it was given
  }
  throw new Fault(
    ExitCode.encryption,
    'message-not-decrypted',
    'The message could not be decrypted, or is not signed by the custodian.',
    { hint: 'the file may be incomplete, or meant for another recipient: compare its SHA-256 with the manifest' },
  );
}

async function collect(stream: Readable, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of stream) {
    bytes += part.length;
    if (bytes > maxBytes) {
      throw new Fault(ExitCode.encryption, 'message-too-large', `The message is larger than ${maxBytes} bytes.`, {
        hint: 'decrypt it with gpg, which needs no memory for it',
      });
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
