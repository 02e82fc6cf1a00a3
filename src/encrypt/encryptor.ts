import type { Readable } from 'node:stream';
import type { Secret } from '../kernel/secret.ts';

/**
 * Why a recipient's key may not be used. `absent`: nothing there, or not an OpenPGP key. `cannot-encrypt`: no part of a
 * key that is otherwise good can encrypt at that moment: it only signs, its subkey has expired, it is too weak or of a
 * kind not known here, or it was made later. `private`: a private key, which must not be here at all.
 */
export type KeyDefect = 'absent' | 'fingerprint' | 'expired' | 'revoked' | 'cannot-encrypt' | 'private';

/** What the gate needs to know of a recipient's key; no defects means usable at that moment. */
export interface KeyInspection {
  /** Upper-case hex of the primary key, where the key could be read. */
  readonly fingerprint: string | undefined;
  readonly defects: readonly KeyDefect[];
}

/** The custodian's private key as it lies: ASCII armour, and its passphrase if it has one. */
export interface SigningKey {
  readonly armoured: Secret<string>;
  readonly passphrase: Secret<string> | undefined;
}

/** Encrypts to one recipient and signs for the custodian. OpenPGP is the only implementation. */
export interface Encryptor {
  /** Never throws for a bad key: every defect is listed. `expected` compares without spaces and case. */
  inspect(armouredKey: string | undefined, expected: string, at: Date): Promise<KeyInspection>;

  /** Whether the key of that fingerprint made this detached signature over the bytes; whatever is unclear is no. */
  verifyDetached(
    data: Uint8Array,
    armouredSignature: string,
    armouredKey: string,
    expected: string,
    at: Date,
  ): Promise<boolean>;

  /** Fails (Fault, exit 14) now rather than after hours of work if the key can't be unlocked or can't sign at `at`. */
  unlock(key: SigningKey, at: Date): Promise<Signer>;

  /**
   * A binary OpenPGP message (signed, then encrypted) of the stream, produced as it is read, with back-pressure.
   * If `plaintext` fails, the result fails with the same error and never ends: a reader that sees the end has all.
   * Takes `plaintext` over, of which nothing may have been read: whoever destroys the result destroys it, and so does a
   * failure to begin.
   */
  encrypt(plaintext: Readable, recipientKey: string, signer: Signer, at: Date): Promise<Readable>;
}

/** An unlocked signing key; holds the secret, prints as redacted. */
export interface Signer {
  readonly fingerprint: string;
  /** The armoured public key, which recipients verify with. */
  readonly publicKey: string;
  /** An ASCII-armoured detached signature over the bytes, as in `MANIFEST.json.asc`. */
  signDetached(data: Uint8Array, at: Date): Promise<string>;
}
