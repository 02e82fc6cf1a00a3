import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';

/** A YAML file of the workspace: its plain value, and where each part of it stands. */
export interface Document {
  readonly file: string;
  readonly value: unknown;
  /** The 1-based line of the node at a path, or of the nearest parent that exists. */
  lineOf(path: readonly PropertyKey[]): number;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads YAML 1.2 (core schema, unique keys). A number that is not written in the one way a program would write it
 * (`01`, `1e5`, `1.0`) stays the text it was written as, since codes such as `01` are text that looks like numbers.
 */
export function readDocument(text: string, file: string): Parsed<Document> {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true, prettyErrors: false });
  // One of a kind a line: brackets a thousand deep are an error each.
  const place = ({ code, pos }: (typeof yaml.errors)[number] | (typeof yaml.warnings)[number]): string =>
    `${code} ${lines.linePos(pos[0]).line}`;
  const broken = [
    ...new Map([...yaml.errors, ...yaml.warnings].reverse().map((error) => [place(error), error])).values(),
  ].reverse();
  if (broken.length > 0) {
    return {
      ok: false,
      problems: broken.map((error) => ({
        code: 'yaml',
        file,
        line: lines.linePos(error.pos[0]).line,
        message: `this is not valid YAML: ${error.code.toLowerCase().replaceAll('_', ' ')}`,
        hint: error.code === 'DUPLICATE_KEY' ? 'each key may stand once in a mapping' : 'check indentation and quotes',
      })),
    };
  }
  let badKey: Node | null | undefined;
  visit(yaml, {
    Scalar(_, node) {
      if (typeof node.value === 'number' && node.source !== undefined && String(node.value) !== node.source) {
        node.value = node.source;
      }
    },
    Pair(_, { key }) {
      // A schema would pass over the one without a word, and the other becomes the text of a collection.
      if (!isScalar(key) || key.value === null || key.value === '__proto__') badKey ??= key as Node | null;
    },
  });
  if (badKey !== undefined) {
    const { line } = lines.linePos(badKey?.range?.[0] ?? 0);
    return {
      ok: false,
      problems: [{ code: 'yaml', file, line, message: 'this can’t be a key', hint: 'write a name' }],
    };
  }
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length >= 0; length -= 1) {
      const offset = offsetOf(yaml.contents, path.slice(0, length));
      if (offset !== undefined) return lines.linePos(offset).line;
    }
    return 1;
  };
  let value: unknown;
  try {
    value = yaml.toJS({ maxAliasCount: 20 });
    // An alias can stand inside what it names; such a value has no end, and JSON is the cheapest way to see that.
    JSON.stringify(value);
  } catch {
    const message = 'this YAML repeats an alias too often, or inside itself';
    return { ok: false, problems: [{ code: 'yaml', file, line: 1, message, hint: 'write the value out' }] };
  }
  return { ok: true, value: { file, value, lineOf } };
}

/** Holds a document against a schema; every problem is listed, each with its place, unknown keys with a near name. */
export function parseWith<S extends z.ZodType>(schema: S, document: Document): Parsed<z.output<S>> {
  const known: KnownKeys = new WeakMap();
  const result = schema.safeParse(document.value, {
    reportInput: false,
    // The only moment at which an issue still knows the schema that raised it, and so the keys that it would take.
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') known.set(issue.keys as string[], keysOf(issue.inst));
      return undefined;
    },
  });
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, problems: result.error.issues.flatMap((issue) => problemsOf(issue, document, known)) };
}

/** The keys that an object takes, by the list of those that it did not. */
type KnownKeys = WeakMap<readonly string[], readonly string[]>;

function keysOf(schema: unknown): string[] {
  const shape = (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return shape === undefined ? [] : Object.keys(shape);
}

/** A problem at a path of a document. */
export function problemAt(
  document: Document,
  path: readonly PropertyKey[],
  code: string,
  message: string,
  hint?: string,
): Problem {
  const place = { file: document.file, line: document.lineOf(path), path: formatPath(path) };
  return { code, message, ...place, ...(hint === undefined ? {} : { hint }) };
}

/** `datasets[0].fields[3]` */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}

function problemsOf(issue: z.core.$ZodIssue, document: Document, knownKeys: KnownKeys): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = knownKeys.get(issue.keys) ?? [];
      const near = nearest(key, known);
      return problemAt(
        document,
        [...issue.path, key],
        'unknown-key',
        `there is no key ${quoted(key)} here`,
        near === undefined
          ? known.length > 0
            ? `the keys are ${known.join(', ')}`
            : undefined
          : `did you mean ${near}?`,
      );
    });
  }
  if (issue.code === 'invalid_union') {
    // The branch that came furthest into the value says best what is wrong.
    const deepest = issue.errors
      .map((branch) => ({ branch, depth: Math.max(0, ...branch.map((inner) => inner.path.length)) }))
      .sort((a, b) => b.depth - a.depth)[0];
    if (deepest !== undefined && deepest.depth > 0) {
      return deepest.branch.flatMap((inner) =>
        problemsOf({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, document, knownKeys),
      );
    }
  }
  if (issue.path.length === 0 && issue.code === 'invalid_type') {
    const message = document.value === null ? 'this file is empty' : 'expected keys and values';
    return [problemAt(document, [], 'invalid-type', message)];
  }
  const missing = issue.code === 'invalid_type' && valueAt(document.value, issue.path) === undefined;
  const message = missing ? `${quoted(String(issue.path.at(-1) ?? 'the document'))} is missing` : issue.message;
  return [problemAt(document, issue.path, missing ? 'missing' : issue.code.replaceAll('_', '-'), message)];
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      inner !== null && typeof inner === 'object' ? (inner as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  );
}

/** Keys and values of a file are echoed in quotes, cut and without control characters, so that none can fake output. */
export function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
  const clean = text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?');
  return `"${clean.length > 60 ? `${clean.slice(0, 57)}…` : clean}"`;
}

function offsetOf(node: unknown, path: readonly PropertyKey[]): number | undefined {
  let current = node as Node | null | undefined;
  let offset = current?.range?.[0];
  for (const part of path) {
    if (isMap(current)) {
      const pair = current.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (pair === undefined) return undefined;
      offset = (pair.key as Node).range?.[0];
      current = pair.value as Node | null;
    } else {
      const items = (current as { items?: unknown[] } | null | undefined)?.items;
      current = items?.[Number(part)] as Node | undefined;
      if (current === undefined) return undefined;
      offset = current.range?.[0];
    }
  }
  return offset;
}
