import { enums, type PartialConfig } from 'openpgp';

/**
 * What recipients can read: GnuPG 2.2 and 2.4 know neither SEIPDv2 nor version 6 keys, so neither is ever written.
 * Nothing is compressed: a product has its own compression, and zlib inside the encryption would take most of the
 * speed. SHA-256 costs a third of the library's SHA-512 on a processor with SHA extensions; a legacy Ed25519 key signs
 * with SHA-512 whatever is said here.
 */
export const MESSAGE_CONFIG: PartialConfig = {
  preferredSymmetricAlgorithm: enums.symmetric.aes256,
  preferredCompressionAlgorithm: enums.compression.uncompressed,
  preferredHashAlgorithm: enums.hash.sha256,
  aeadProtect: false,
  v6Keys: false,
};

/** The session key's algorithm. Naming it, with a key of ours, is what keeps a message SEIPDv1: see `encrypt`. */
export const SESSION_ALGORITHM = 'aes256';
export const SESSION_KEY_BYTES = 32;
