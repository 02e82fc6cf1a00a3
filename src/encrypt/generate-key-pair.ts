import { generateKey, readKey } from 'openpgp';
import { Secret } from '../kernel/secret.ts';
import { fingerprintOf } from './inspect-key.ts';
import { MESSAGE_CONFIG } from './openpgp-config.ts';

/** `ecc` is Ed25519 with Curve25519 in the form that GnuPG 2.2 reads; `rsa` has 3072 bits. Each has one subkey, to encrypt. */
export interface KeyPairOptions {
  readonly name: string;
  readonly email: string;
  readonly type: 'ecc' | 'rsa';
  readonly passphrase?: Secret<string>;
  /** Never, if left out. */
  readonly expiresInDays?: number;
  /** When the key says it was made; nothing can be signed with it, or encrypted to it, as of an earlier moment. */
  readonly at: Date;
}

export interface KeyPair {
  readonly fingerprint: string;
  /** ASCII armour, as the other. */
  readonly publicKey: string;
  readonly privateKey: Secret<string>;
}

/** A new key pair, for the demo and for tests: a custodian's own key should come from their GnuPG or their HSM. */
export async function generateKeyPair(options: KeyPairOptions): Promise<KeyPair> {
  const { publicKey, privateKey } = await generateKey({
    userIDs: { name: options.name, email: options.email },
    type: options.type,
    ...(options.type === 'rsa' ? { rsaBits: 3072 } : { curve: 'curve25519Legacy' as const }),
    ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase.reveal() }),
    keyExpirationTime: (options.expiresInDays ?? 0) * 86_400,
    date: options.at,
    format: 'armored',
    config: MESSAGE_CONFIG,
  });
  const fingerprint = fingerprintOf(await readKey({ armoredKey: publicKey }));
  return { fingerprint, publicKey, privateKey: new Secret(privateKey) };
}
