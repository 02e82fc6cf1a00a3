import { gunzipSync, strFromU8 } from 'fflate';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/kernel/canonical-json.ts';
import { sha256Hex } from '../../src/kernel/digest.ts';
import { hashOfLogged, loggedEntry } from '../../src/ledger/log-leaf.ts';
import { readWorkbook } from '../../src/spreadsheet/read-workbook.ts';
import { releasedFile } from '../ledger/bodies.ts';
import { accessed, amended, described, releasedOn, withdrawn } from './facts.ts';
import { days, entriesOf, published } from './support.ts';

const SMALL = 5;
const KEPT = {
  rows: 70_123,
  bytes: 20_456_789,
  sha256: 'ab'.repeat(32),
  plaintext_bytes: 90_987_654,
  plaintext_sha256: 'cd'.repeat(32),
  waterfall: [
    { step: 'in', rows: 812_345, people: 412_345 },
    { step: 'opted out', rows: SMALL, people: SMALL },
    { step: 'released', rows: 70_123, people: 60_321 },
  ],
};

const SAID = [
  ['2026-07-01', described()],
  ...releasedOn('2026-07-02', 'r1', [1], { files: [{ ...releasedFile(1), ...KEPT }] }),
  ['2026-07-03', accessed('SystemAccess0001', '2026-07-01', '2026-09-30')],
  ['2026-07-04', amended('FILE0000001', 2, 'frequency', 'quarterly', 'annual', 'misread')],
  ['2026-07-05', withdrawn('SystemAccess0001', 4, 'a test')],
  ['2026-07-06', { kind: 'failed', release: 'r9', step: 'deliver', code: 'lost', message: 'of secret-host.example' }],
] as const;

test('nothing that is kept stands in any file of a publication: no count, size or digest, no host, no name of who did it', async () => {
  const files = await published(entriesOf(SAID), days('2026-Q3'));
  const texts = [...files].flatMap(([path, bytes]): [string, string][] => {
    if (path.endsWith('.xlsx')) {
      const cells = (readWorkbook(bytes) ?? []).flatMap(({ rows }) =>
        [...rows.values()].flatMap((row) => [...row.values()]),
      );
      return [[path, cells.join('\n')]];
    }
    return [[path, path.endsWith('.gz') ? strFromU8(gunzipSync(bytes)) : bytes.toString('utf8')]];
  });
  const kept = [70_123, 20_456_789, 90_987_654, 812_345, 412_345, 60_321].flatMap((count) => [
    String(count),
    count.toLocaleString('en-GB'),
  ]);
  for (const secret of [
    ...kept,
    KEPT.sha256,
    KEPT.plaintext_sha256,
    'secret-host',
    'A Named Person',
    'waterfall',
    'opted out',
    'TOKEN_PERSON_ID',
  ]) {
    const found = texts.filter(([, text]) => text.includes(secret)).map(([path]) => path);
    expect([secret, found]).toEqual([secret, []]);
  }
  expect(texts.length).toBeGreaterThan(30);
});

test('who knows all of an entry but a count of 1 to 7 can’t find it out by trying: the line is salted', () => {
  const [, intended] = entriesOf(SAID);
  if (intended === undefined) throw new Error('there is a second entry');
  const shown = loggedEntry(intended);
  const target = 'entry' in shown ? shown.entry : '';
  const { salt, ...known } = intended;
  const guesses = (entry: object): string[] =>
    [1, 2, 3, 4, 5, 6, 7].map((count) =>
      sha256Hex(
        canonicalJson(
          JSON.parse(
            JSON.stringify(entry).replaceAll(`"people":${SMALL},"rows":${SMALL}`, `"people":${count},"rows":${count}`),
          ),
        ),
      ),
    );
  expect(guesses({ ...known, salt })).toContain(target);
  expect(guesses(known)).not.toContain(target);
  for (let wrong = 0; wrong < 100; wrong += 1)
    expect(guesses({ ...known, salt: sha256Hex(String(wrong)).slice(0, 32) })).not.toContain(target);
});

test('the leaf of an entry depends on every bit of its line, and an entry of before there were salts has one', () => {
  const [, intended] = entriesOf(SAID);
  if (intended === undefined) throw new Error('there is a second entry');
  const leaf = hashOfLogged(loggedEntry(intended));
  const { salt: _, ...old } = intended;
  expect(hashOfLogged(loggedEntry(old as typeof intended))).not.toEqual(leaf);
  const other = JSON.parse(JSON.stringify(intended).replace('"rows":70123', '"rows":70124'));
  expect(hashOfLogged(loggedEntry(other))).not.toEqual(leaf);
});
