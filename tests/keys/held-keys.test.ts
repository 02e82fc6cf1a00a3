import { expect, test } from 'vitest';
import { agreementKey } from '../../src/kernel/pseudonym.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { heldKeys } from '../../src/keys/held-keys.ts';

const STEM = 'DARS-NIC-147750-8GS7S';
const key = (byte: number) => new Secret(new Uint8Array(32).fill(byte));
const provider = heldKeys([
  { version: 2, master: async () => key(2) },
  { version: 1, master: async () => key(1) },
]);

test('the newest version is for agreements that have released nothing, an earlier one for those that have', async () => {
  const [fresh, old] = [await provider.agreementKey(STEM, undefined), await provider.agreementKey(STEM, 1)];
  expect([fresh.version, old.version]).toEqual([2, 1]);
  expect(fresh.key.reveal()).toEqual(agreementKey(key(2), STEM).reveal());
  expect(old.key.reveal()).toEqual(agreementKey(key(1), STEM).reveal());
});

test('a version that is not held is a fault that says what to do, and no other key takes its place', async () => {
  await expect(provider.agreementKey(STEM, 3)).rejects.toMatchObject({ exit: 10, code: 'key-version' });
});
