import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Document, parseWith, quoted, readDocument } from '../../src/kernel/document.ts';
import { nearest } from '../../src/kernel/nearest.ts';
import { formatProblem } from '../../src/kernel/problem.ts';

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

test('a place is that of the key, or of the nearest parent that is there', () => {
  const { lineOf } = read('a:\n  - x: 1\n    y:\n      z: 2\n  - { x: 3 }\n\nb: *c\n'.replace('*c', 'd'));
  expect(lineOf(['a'])).toBe(1);
  expect(lineOf(['a', 0, 'y', 'z'])).toBe(4);
  expect(lineOf(['a', 1, 'x'])).toBe(5);
  expect(lineOf(['a', 1, 'missing', 'deeper'])).toBe(5);
  expect(lineOf(['b'])).toBe(7);
  expect(lineOf([])).toBe(1);
});

test('what went wrong in the likeliest of several forms is told, not that none of them fits', () => {
  const schema = z.strictObject({ field: z.union([z.string(), z.strictObject({ from: z.string(), as: z.string() })]) });
  const parsed = parseWith(schema, read('field:\n  from: A\n  ass: year\n'));
  expect(parsed.ok ? [] : parsed.problems.map(({ code, line, path, hint }) => [code, line, path, hint])).toEqual([
    ['missing', 1, 'field.as', undefined],
    ['unknown-key', 3, 'field.ass', 'did you mean as?'],
  ]);
});

test('a key that is near none is answered with all there are', () => {
  const parsed = parseWith(z.strictObject({ from: z.string() }), read('from: a\nelsewhere: b\n'));
  expect(parsed.ok ? [] : parsed.problems.map(({ hint }) => hint)).toEqual(['the keys are from']);
});

test('what a file says is echoed short, in quotes and without what steers a terminal', () => {
  expect(quoted('\u001b[2J\u0007x\u009b')).toBe('"?[2J?x?"');
  expect(quoted('x'.repeat(100))).toBe(`"${'x'.repeat(57)}…"`);
});

test.each([
  ['__proto__', '__proto__: { a: 1 }\n'],
  ['a collection', '? [a, b]\n: 1\n'],
  ['an alias', 'a: &a b\n*a : 1\n'],
  ['nothing', 'a: 1\n? \n: 2\n'],
])('%s is no key', (_, text) => {
  const document = readDocument(text, 'file.yaml');
  expect(document.ok ? [] : document.problems.map(({ message }) => message)).toEqual(['this can’t be a key']);
});

test('a value inside itself is refused', () => {
  expect(readDocument('a: &a { b: [*a] }', 'file.yaml').ok).toBe(false);
});

test('a problem is printed with its place and what to do', () => {
  expect(formatProblem({ code: 'x', message: 'no', file: 'a.yaml', line: 3, path: 'b[0]', hint: 'write yes' })).toBe(
    'a.yaml:3 b[0]: no\n    hint: write yes',
  );
  expect(formatProblem({ code: 'x', message: 'no' })).toBe('no');
});

test.each([
  ['feilds', 'fields'],
  ['FIELD', 'fields'],
  ['dataset', undefined],
  ['x', undefined],
])('%s is near %s', (text, near) => {
  expect(nearest(text, ['fields', 'period', 'where'])).toBe(near);
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
