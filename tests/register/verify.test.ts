import { gunzipSync, gzipSync, strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import type { Entry, EntryBody } from '../../src/ledger/ledger.ts';
import { formatSigner } from '../../src/ledger/signed-note.ts';
import { memoryScratch } from '../../src/register/store/memory-scratch.ts';
import { rowsSince, verifyExtension } from '../../src/register/verify/verify-extension.ts';
import { type VerifiedPublication, verifyPublication } from '../../src/register/verify/verify-publication.ts';
import { readWorkbook } from '../../src/spreadsheet/read-workbook.ts';
import { writeWorkbook } from '../../src/spreadsheet/write-workbook.ts';
import { failed } from '../ledger/bodies.ts';
import { accessed, amended, described, releasedOn, renamed, withdrawn } from './facts.ts';
import { days, entriesOf, type Files, published, sourceOf, testSigner } from './support.ts';

/* Anybody, with the files of a publication and the custodian's key, and nothing else. */

const OLD: readonly (readonly [string, EntryBody])[] = [
  ['2026-07-01', described()],
  ...releasedOn('2026-07-02', 'r1', [1]),
  ['2026-07-03', { kind: 'refused', pipeline: 'p', agreement: 'a', refusals: [{ code: 'c', path: '', message: 'm' }] }],
  ...releasedOn('2026-08-02', 'r2', [2, 3]),
  ['2026-09-30', accessed('SystemAccess0001', '2026-07-01', '2026-09-30')],
  ...releasedOn('2026-09-30', 'r3', [4]).slice(0, 1),
  ['2026-09-30', failed('r3')],
];
const NEW: readonly (readonly [string, EntryBody])[] = [
  ...OLD,
  ...releasedOn('2026-10-05', 'r4', [5]),
  ['2026-10-06', amended('FILE0000002', 5, 'frequency', 'quarterly', 'annual', 'misread')],
  ['2026-10-07', withdrawn('FILE0000003', 5, 'a test')],
  ['2026-10-08', renamed('organisation', 'University of Example', 'University of Examples')],
];

let [q3, q4]: [Files, Files] = [new Map(), new Map()];
beforeAll(async () => {
  q3 = await published(entriesOf(OLD), days('2026-Q3'));
  q4 = await published(entriesOf(NEW), days('2026-Q4'));
});

const key = testSigner().verifier;

async function verified(label: string, files: Files): Promise<VerifiedPublication> {
  const found = await verifyPublication(sourceOf(label, files), key, memoryScratch());
  if (!('checkpoint' in found)) throw new Error(JSON.stringify(found.problems));
  return found;
}

async function problemsOf(files: Files): Promise<string[]> {
  const { problems } = await verifyPublication(sourceOf('q', files), key, memoryScratch());
  return problems.map(({ code, file, message }) => `${code} ${file}: ${message}`);
}

function changed(files: Files, path: string, change: (bytes: Buffer) => Buffer | undefined): Files {
  const copy: Files = new Map(files);
  const bytes = change(copy.get(path) ?? Buffer.alloc(0));
  if (bytes === undefined) copy.delete(path);
  else copy.set(path, bytes);
  return copy;
}

const inText = (from: string, to: string) => (bytes: Buffer) => {
  const text = bytes.toString('utf8');
  expect(text).toContain(from);
  return Buffer.from(text.replace(from, to));
};

describe('what was published', () => {
  test('verifies, and a later publication goes on from an earlier one', async () => {
    const [earlier, later] = [await verified('q3', q3), await verified('q4', q4)];
    expect([earlier.problems, later.problems, await verifyExtension(earlier, later)]).toEqual([[], [], []]);
    expect(rowsSince(earlier, later)).toEqual({ unchanged: 0, changed: 3, withdrawn: 1, added: 1 });
  });

  test('verifies with the key beside it as well, and with no other', async () => {
    expect((await verifyPublication(sourceOf('q', q3), undefined, memoryScratch())).problems).toEqual([]);
    const other = testSigner(formatSigner('register.example.org/test', new Secret(Buffer.alloc(32, 1))).reveal());
    const { problems } = await verifyPublication(sourceOf('q', q3), other.verifier, memoryScratch());
    expect(problems).toMatchObject([{ code: 'checkpoint' }]);
  });

  test('shows every entry, and of a release that nobody received no more than that there is one', () => {
    const lines = strFromU8(gunzipSync(q3.get('log/entries.jsonl.gz') ?? Buffer.alloc(0)))
      .trim()
      .split('\n');
    const shown = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(shown.map(({ kind, facts }) => `${kind}${facts === undefined ? ' -' : ''}`)).toEqual([
      'described',
      'intended',
      'delivered',
      'refused -',
      'intended',
      'delivered',
      'accessed',
      'intended -',
      'failed -',
    ]);
    expect(lines.join('')).not.toContain('FILE0000004');
  });
});

const WRONG = 'is not as the ledger says it, or is missing';
const NAMED = 'FILE0000002, University of Example, Hospital Episode Statistics, Admitted Patient Care';
const RECORD = `record 1 (DARS-NIC-147750-8GS7S-v2.2) ${WRONG}`;
const cellOf = (place: string): string => `<c r="${place}" t="inlineStr"><is><t>more</t></is></c>`;
const rowOf = (row: number): string => `<row r="${row}">${cellOf(`A${row}`)}</row>`;

describe('a row that was altered after publishing is named', () => {
  test('in a CSV file', async () => {
    const path = 'data-release-register.DataReleases.csv';
    expect(
      await problemsOf(
        changed(q3, path, inText('FILE0000002,University of Example', 'FILE0000002,University of Else')),
      ),
    ).toEqual([
      `row q/${path}: row 2 (FILE0000002, University of Example, Hospital Episode Statistics, Admitted Patient Care) is not as the ledger says it, or is missing`,
    ]);
  });

  test('taken out of a CSV file, or put in', async () => {
    const path = 'data-uses-register.DataReleases.csv';
    const [, first = '', second = ''] = q3.get(path)?.toString().split('\r\n') ?? [];
    expect(await problemsOf(changed(q3, path, inText(`${second}\r\n`, '')))).toMatchObject([
      expect.stringContaining('row 2 (FILE0000002'),
    ]);
    expect(await problemsOf(changed(q3, path, (bytes) => Buffer.concat([bytes, Buffer.from(`${first}\r\n`)])))).toEqual(
      [`row q/${path}: after its end it has more, which is not in the ledger`],
    );
  });

  test('in a workbook', async () => {
    const path = 'data-release-register.xlsx';
    const altered = (readWorkbook(q3.get(path) ?? Buffer.alloc(0)) ?? []).map(({ name, rows }) => ({
      name,
      widths: [],
      content: {
        cells: [...rows].flatMap(([row, texts]) =>
          [...texts].map(([column, text]) => ({
            row,
            column,
            text: text.replace('No - data flow', 'Yes - data flow'),
          })),
        ),
      },
    }));
    const files = changed(q3, path, () => Buffer.concat([...writeWorkbook(altered)]));
    expect(await problemsOf(files)).toEqual([
      `row q/${path}: DataReleases: row 2 (FILE0000001, University of Example, Hospital Episode Statistics, Admitted Patient Care) is not as the ledger says it, or is missing`,
    ]);
  });

  test.each([
    [
      'a row put behind the last',
      '</sheetData>',
      `${rowOf(6)}</sheetData>`,
      'DataReleases: row 6 is not in the ledger',
    ],
    ['a row twice', '<row r="3">', `${rowOf(3)}<row r="3">`, `DataReleases: row 3 (${NAMED}) ${WRONG}`],
    ['the same row twice', '<row r="3">', '<row r="3"/><row r="3">', undefined],
    ['a cell twice', '<c r="A3"', `${cellOf('A3')}<c r="A3"`, `DataReleases: row 3 (${NAMED}) ${WRONG}`],
    [
      'a cell beside the row',
      '</row><row r="4"',
      `${cellOf('M3')}</row><row r="4"`,
      `DataReleases: row 3 (${NAMED}) ${WRONG}`,
    ],
    ['a cell beside the header', '</row><row r="2"', `${cellOf('M1')}</row><row r="2"`, expect.stringContaining(WRONG)],
  ])('in a workbook, by %s', async (_, from, to, message) => {
    const path = 'data-release-register.xlsx';
    const sheet = 'xl/worksheets/sheet3.xml';
    const files = changed(q3, path, (bytes) => {
      const parts = unzipSync(bytes);
      return Buffer.from(zipSync({ ...parts, [sheet]: inText(from, to)(Buffer.from(parts[sheet] ?? [])) }));
    });
    const problems = (await problemsOf(files)).map((text) => text.replace(`row q/${path}: `, ''));
    expect(problems).toEqual([message ?? `other-file q/${path}: this file is not the one that was published`]);
  });

  test('in a workbook, by a sheet more', async () => {
    const path = 'data-uses-register.xlsx';
    const sheets = (readWorkbook(q3.get(path) ?? Buffer.alloc(0)) ?? []).map(({ name, rows }) => {
      const [header = [], ...rest] = Array.from({ length: Math.max(...rows.keys()) }, (_, row) =>
        Array.from({ length: 15 }, (_none, column) => rows.get(row + 1)?.get(column) ?? ''),
      );
      return { name, widths: [], content: { header, rows: rest } };
    });
    const withSheets = (all: typeof sheets): Files => changed(q3, path, () => Buffer.concat([...writeWorkbook(all)]));
    expect(await problemsOf(withSheets(sheets))).toMatchObject([expect.stringContaining('other-file')]);
    expect(await problemsOf(withSheets([...sheets, ...sheets.slice(0, 1)]))).toEqual([
      `row q/${path}: it has a sheet 4, which is not of the publication`,
    ]);
  });

  test.each([
    ['altered', '"national_data_optout":"No"', '"national_data_optout":"Yes"', RECORD],
    [
      'said twice, of which a parser takes the last',
      '"national_data_optout":',
      '"national_data_optout":"Yes",$&',
      RECORD,
    ],
    ['more than one', '}\n]', '},\n{}\n]', `the end of the list ${WRONG}`],
    ['followed by more', ']\n', ']\n[]', 'after its end it has more, which is not in the ledger'],
  ])('in the data uses, where a record is %s', async (_, from, to, message) => {
    expect(await problemsOf(changed(q3, 'data-uses.json', inText(from, to)))).toEqual([
      `row q/data-uses.json: ${message}`,
    ]);
  });

  test('in the log: the facts are no longer those of the signed tree', async () => {
    const rewrite = (bytes: Buffer): Buffer =>
      Buffer.from(gzipSync(strToU8(strFromU8(gunzipSync(bytes)).replace('FILE0000002', 'FILE0000077'))));
    expect(await problemsOf(changed(q3, 'log/entries.jsonl.gz', rewrite))).toContain(
      'not-included q/log/entries.jsonl.gz: entry 5, FILE0000077 (hes_apc), FILE0000003 (hes_apc) to University of Example, is not in the signed log',
    );
  });
});

test('a log that goes on behind what was signed is read no further than that', async () => {
  const more = '{"content":"x","kind":"x","seq":10}\n';
  const longer = (bytes: Buffer): Buffer => Buffer.concat([bytes, gzipSync(strToU8(more))]);
  const problems = await problemsOf(changed(q3, 'log/entries.jsonl.gz', longer));
  expect(problems).toEqual([
    'other-size q/log/entries.jsonl.gz: the log shows more than 9 entries, and the checkpoint signs 9',
  ]);
});

describe('a file of the publication', () => {
  test.each([
    ['changed', 'index.html', inText('Who received data', 'Who got data'), 'other-file'],
    ['missing', 'about.html', () => undefined, 'no-file'],
    ['added', 'more.html', () => Buffer.from('more'), 'extra-file'],
    [
      'a tile changed',
      'log/tile/0/000.p/9',
      (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 1)),
      'other-tile',
    ],
    ['the checkpoint changed', 'log/checkpoint', inText('\n9\n', '\n8\n'), 'checkpoint'],
    ['the note changed', 'publication.note', inText('days 2026-07-01', 'days 2026-07-02'), 'note'],
    ['the log missing', 'log/entries.jsonl.gz', () => undefined, 'no-log'],
    ['the log broken', 'log/entries.jsonl.gz', () => Buffer.from('broken'), 'no-log'],
  ] as const)('%s is found', async (_, path, change, code) => {
    const files = changed(q3, path, change as (bytes: Buffer) => Buffer | undefined);
    expect((await problemsOf(files)).map((text) => text.split(' ')[0])).toContain(code);
  });
});

test('the checkpoint of another state does not pass for this one', async () => {
  const mixed = new Map(q4).set('log/checkpoint', q3.get('log/checkpoint') ?? Buffer.alloc(0));
  expect((await problemsOf(mixed)).map((text) => text.split(' ')[0])).toContain('other-checkpoint');
});

describe('a ledger that was rewritten, sound in itself, and published again', () => {
  const forgeries: readonly [string, (said: typeof NEW) => typeof NEW, RegExp][] = [
    [
      'an old row altered',
      (said) =>
        said.map(([on, body], index) => [on, index === 1 ? { ...body, agreement: 'DARS-NIC-1234-AAAAA-v1.0' } : body]),
      /^entry 2, FILE0000001 \(hes_apc\) to University of Example, is not as q3 has it: it was rewritten or removed$/,
    ],
    [
      'an old release removed',
      (said) => said.filter((_, index) => index !== 4 && index !== 5),
      /^entry 5, FILE0000002 \(hes_apc\), FILE0000003 \(hes_apc\) to University of Example, is not as q3 has it: it was rewritten or removed$/,
    ],
    [
      'a count that is not published altered',
      (said) =>
        said.map(([on, body], index) => {
          const [file] = (body as { files?: object[] }).files ?? [];
          return [on, index === 1 ? { ...body, files: [{ ...file, rows: 7 }] } : body];
        }),
      /^entry 2, FILE0000001 .* is not as q3 has it: it was rewritten or removed$/,
    ],
    [
      'a refusal removed',
      (said) => said.filter((_, index) => index !== 3),
      /^entry 4, of the kind refused, is not as q3 has it: it was rewritten or removed$/,
    ],
    [
      'two entries swapped',
      (said) =>
        [said[0], said[3], said[1], said[2], ...said.slice(4)].flatMap((each) => (each === undefined ? [] : [each])),
      /^entry 2, FILE0000001/,
    ],
    [
      'cut short',
      (said) => said.slice(0, 6),
      /^it has 6 entries, and q3 had 9: some were removed, from entry 7 on: SystemAccess0001 \(Hospital Episode Statistics, Admitted Patient Care for University of Example\)$/,
    ],
  ];

  test.each(forgeries)('%s: last quarter’s publication shows it, and names the row', async (_, forge, message) => {
    const earlier = await verified('q3', q3);
    const forged: readonly Entry[] = entriesOf(forge(NEW));
    const later = await verified('q4', await published(forged, days('2026-Q4')));
    expect(later.problems).toEqual([]);
    const [problem, ...more] = await verifyExtension(earlier, later);
    expect(more).toEqual([]);
    expect(problem?.message).toMatch(message);
  });

  test('last quarter’s checkpoint alone shows it as well, and can’t name the row', async () => {
    const alone = await verified(
      'checkpoint',
      new Map([['log/checkpoint', q3.get('log/checkpoint') ?? Buffer.alloc(0)]]),
    );
    expect(await verifyExtension(alone, await verified('q4', q4))).toEqual([]);
    const forged = entriesOf(NEW.filter((_, index) => index !== 3));
    const [problem] = await verifyExtension(alone, await verified('q4', await published(forged, days('2026-Q4'))));
    expect(problem?.message).toBe(
      'the first 9 entries are not those of checkpoint: something was rewritten or removed',
    );
    expect(problem?.hint).toContain('give the whole earlier publication');
  });
});

test('an entry of a published kind that is held back is noticed, though its leaf is right', async () => {
  const { concealed } = await import('../../src/ledger/log-leaf.ts');
  const lines = strFromU8(gunzipSync(q3.get('log/entries.jsonl.gz') ?? Buffer.alloc(0)))
    .trim()
    .split('\n');
  const hide = (place: number): Files => {
    const kept = lines.map((line, index) => {
      if (index !== place) return line;
      const { seq, ...entry } = JSON.parse(line);
      return JSON.stringify({ seq, ...concealed(entry) });
    });
    return changed(q3, 'log/entries.jsonl.gz', () => Buffer.from(gzipSync(strToU8(`${kept.join('\n')}\n`))));
  };
  expect(await problemsOf(hide(1))).toContain(
    'withheld q/log/entries.jsonl.gz: entry 3 says that a release was delivered, and what it was is held back',
  );
  expect(await problemsOf(hide(6))).toContain(
    'withheld q/log/entries.jsonl.gz: entry 7 is of the kind accessed, and held back',
  );
});

test('another log’s publication is no extension', async () => {
  const other = testSigner(formatSigner('other.example.org/log', new Secret(Buffer.alloc(32, 1))).reveal());
  const files = await published(entriesOf(NEW), days('2026-Q4'), other);
  const later = await verifyPublication(sourceOf('q4', files), undefined, memoryScratch());
  if (!('checkpoint' in later)) throw new Error('it verifies by itself');
  expect(await verifyExtension(await verified('q3', q3), later)).toMatchObject([{ code: 'other-log' }]);
});
