import { Readable } from 'node:stream';
import type { Signer } from '../../src/encrypt/encryptor.ts';
import { generateKeyPair, type KeyPair } from '../../src/encrypt/generate-key-pair.ts';
import { openPgpEncryptor } from '../../src/encrypt/openpgp-encryptor.ts';

export const DAY = 86_400_000;
export const MIB = 1024 * 1024;

/** A moment that every key made here is already valid at; whole seconds, as OpenPGP has them. */
export const NOW = new Date(Math.floor(Date.now() / 1000) * 1000);

export interface Custodian extends KeyPair {
  readonly signer: Signer;
}

export async function newCustodian(type: 'ecc' | 'rsa'): Promise<Custodian> {
  const keys = await generateKeyPair({ name: 'Custodian', email: 'custodian@example.org', type, at: NOW });
  const signer = await openPgpEncryptor().unlock({ armoured: keys.privateKey, passphrase: undefined }, NOW);
  return { ...keys, signer };
}

export function newRecipient(type: 'ecc' | 'rsa'): Promise<KeyPair> {
  return generateKeyPair({ name: 'Recipient', email: 'recipient@example.org', type, at: NOW });
}

export interface CountedSource {
  readonly stream: Readable;
  /** Bytes that have been taken from it. */
  given(): number;
}

/** `total` bytes in pieces of `piece`, always ready, never two pieces alike. `atEnd` says what happens after the last. */
export function source(total: number, piece: number, atEnd: (stream: Readable) => void = end): CountedSource {
  let given = 0;
  const stream = new Readable({
    highWaterMark: piece,
    read() {
      if (given >= total) {
        atEnd(this);
        return;
      }
      const bytes = Buffer.alloc(Math.min(piece, total - given), given % 251);
      bytes.writeUInt8((given / piece) % 256, 0);
      given += bytes.length;
      this.push(bytes);
    },
  });
  return { stream, given: () => given };
}

function end(stream: Readable): void {
  stream.push(null);
}

export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
