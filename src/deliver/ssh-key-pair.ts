import ssh2 from 'ssh2';

/** OpenSSH texts: the private key as PEM without a passphrase, the public key as one line. */
export interface SshKeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/**
 * A fresh ed25519 key pair. ssh2 1.17 cuts leading zero bytes off the public key, so that about one pair in 256 comes
 * out malformed; such a pair is thrown away.
 */
export function generateSshKeyPair(): SshKeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error))
      return { privateKey: pair.private, publicKey: pair.public };
  }
}
