import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import { formatCheckpoint, parseCheckpoint } from '../../src/ledger/checkpoint.ts';
import { formatSigner, isKeyName, openNote, parseSigner, parseVerifier } from '../../src/ledger/signed-note.ts';

/* Keys, text and signature of the reference implementation's own tests (golang.org/x/mod/sumdb/note). */
const VERIFIER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const SIGNER = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const SIGNATURE =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const NOTE = `${TEXT}\n${SIGNATURE}`;

function verifier(text = VERIFIER) {
  const found = parseVerifier(text);
  if (found === undefined) throw new Error(`${text} is no key`);
  return found;
}

describe('as the reference implementation has it', () => {
  test('the key signs the very note', () => {
    const signer = parseSigner(new Secret(SIGNER));
    expect(signer?.sign(TEXT)).toBe(NOTE);
    expect(signer?.verifier.text).toBe(VERIFIER);
  });

  test('the note opens with the public key', () => {
    expect(openNote(NOTE, verifier())).toBe(TEXT);
  });

  test('a key changed in any character is no key, or another', () => {
    for (let at = 0; at < VERIFIER.length; at += 1) {
      const changed = VERIFIER.slice(0, at) + String.fromCharCode(VERIFIER.charCodeAt(at) + 1) + VERIFIER.slice(at + 1);
      expect([changed, parseVerifier(changed)]).toEqual([changed, undefined]);
    }
    for (let end = 0; end < VERIFIER.length; end += 1) expect(parseVerifier(VERIFIER.slice(0, end))).toBeUndefined();
  });

  test.each([
    ['of a wrong length', 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=='],
    ['of an unknown algorithm', 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
  ])('a key %s is none', (_, text) => {
    expect(parseVerifier(text)).toBeUndefined();
  });
});

describe('a note is refused', () => {
  const other = formatSigner('EnochRoot', new Secret(Buffer.alloc(32, 5)));
  const enoch =
    parseSigner(other)
      ?.sign(TEXT)
      .slice(TEXT.length + 1) ?? '';

  test.each([
    ['with a changed text', NOTE.replace('cryptography', 'cryptographY')],
    ['with a changed signature', NOTE.replace('x08go/ZJ', 'x08go/ZK')],
    ['without signatures', `${TEXT}\n`],
    ['without a blank line', `${TEXT}${SIGNATURE}`],
    ['without a line feed at the end', NOTE.slice(0, -1)],
    ['with a control character', NOTE.replace('you think', 'you\tthink')],
    ['with a carriage return', NOTE.replaceAll('\n', '\r\n')],
    ['with a hyphen for the dash', NOTE.replace('— ', '- ')],
    ['with a signature of another key under this name', `${TEXT}\n${enoch.replace('EnochRoot', 'PeterNeumann')}`],
    ['with a signature that is not base64', `${TEXT}\n— PeterNeumann x08go!!!\n`],
    ['signed by another alone', `${TEXT}\n${enoch}`],
  ])('%s', (_, note) => {
    expect(openNote(note, verifier())).toBeUndefined();
  });

  test('signatures of others beside the right one are passed over', () => {
    expect(openNote(`${TEXT}\n${enoch}${SIGNATURE}`, verifier())).toBe(TEXT);
    expect(openNote(`${TEXT}\n${SIGNATURE}${enoch}`, verifier())).toBe(TEXT);
  });

  test('the text ends at the last blank line', () => {
    const signer = parseSigner(new Secret(SIGNER));
    const text = 'one\n\ntwo\n';
    expect(openNote(signer?.sign(text) ?? '', verifier())).toBe(text);
  });
});

describe('keys', () => {
  test('what is made is read back, and prints as redacted', () => {
    const key = formatSigner('register.example.org/dars', new Secret(Buffer.alloc(32, 9)));
    expect(String(key)).toBe('[redacted]');
    expect(parseSigner(key)?.name).toBe('register.example.org/dars');
  });

  test('a key whose id does not fit its name is refused', () => {
    expect(parseSigner(new Secret(SIGNER.replace('PeterNeumann', 'PeterNewmann')))).toBeUndefined();
  });

  test('names have no blanks and no plus', () => {
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\nb']) expect(isKeyName(name)).toBe(false);
    expect(isKeyName('register.example.org/dars')).toBe(true);
  });

  test('only lines of text can be signed', () => {
    const signer = parseSigner(new Secret(SIGNER));
    expect(() => signer?.sign('no line feed')).toThrow();
    expect(() => signer?.sign('a\rb\n')).toThrow();
  });
});

describe('checkpoints (C2SP tlog-checkpoint)', () => {
  const EXAMPLE = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';

  test('the example of the specification is read, and written again', () => {
    const checkpoint = parseCheckpoint(EXAMPLE);
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(formatCheckpoint(checkpoint ?? { origin: '', size: 0, root: Buffer.alloc(32) })).toBe(EXAMPLE);
  });

  test('extension lines are passed over', () => {
    expect(parseCheckpoint(`${EXAMPLE}more\n`)).toMatchObject({ size: 20_852_163 });
  });

  test.each([
    ['a size with a leading zero', EXAMPLE.replace('20852163', '020852163')],
    ['a negative size', EXAMPLE.replace('20852163', '-1')],
    ['a short root', EXAMPLE.replace('CsUYap', '')],
    ['no origin', EXAMPLE.replace('example.com/behind-the-sofa', '')],
    ['an empty extension line', `${EXAMPLE}\n`],
    ['two lines', EXAMPLE.split('\n').slice(0, 2).join('\n')],
  ])('%s is no checkpoint', (_, text) => {
    expect(parseCheckpoint(text)).toBeUndefined();
  });
});
