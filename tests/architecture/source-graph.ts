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

/** Every `import … from`, `export … from` and `import('…')` of the files. */
export function importsOf(files: readonly SourceFile[]): Import[] {
  return files.flatMap(({ path, text }) => {
    const code = withoutComments(text);
    const found = [...code.matchAll(/\b(?:import|export)\s+(type\s+)?([^;'"]*?)\s*from\s*'([^']+)'/g)].map((match) => ({
      typeOnly: match[1] !== undefined || /^\{\s*(?:type\s+[^,}]+,?\s*)+\}$/.test(match[2] ?? ''),
      name: match[3] ?? '',
    }));
    const late = [...code.matchAll(/\bimport\('([^']+)'\)/g)].map((match) => ({
      typeOnly: false,
      name: match[1] ?? '',
    }));
    return [...found, ...late].map(({ typeOnly, name }) => ({
      from: path,
      to: name.startsWith('.') ? posix.normalize(posix.join(dirname(path), name)) : name,
      typeOnly,
    }));
  });
}

/** The text without comments, so that a rule is not broken by being talked about. Strings stay. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
