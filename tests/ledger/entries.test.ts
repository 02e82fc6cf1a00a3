import { describe, expect, test } from 'vitest';
import { fileReference } from '../../src/kernel/file-reference.ts';
import { checkBody, isKind, type KnownBody } from '../../src/ledger/entries.ts';
import { openFileLedger } from '../../src/ledger/file-ledger.ts';
import type { EntryBody } from '../../src/ledger/ledger.ts';
import { abandoned, delivered, failed, intended, releasedFile } from './bodies.ts';
import { all, emptyDirectory, noon } from './support.ts';

const everyKind: readonly KnownBody[] = [
  {
    kind: 'refused',
    pipeline: 'p',
    agreement: 'a',
    refusals: [{ code: 'agreement-expired', path: '', message: 'It ended.' }],
  },
  intended('r1', [1, 2]),
  { ...intended('r2', [3], 1), opt_outs: null, files: [{ ...releasedFile(3), period: null }] },
  delivered('r1'),
  failed('r2'),
  abandoned('r2'),
  {
    kind: 'amended',
    file: fileReference(1),
    field: 'legal_basis',
    from: 'consent',
    to: null,
    reason: 'wrong',
    by: 'A Person',
  },
];

test('every kind comes back from the ledger as it was appended', async () => {
  const ledger = openFileLedger({ directory: await emptyDirectory(), clock: noon });
  for (const body of everyKind) await ledger.append(() => body);
  const entries = await all(ledger);
  expect(entries.map(({ seq, time, previous, salt, ...body }) => body)).toEqual(everyKind);
  const files = entries.flatMap((entry) => (isKind(entry, 'intended') ? entry.files : []));
  expect(files.map(({ file }) => file)).toEqual([1, 2, 3].map(fileReference));
});

describe('a body that could never be taken back is not let in', () => {
  const [file = releasedFile(1)] = intended('r1', [1]).files;
  const wrong: readonly [string, EntryBody][] = [
    ['files', { ...intended('r1', [1]), files: [] }],
    ['files.0.file', { ...intended('r1', [1]), files: [{ ...file, file: 'FILE1' }] }],
    ['files.0.rows', { ...intended('r1', [1]), files: [{ ...file, rows: -1 }] }],
    ['files.0.sha256', { ...intended('r1', [1]), files: [{ ...file, sha256: 'A'.repeat(64) }] }],
    ['files.0.frequency', { ...intended('r1', [1]), files: [{ ...file, frequency: 'weekly' }] }],
    ['opt_outs', { ...intended('r1', [1]), opt_outs: undefined }],
    ['opt_outs.as_at', { ...intended('r1', [1]), opt_outs: { as_at: '2026-02-30', sha256: 'd'.repeat(64) } }],
    ['replaces', { ...intended('r1', [1]), replaces: 'FILE1' }],
    ['', { ...delivered('r1'), mistyped: 'x' }],
    ['at', { ...delivered('r1'), at: 'yesterday' }],
    ['refusals', { kind: 'refused', pipeline: 'p', agreement: 'a', refusals: [] }],
    ['because', { ...abandoned('r1'), because: '' }],
    ['message', { kind: 'failed', release: 'r1', step: 's', code: 'c' }],
    ['to', { kind: 'amended', file: fileReference(1), field: 'f', from: 1, reason: 'r', by: 'b' }],
  ];

  test.each(wrong)('%j', (path, body) => {
    expect(() => checkBody(body)).toThrow(`can't be appended: ${path}: `);
  });

  test('the message names the member and not what it holds', () => {
    expect(() => checkBody({ ...delivered('r1'), at: '943 476 5919' })).not.toThrow('943');
    expect(() => checkBody({ ...delivered('r1'), at: '943 476 5919' })).toThrow('at');
  });
});

test('a kind that is not known here passes', () => {
  for (const kind of ['published', 'toString', '__proto__']) expect(() => checkBody({ kind })).not.toThrow();
});
