import { createMessage, type Key, readKeys, readSignature, verify } from 'openpgp';
import { fingerprintOf } from './inspect-key.ts';
import { usableMoment } from './usable-moment.ts';

/**
 * Whether this key made this detached signature over these bytes, and was good for that then and is now. One key and one signature: a
 * block of several could hold somebody else's. `expected` is the primary key's fingerprint, without spaces and case.
 */
export async function verifyDetached(
  data: Uint8Array,
  armouredSignature: string,
  armouredKey: string,
  expected: string,
  at: Date,
): Promise<boolean> {
  try {
    const keys: readonly Key[] = await readKeys({ armoredKeys: armouredKey });
    const [key] = keys;
    if (key === undefined || keys.length > 1 || key.isPrivate()) return false;
    if (fingerprintOf(key) !== expected.replaceAll(/\s/g, '').toUpperCase()) return false;
    const signature = await readSignature({ armoredSignature: armouredSignature });
    const [packet] = signature.packets;
    if (packet === undefined || signature.packets.length > 1) return false;
    // As of a day before it was signed (`--as-of`) a signature counts from its making on, as keys do.
    const date = new Date(Math.max(usableMoment([key], at).getTime(), packet.created?.getTime() ?? 0));
    const { signatures } = await verify({
      message: await createMessage({ binary: data }),
      signature,
      verificationKeys: key,
      expectSigned: true,
      format: 'binary',
      date,
    });
    const [made] = signatures;
    if (made === undefined || signatures.length > 1 || (await made.verified) !== true) return false;
    // The library asks whether the key was good when it signed; who has lost it since approves nothing.
    await key.verifyPrimaryKey(date);
    await key.getSigningKey(made.keyID, date);
    return true;
  } catch {
    return false;
  }
}
