import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** A source file: its path below `src/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly from: string;
  /** A file below `src/`, or the name of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

export function readSources(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(root, path), 'utf8') }));
}

/** Every `import … from`, `export … from`, `import '…'` and `import('…')` of the files. */
export function importsOf(files: readonly SourceFile[]): Import[] {
  return files.flatMap(({ path, text }) => {
    const code = withoutComments(text);
    const named = [...code.matchAll(/\b(?:import|export)\s+(type\s+)?([^;'"()]*?)\s*\bfrom\s*['"]([^'"]+)['"]/g)].map(
      ([, type, names = '', name = '']) => ({
        name,
        typeOnly: type !== undefined || /^\{\s*type\s[^,}]*(,\s*type\s[^,}]*)*,?\s*\}$/.test(names),
      }),
    );
    const bare = [...code.matchAll(/\bimport\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, name = '']) => ({
      name,
      typeOnly: false,
    }));
    return [...named, ...bare].map(({ typeOnly, name }) => ({
      from: path,
      to: name.startsWith('.') ? posix.normalize(posix.join(dirname(path), name)) : name,
      typeOnly,
    }));
  });
}

/** Comments are blanked, so that a rule is not broken by being talked about; texts stay. */
export function withoutComments(text: string): string {
  return blanked(text, { comments: true, texts: false });
}

/** Comments and texts are blanked: only code is left, with what stands inside `${…}`. */
export function codeOnly(text: string): string {
  return blanked(text, { comments: true, texts: true });
}

interface Blank {
  readonly comments: boolean;
  readonly texts: boolean;
}

/**
 * A scanner of its own: dependency tools that read TypeScript through its compiler see nothing with TypeScript 7. It
 * knows comments, quotes, templates with what is nested in them, and regular expressions where one may begin.
 */
function blanked(text: string, blank: Blank): string {
  let out = '';
  let at = 0;
  /** For each template that is open: how many braces are open inside its `${`. */
  const templates: number[] = [];
  const take = (end: number, hide: boolean): void => {
    const piece = text.slice(at, end);
    out += hide ? piece.replaceAll(/[^\n]/g, ' ') : piece;
    at = end;
  };
  const template = (): void => {
    let end = at;
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) end += text[end] === '\\' ? 2 : 1;
    take(end, blank.texts);
    if (text[at] === '`') take(at + 1, false);
    else {
      templates.push(0);
      take(at + 2, false);
    }
  };
  while (at < text.length) {
    const char = text[at] ?? '';
    const depth = templates.length - 1;
    if (text.startsWith('//', at)) take(lineEnd(text, at), blank.comments);
    else if (text.startsWith('/*', at)) take(text.indexOf('*/', at) + 2 || text.length, blank.comments);
    else if (char === "'" || char === '"') {
      take(at + 1, false);
      take(closing(text, at, char), blank.texts);
      take(at + 1, false);
    } else if (char === '`') {
      take(at + 1, false);
      template();
    } else if (char === '/' && /[(,=:[!&|?{};\n]\s*$|\breturn\s*$/.test(out.slice(-20))) {
      take(at + 1, false);
      take(closing(text, at, '/'), blank.texts);
      take(at + 1, false);
    } else if (char === '}' && templates[depth] === 0) {
      templates.pop();
      take(at + 1, false);
      template();
    } else {
      if (depth >= 0 && char === '{') templates[depth] = (templates[depth] ?? 0) + 1;
      if (depth >= 0 && char === '}') templates[depth] = (templates[depth] ?? 0) - 1;
      take(at + 1, false);
    }
  }
  return out;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Where a quote ends, or a regular expression, in which a slash may stand between brackets. */
function closing(text: string, start: number, mark: string): number {
  let bracket = false;
  let at = start;
  for (; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (mark === '/' && char === '[') bracket = true;
    else if (mark === '/' && char === ']') bracket = false;
    else if (char === '\n' || (char === mark && !bracket)) return at;
  }
  return at;
}
