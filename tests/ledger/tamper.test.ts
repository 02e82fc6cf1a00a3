import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openFileLedger } from '../../src/ledger/file-ledger.ts';
import type { Ledger, LedgerVerification } from '../../src/ledger/ledger.ts';
import { all, emptyDirectory, faultOf, noon, note } from './support.ts';

const LINES = 6;

let file: string;
let sound: Buffer;
let lines: readonly Buffer[]; // with their line feeds
let ledger: Ledger;

beforeAll(async () => {
  const directory = await emptyDirectory();
  file = join(directory, 'ledger.jsonl');
  ledger = openFileLedger({ directory, clock: noon });
  for (let index = 1; index <= LINES - 2; index += 1) {
    await ledger.append(() => note(`“${index}” – naïve 🩺 ${'x'.repeat(index)}`));
  }
  await ledger.append(() => ({
    kind: 'numbers',
    list: [1, 2.5, null, true],
    nested: [{ a: 'b', c: 'd' }],
  }));
  await ledger.append(() => ({ kind: 'numbered', 10: 1, 9: 2 }));
  sound = await readFile(file);
  lines =
    sound
      .toString()
      .match(/.*\n/g)
      ?.map((line) => Buffer.from(line)) ?? [];
  expect(lines.length).toBe(LINES);
});

async function verify(bytes: Uint8Array): Promise<LedgerVerification> {
  await writeFile(file, bytes);
  return ledger.verify();
}

/** The line, 1-based, that a byte of the sound ledger lies on; its line feed belongs to it. */
function lineOf(position: number): number {
  return sound.subarray(0, position).toString('latin1').split('\n').length;
}

test('the untouched ledger is sound', async () => {
  expect(await verify(sound)).toMatchObject({ head: { size: LINES }, broken: undefined });
});

test('a bit flipped anywhere is found on its line', async () => {
  for (let position = 0; position < sound.length; position += 1) {
    const bytes = Buffer.from(sound);
    bytes[position] = (bytes[position] ?? 0) ^ (1 << (position % 8));
    const { broken, head } = await verify(bytes);
    expect([position, broken?.line, head.size]).toEqual([position, lineOf(position), lineOf(position) - 1]);
  }
});

test('a byte replaced by any other is found on its line, by readers too', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), async (position, change) => {
      const bytes = Buffer.from(sound);
      bytes[position] = (bytes[position] ?? 0) ^ change;
      expect((await verify(bytes)).broken?.line).toBe(lineOf(position));
      expect(await faultOf(all(ledger))).toMatchObject({ exit: 16, problems: [{ line: lineOf(position) }] });
    }),
    { numRuns: 400 },
  );
});

test('bytes put in or taken out are found on their line', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(sound.length - 1),
      fc.nat(3),
      fc.uint8Array({ maxLength: 3 }),
      async (position, out, into) => {
        const bytes = Buffer.concat([sound.subarray(0, position), into, sound.subarray(position + out)]);
        fc.pre(!bytes.equals(sound) && !bytes.subarray(0, sound.length).equals(sound));
        const first = bytes.findIndex((byte, index) => byte !== sound[index]);
        expect((await verify(bytes)).broken?.line).toBe(lineOf(first === -1 ? bytes.length : first));
      },
    ),
    { numRuns: 400 },
  );
});

describe('whole lines', () => {
  const changes: readonly [string, (k: number) => readonly number[], (k: number) => number][] = [
    ['removed', (k) => order().filter((index) => index !== k), (k) => k],
    ['doubled', (k) => order().flatMap((index) => (index === k ? [k, k] : [index])), (k) => k + 1],
    [
      'swapped with the next',
      (k) =>
        order()
          .map((i) => (i === k ? k + 1 : i === k + 1 ? k : i))
          .filter((i) => i < LINES),
      (k) => k,
    ],
  ];

  test.each(changes)('%s: found where the order goes wrong', async (_, change, where) => {
    for (let k = 0; k < LINES; k += 1) {
      const { broken } = await verify(Buffer.concat(change(k).map((index) => lines[index] ?? Buffer.alloc(0))));
      expect([k, broken?.line]).toEqual([k, where(k) + 1]);
    }
  });

  test('in any other order or number: found at the first that is not in its place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(LINES - 1), { maxLength: LINES + 2 }), async (picked) => {
        const wrong = picked.findIndex((index, place) => index !== place);
        fc.pre(wrong !== -1 || picked.length !== LINES);
        const { broken, head } = await verify(Buffer.concat(picked.map((index) => lines[index] ?? Buffer.alloc(0))));
        const expected = wrong === -1 ? picked.length : wrong;
        expect([broken?.line, head.size]).toEqual([expected + 1, expected]);
      }),
      { numRuns: 300 },
    );
  });

  function order(): number[] {
    return Array.from({ length: LINES }, (_, index) => index);
  }
});

test.each([
  ['{', '{ '],
  ['"10":1,"9":2', '"9":2,"10":1'],
  ['2.5', '2.50'],
  ['"b"', '"\\u0062"'],
  ['"a":"b","c":"d"', '"c":"d","a":"b"'],
  ['“1”', '\\u201c1”'],
])('an entry that says the same in another spelling is found: %s as %s', async (canonical, other) => {
  const text = sound.toString();
  expect(text).toContain(canonical);
  const { broken } = await verify(Buffer.from(text.replace(canonical, other)));
  expect(broken).toEqual({
    line: lineOf(sound.indexOf(canonical)),
    reason: expect.stringContaining('canonical'),
  });
});

test('bytes that are no UTF-8 are no entry, though they read as the same text', async () => {
  const at = sound.lastIndexOf('"b"') + 1;
  const replaced = (...bytes: number[]) =>
    Buffer.concat([sound.subarray(0, at), Buffer.from(bytes), sound.subarray(at + 1)]);
  expect((await verify(replaced(0xff))).broken?.reason).toContain('canonical');
  expect((await verify(replaced(0xef, 0xbf, 0xbd))).broken?.reason).toContain('changed');
});

test('a ledger made anew, sound in itself, is found at the recorded head', async () => {
  const directory = await emptyDirectory();
  const forger = openFileLedger({ directory, clock: noon });
  for (let index = 0; index < LINES; index += 1) await forger.append(() => note('forged'));
  const { broken } = await verify(await readFile(join(directory, 'ledger.jsonl')));
  expect(broken).toEqual({ line: LINES, reason: expect.stringContaining('recorded') });
});
