import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { Secret } from '../kernel/secret.ts';

/*
 * Notes signed with Ed25519 (C2SP signed-note), and keys as Go's golang.org/x/mod/sumdb/note writes them, so that the
 * tools of transparency logs can check what we publish.
 */

const ED25519 = 0x01;
const SIGNATURE = 64;
/** What a DER key has before its 32 bytes (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Signs notes under a name. */
export interface NoteSigner {
  readonly name: string;
  readonly verifier: NoteVerifier;
  sign(text: string): string;
}

/** Knows a public key under a name. */
export interface NoteVerifier {
  readonly name: string;
  readonly id: string;
  /** `name+id+key`: what a custodian announces, and what outsiders hand to a verifier. */
  readonly text: string;
  readonly key: KeyObject;
}

/** A key from `PRIVATE+KEY+name+id+base64`; undefined where the text is none. */
export function parseSigner(text: Secret<string>): NoteSigner | undefined {
  const parts = /^PRIVATE\+KEY\+([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.reveal().trim());
  if (parts === null) return undefined;
  const [, name = '', id = '', base64 = ''] = parts;
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== 33 || bytes[0] !== ED25519) return undefined;
  const signer = signerOf(name, new Secret(bytes.subarray(1)));
  return signer.verifier.id === id ? signer : undefined;
}

/** A key of a name and 32 random bytes, in the spelling that `parseSigner` reads. */
export function formatSigner(name: string, seed: Secret<Uint8Array>): Secret<string> {
  const { id } = signerOf(name, seed).verifier;
  const key = Buffer.concat([Buffer.from([ED25519]), seed.reveal()]).toString('base64');
  return new Secret(`PRIVATE+KEY+${name}+${id}+${key}`);
}

/** Whether a key may have this name: something without blanks and plus signs, best a URL without its scheme. */
export function isKeyName(name: string): boolean {
  return /^[^+\s\p{C}]{1,200}$/u.test(name);
}

function signerOf(name: string, seed: Secret<Uint8Array>): NoteSigner {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed.reveal()]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const verifier = verifierOf(name, spki.subarray(SPKI.length));
  return {
    name,
    verifier,
    sign: (text) => {
      if (!text.endsWith('\n') || hasControl(text)) throw new Error('a note is lines of text');
      const signature = Buffer.concat([Buffer.from(verifier.id, 'hex'), sign(null, Buffer.from(text), key)]);
      return `${text}\n— ${name} ${signature.toString('base64')}\n`;
    },
  };
}

/** A verifier from `name+id+base64`; undefined where the text is none. */
export function parseVerifier(text: string): NoteVerifier | undefined {
  const parts = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim());
  if (parts === null) return undefined;
  const [, name = '', id = '', base64 = ''] = parts;
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== 33 || bytes[0] !== ED25519 || bytes.toString('base64') !== base64) return undefined;
  const verifier = verifierOf(name, bytes.subarray(1));
  return verifier.id === id ? verifier : undefined;
}

function verifierOf(name: string, key: Uint8Array): NoteVerifier {
  const typed = Buffer.concat([Buffer.from([ED25519]), key]);
  const id = createHash('sha256').update(`${name}\n`).update(typed).digest('hex').slice(0, 8);
  return {
    name,
    id,
    text: `${name}+${id}+${typed.toString('base64')}`,
    key: createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' }),
  };
}

/**
 * The text of a note that carries a signature of this key; undefined where it carries none, or one that fails.
 * Signatures of other keys, of witnesses say, are passed over.
 */
export function openNote(note: string, { name, id, key }: NoteVerifier): string | undefined {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || hasControl(note)) return undefined;
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > 100) return undefined;
  let signed = false;
  for (const line of lines) {
    const parts = /^— ([^+\s]+) ([A-Za-z0-9+/]+=*)$/u.exec(line);
    const bytes = Buffer.from(parts?.[2] ?? '', 'base64');
    if (parts === null || bytes.length < 5 || bytes.toString('base64') !== parts[2]) return undefined;
    if (parts[1] !== name || bytes.subarray(0, 4).toString('hex') !== id || signed) continue;
    if (bytes.length !== 4 + SIGNATURE || !verify(null, Buffer.from(text), key, bytes.subarray(4))) return undefined;
    signed = true;
  }
  return signed ? text : undefined;
}

function hasControl(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note may have none but line feeds
  return /[\u0000-\u0009\u000b-\u001f]/.test(text);
}
