import { createHmac, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindKey } from '../../src/engine/bind-key.ts';
import { connect } from '../../src/engine/connect.ts';
import { rows } from '../../src/engine/sql.ts';
import { agreementKey, pseudonym } from '../../src/kernel/pseudonym.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { call, text } from '../../src/relation/expression.ts';
import { printExpression } from '../../src/relation/print-sql.ts';

const MASTER = new Secret(
  new Uint8Array(Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex')),
);
const STEM = 'DARS-NIC-147750-8GS7S';

/** Computed with Python's hmac and an HKDF written out by hand, from the definition in the design (section 4, step 7). */
test.each([
  ['PERSON', '9434765919', 'BA23000E1CDB6B8A3A34C1EB6EE570E0'],
  ['LOPATID', 'L-0001', '3B5C53FB0428D8EE98BEDD4CBDFDFFA7'],
  ['LOPATID', 'Zoë 1', 'BDAA5B53476400D2C2F32DF40764FC7E'],
])('the token of %s %s is what the definition says', (type, value, token) => {
  expect(pseudonym(agreementKey(MASTER, STEM), type, value)).toBe(token);
});

test('the engine’s tokens are the same, for any text', async () => {
  const { instance, connection } = await connect({ memory: '200MB', threads: 1 });
  const key = agreementKey(MASTER, STEM);
  await bindKey(connection, key);
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary' }).filter((value) => !value.includes('\u0000')),
      async (value) => {
        const [row] = await rows(
          connection,
          `SELECT ${printExpression(call('token', text('LOPATID'), text(value)))} AS token`,
        );
        expect(row?.['token']).toBe(pseudonym(key, 'LOPATID', value));
      },
    ),
    { numRuns: 50 },
  );
  const [row] = await rows(
    connection,
    `SELECT ${printExpression(call('token', text('PERSON'), { kind: 'literal', value: null, type: 'null' }))} AS token`,
  );
  expect(row?.['token']).toBeNull();
  connection.closeSync();
  instance.closeSync();
});

test('another agreement, another type or another value gives another token; a later version the same', () => {
  const key = agreementKey(MASTER, STEM);
  const tokens = [
    pseudonym(key, 'PERSON', '9434765919'),
    pseudonym(agreementKey(MASTER, 'DARS-NIC-147751-8GS7S'), 'PERSON', '9434765919'),
    pseudonym(key, 'NHS_NUMBER', '9434765919'),
    pseudonym(key, 'PERSON', '9434765927'),
  ];
  expect(new Set(tokens).size).toBe(4);
});

interface Vectors {
  readonly hmac: readonly { readonly key: string; readonly msg: string; readonly tag: string }[];
  readonly hkdf: readonly {
    readonly ikm: string;
    readonly salt: string;
    readonly info: string;
    readonly size: number;
    readonly okm: string;
  }[];
}

describe('the primitives hold the public vectors', () => {
  const vectors = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors/wycheproof.json'), 'utf8')) as Vectors;
  const bytes = (hex: string) => Buffer.from(hex, 'hex');

  test('HMAC-SHA-256', () => {
    for (const { key, msg, tag } of vectors.hmac)
      expect(createHmac('sha256', bytes(key)).update(bytes(msg)).digest('hex').startsWith(tag)).toBe(true);
  });

  test('HMAC-SHA-256 as the engine composes it of SHA-256', async () => {
    const { instance, connection } = await connect({ memory: '200MB', threads: 1 });
    for (const { key, msg, tag } of vectors.hmac.filter(({ key: hex }) => hex.length === 64)) {
      await bindKey(connection, new Secret(new Uint8Array(bytes(key))));
      const [row] = await rows(
        connection,
        `SELECT sha256(getvariable('hmac_outer') || unhex(sha256(getvariable('hmac_inner') || unhex('${msg}')))) AS mac`,
      );
      expect(String(row?.['mac']).startsWith(tag)).toBe(true);
    }
    connection.closeSync();
    instance.closeSync();
  });

  test('HKDF-SHA-256', () => {
    for (const { ikm, salt, info, size, okm } of vectors.hkdf) {
      expect(Buffer.from(hkdfSync('sha256', bytes(ikm), bytes(salt), bytes(info), size)).toString('hex')).toBe(okm);
    }
  });
});
