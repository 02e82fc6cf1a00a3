import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Document, parseWith, readDocument } from '../../src/kernel/document.ts';

function read(text: string): Document {
  const document = readDocument(text, 'file.yaml');
  if (!document.ok) throw new Error('not YAML');
  return document.value;
}

test('codes that look like numbers stay the text they are', () => {
  expect(read('where: { SEX: { in: [01, 1e5, 1.0, 0x1F, 12, -3, 2.5, yes, "1"] } }').value).toEqual({
    where: { SEX: { in: ['01', '1e5', '1.0', '0x1F', 12, -3, 2.5, 'yes', '1'] } },
  });
});

test('days stay text', () => {
  expect(read('on: 2024-11-01').value).toEqual({ on: '2024-11-01' });
});

test('every problem is listed, with its line, its path and a near name', () => {
  const schema = z.strictObject({ title: z.string(), term: z.strictObject({ start: z.string(), end: z.string() }) });
  const parsed = parseWith(schema, read('titel: x\nterm:\n  start: 1\n'));
  expect(parsed.ok ? [] : parsed.problems.map(({ code, line, path, hint }) => [code, line, path, hint])).toEqual([
    ['missing', 1, 'title', undefined],
    ['invalid-type', 3, 'term.start', undefined],
    ['missing', 2, 'term.end', undefined],
    ['unknown-key', 1, 'titel', 'did you mean title?'],
  ]);
});

test.each([
  ['a key twice', 'a: 1\na: 2\n', 2],
  ['a tab for indentation', 'a:\n\tb: 1\n', 2],
  ['an open quote', 'a: "b\n', 2],
])('%s is refused with its line', (_, text, line) => {
  const document = readDocument(text, 'file.yaml');
  expect(document.ok).toBe(false);
  expect(document.ok ? [] : document.problems.map((problem) => problem.line)).toContain(line);
});

test('a bomb of aliases is refused', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 10; level += 1) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
  }
  expect(readDocument(lines.join('\n'), 'file.yaml').ok).toBe(false);
});
