import { readFileSync } from 'node:fs';
import type { KeyPair } from '../../src/encrypt/generate-key-pair.ts';
import { openGnupg } from './gnupg.ts';
import { testKeys } from './make-workspace.ts';

/** A recipient with GnuPG, who knows the custodian's key and believes nothing that it did not sign. */
export interface Recipient extends AsyncDisposable {
  readonly fingerprint: string;
  readonly publicKey: string;
  /** What a delivered file says; throws unless it is for this recipient, whole, and signed by the custodian. */
  open(path: string): Promise<Buffer>;
  /** A file beside its detached signature, `<path>.asc`, which must be the custodian's. */
  verified(path: string): Promise<Buffer>;
}

/** `custodian` is whom the recipient believes; of `testKeys` if left out. */
export async function openRecipient(custodian?: Pick<KeyPair, 'fingerprint' | 'publicKey'>): Promise<Recipient> {
  const gnupg = await openGnupg();
  const believed = custodian ?? (await testKeys()).custodian;
  await gnupg.import(believed.publicKey);
  const at = new Date('2026-01-01T00:00:00Z');
  const fingerprint = await gnupg.generate({ name: 'Recipient', signing: 'ed25519', encrypting: 'cv25519', at });
  const check = (verdict: { readonly code: number; readonly status: readonly string[] }, what: string): void => {
    const good =
      verdict.code === 0 &&
      verdict.status.some((line) => line.startsWith('GOODSIG')) &&
      verdict.status.some((line) => line.startsWith(`VALIDSIG ${believed.fingerprint.toUpperCase()}`));
    if (!good) throw new Error(`gpg does not take ${what} for the custodian's: ${verdict.status.join('; ')}`);
  };
  return {
    fingerprint,
    publicKey: await gnupg.exportPublic(fingerprint),
    async open(path) {
      const { plaintext, ...verdict } = await gnupg.decrypt(readFileSync(path));
      check(verdict, path);
      if (!verdict.status.includes('DECRYPTION_OKAY')) throw new Error(`gpg could not decrypt ${path}`);
      return plaintext;
    },
    async verified(path) {
      const bytes = readFileSync(path);
      check(await gnupg.verifyDetached(readFileSync(`${path}.asc`, 'utf8'), bytes), path);
      return bytes;
    },
    [Symbol.asyncDispose]: () => gnupg[Symbol.asyncDispose](),
  };
}
