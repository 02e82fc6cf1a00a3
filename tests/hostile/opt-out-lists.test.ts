import { expect, it } from 'vitest';
import type { Tree, WorkspaceParts } from '../support/make-workspace.ts';
import { makeWorkspace } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';
import { expectStopped } from './expect-stopped.ts';

/** As the national service writes it: a comma and a line end after each number. */
const LIST = ['9990000050', '9990000069', '9990000077', '9990000085'].map((number) => `${number},\n`).join('');

const listOf = (content: string | Uint8Array): WorkspaceParts => ({ files: { 'data/opt-outs.dat': content } });
const listed = (change: (list: Tree) => void): WorkspaceParts => ({
  workspace: (tree) => change((tree['sources'] as Record<string, Tree>)['opt_outs'] ?? {}),
});
const keepList = (list: string, request: string): WorkspaceParts => ({
  ...listed((entry) => Object.assign(entry, { mode: 'keep-list', request: 'data/request.dat' })),
  files: { 'data/opt-outs.dat': list, 'data/request.dat': request },
});

const REQUEST = '9990000018\n9990000026\n9990000034\n9990000042\n9990000050\n';

it.each([
  { what: 'in the form of the national service', parts: listOf(LIST) },
  { what: 'with the line ends of Windows', parts: listOf(LIST.replaceAll('\n', '\r\n')) },
  { what: 'with a byte order mark', parts: listOf(`\ufeff${LIST}`) },
  { what: 'with a header', parts: listOf(`nhs_number\n${LIST.replaceAll(',', '')}`) },
  { what: 'with spaces and hyphens in the numbers', parts: listOf('999 000 0050\n999-000-0069\n') },
  { what: 'of those who may be kept, which answers its request', parts: keepList('9990000018\n', REQUEST) },
])('a list is taken as it comes: $what', async ({ parts }) => {
  using workspace = await makeWorkspace(parts);
  const { status, stdout } = await darsHere(workspace.root, ['--json', 'run', 'diabetes-apc']);
  expect(status).toBe(0);
  const { files } = JSON.parse(stdout) as { files: { waterfall: { step: string; rows: number }[] }[] };
  const opted = files[0]?.waterfall.find(({ step }) => step === 'opted out')?.rows;
  expect(opted).toBe(parts.files?.['data/request.dat'] === undefined ? 1 : 4);
});

it.each([
  {
    what: 'is not named at all',
    parts: { workspace: (tree: Tree) => delete (tree['sources'] as Tree)['opt_outs'] },
    code: 'missing',
    says: 'dars.yaml names no opt-out list',
  },
  {
    what: 'is not there',
    parts: listed((list) => {
      list['path'] = 'data/none.dat';
    }),
    code: 'missing',
    says: 'the opt-out list is missing',
  },
  {
    what: 'is a folder',
    parts: listed((list) => {
      list['path'] = 'data';
    }),
    code: 'missing',
    says: 'the opt-out list is missing',
  },
  { what: 'has nothing in it', parts: listOf(''), code: 'empty', says: 'opt-outs.dat is empty' },
  { what: 'has empty lines only', parts: listOf('\n \n\n'), code: 'empty', says: 'opt-outs.dat is empty' },
  { what: 'has a header only', parts: listOf('nhs_number\n'), code: 'empty', says: 'opt-outs.dat is empty' },
  {
    what: 'is a line of error text',
    parts: listOf('503 Service Unavailable\n'),
    code: 'malformed',
    says: '1 of 1 lines hold no NHS number',
  },
  {
    what: 'is a page of error text',
    parts: listOf('<html>\n<body>"Unavailable"</body>\n</html>\n'),
    code: 'malformed',
    says: '3 of 3 lines',
  },
  {
    what: 'was cut in the middle of a number',
    parts: listOf(LIST.slice(0, -7)),
    code: 'malformed',
    says: '1 of 4 lines',
  },
  {
    what: 'was cut before the last comma',
    parts: listOf(LIST.slice(0, -2)),
    code: 'malformed',
    says: 'is cut short: some lines lack their comma',
  },
  { what: 'lacks commas elsewhere', parts: listOf(LIST.replace(',\n', '\n')), code: 'malformed', says: 'is cut short' },
  {
    what: 'has two numbers on a line',
    parts: listOf('9990000050,9990000069\n'),
    code: 'malformed',
    says: '1 of 1 lines',
  },
  { what: 'holds a NUL', parts: listOf('9990000050\n99900\u000000069\n'), code: 'malformed', says: 'the opt-out list' },
  {
    what: 'is Latin-1',
    parts: listOf(Buffer.from('9990000050\n999000006\xe9\n', 'latin1')),
    code: 'malformed',
    says: 'can’t be read',
  },
  {
    what: 'is UTF-16',
    parts: listOf(Buffer.from(`\ufeff${LIST}`, 'utf16le')),
    code: 'malformed',
    says: 'the opt-out list',
  },
  {
    what: 'is 22 days old',
    parts: listed((list) => {
      list['as_at'] = '2026-10-29';
    }),
    code: 'stale',
    says: 'of 2026-10-29, 22 days old; 21 are allowed',
  },
  {
    what: 'has no date',
    parts: listed((list) => {
      delete list['as_at'];
    }),
    code: 'undated',
    says: 'has no as_at',
  },
  {
    what: 'is from tomorrow',
    parts: listed((list) => {
      list['as_at'] = '2026-11-21';
    }),
    code: 'undated',
    says: 'dated 2026-11-21, after today, 2026-11-20',
  },
  {
    what: 'answers another request',
    parts: keepList('9990000018\n9990000069\n', REQUEST),
    code: 'answer',
    says: 'numbers that its request did not ask about: 1',
  },
  {
    what: 'answers a request that is not there',
    parts: { ...keepList('9990000018\n', ''), files: {} },
    code: 'missing',
    says: 'the request that the opt-out list answers is missing',
  },
  {
    what: 'answers a request of another kind',
    parts: keepList('9990000018\n', 'Dear sir\n'),
    code: 'malformed',
    says: 'the request that the opt-out list answers',
  },
])('nothing is released when the list $what', async ({ parts, code, says }) => {
  const stop = { exit: 12, says: [], hides: ['9990000050', '9990000069'] };
  const { stderr } = await expectStopped(parts, stop, () => {}, ['--json', 'run', 'diabetes-apc']);
  const { problems } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as { problems: unknown[] };
  expect(problems).toEqual([
    {
      code: `opt-outs-${code}`,
      file: 'dars.yaml',
      line: expect.any(Number),
      path: 'sources.opt_outs',
      message: expect.stringContaining(says),
      hint: expect.stringMatching(/./),
    },
  ]);
});
