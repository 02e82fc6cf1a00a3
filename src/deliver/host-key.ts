import { createHash } from 'node:crypto';

/** The fingerprint of a server's public key as OpenSSH prints it: `SHA256:` and base64 without padding. */
export function hostKeyFingerprint(publicKey: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`;
}

export function isHostKeyFingerprint(text: string): boolean {
  return /^SHA256:[A-Za-z0-9+/]{43}$/.test(text);
}
