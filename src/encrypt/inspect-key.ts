import { randomBytes } from 'node:crypto';
import { encryptSessionKey, type Key, readKeys } from 'openpgp';
import type { KeyDefect, KeyInspection } from './encryptor.ts';
import { MESSAGE_CONFIG, SESSION_ALGORITHM, SESSION_KEY_BYTES } from './openpgp-config.ts';
import { usableMoment } from './usable-moment.ts';

const PRIVATE_ARMOUR = '-----BEGIN PGP PRIVATE KEY BLOCK-----';

/** Every reason not to encrypt to this key at that moment, as `Encryptor.inspect` promises. */
export async function inspectKey(armoured: string | undefined, expected: string, at: Date): Promise<KeyInspection> {
  const keys = await readKeyBlock(armoured);
  // The text counts too: a private key behind a public one, in a second block, is never parsed.
  const holdsPrivate = keys.some((key) => key.isPrivate()) || (armoured?.includes(PRIVATE_ARMOUR) ?? false);
  const [key] = keys;
  if (key === undefined) return { fingerprint: undefined, defects: [holdsPrivate ? 'private' : 'absent'] };

  const fingerprint = fingerprintOf(key);
  const defects: KeyDefect[] = [];
  if (holdsPrivate) defects.push('private');
  if (fingerprint !== expected.replaceAll(/\s/g, '').toUpperCase()) defects.push('fingerprint');
  defects.push(...(await defectsInTime(key, usableMoment([key], at))));
  return { fingerprint, defects };
}

/** The primary key's fingerprint as ledger, manifest and agreement write it: upper-case hex. */
export function fingerprintOf(key: Key): string {
  return key.getFingerprint().toUpperCase();
}

/**
 * What a failure of the library says about validity. It tells expiry and revocation apart in its message only; the
 * version is pinned, and the tests hold it to this. The message itself goes nowhere.
 */
export function validityFrom(error: unknown): 'expired' | 'revoked' | undefined {
  const message = error instanceof Error ? error.message : '';
  if (/\brevoked\b/.test(message)) return 'revoked';
  return /\bexpired\b/.test(message) ? 'expired' : undefined;
}

async function readKeyBlock(armoured: string | undefined): Promise<readonly Key[]> {
  if (armoured === undefined) return [];
  try {
    return await readKeys({ armoredKeys: armoured });
  } catch {
    return [];
  }
}

/** A primary key that is revoked or expired explains everything below it; else what counts is that encrypting works. */
async function defectsInTime(key: Key, at: Date): Promise<readonly KeyDefect[]> {
  try {
    await key.verifyPrimaryKey(at);
  } catch (error) {
    const validity = validityFrom(error);
    const defects: KeyDefect[] = validity === 'revoked' ? ['revoked'] : [];
    if (validity === 'expired' || (await expiryPassed(key, at))) defects.push('expired');
    return defects.length > 0 ? defects : ['cannot-encrypt'];
  }
  return (await canEncrypt(key, at)) ? [] : ['cannot-encrypt'];
}

/** The library stops at a revocation, so a key that is both is asked for its expiry separately. */
async function expiryPassed(key: Key, at: Date): Promise<boolean> {
  const expiry = await key.getExpirationTime();
  return expiry instanceof Date && expiry <= at;
}

/** Tries it, rather than asking: a curve that this machine's OpenSSL lacks shows only when it is used. */
async function canEncrypt(key: Key, at: Date): Promise<boolean> {
  try {
    await encryptSessionKey({
      data: new Uint8Array(randomBytes(SESSION_KEY_BYTES)),
      algorithm: SESSION_ALGORITHM,
      encryptionKeys: key,
      date: at,
      format: 'binary',
      config: MESSAGE_CONFIG,
    });
    return true;
  } catch {
    return false;
  }
}
