import { createHmac, hkdfSync } from 'node:crypto';
import { Secret } from './secret.ts';

const INFO = 'dars/pseudonym/v1';

/** Separates the type from the value in what is authenticated, so that no two pairs give the same message. */
export const TYPE_SEPARATOR = '\u001f';

/** The key of one agreement: HKDF-SHA-256 (RFC 5869) of the master key, salted with the agreement's stem. 32 bytes. */
export function agreementKey(master: Secret<Uint8Array>, stem: string): Secret<Uint8Array> {
  return new Secret(new Uint8Array(hkdfSync('sha256', master.reveal(), stem, INFO, 32)));
}

/** 32 upper-case hex digits: the first 16 bytes of HMAC-SHA-256 (RFC 2104) over type, 0x1F, value. */
export function pseudonym(key: Secret<Uint8Array>, type: string, value: string): string {
  const mac = createHmac('sha256', key.reveal()).update(`${type}${TYPE_SEPARATOR}${value}`, 'utf8').digest();
  return mac.subarray(0, 16).toString('hex').toUpperCase();
}

/**
 * Says whether two keys are the same without saying anything of them: 16 hex digits of an HMAC under the key of a label
 * that is no token's.
 */
export function keyCheck(key: Secret<Uint8Array>): string {
  return createHmac('sha256', key.reveal()).update('dars/key-check/v1').digest().subarray(0, 8).toString('hex');
}
