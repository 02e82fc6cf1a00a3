import { brokenInstance } from './broken-instance.ts';
import type { Instance } from './instance.ts';
import { parseGrid } from './parse-grid.ts';
import { parseJj } from './parse-jj.ts';
import { parseLinked } from './parse-linked.ts';

/** Reads an instance in whichever of the known forms its text is. */
export function parseInstance(text: string): Instance {
  const trimmed = text.replace(/^\uFEFF/, '').trimStart();
  if (trimmed === '') throw brokenInstance('all of it', 'it is empty');
  if (!trimmed.startsWith('{')) {
    // Lines that begin with # are remarks.
    if (!/^(#[^\n]*\s*)*[+\d]/.test(trimmed)) {
      throw brokenInstance('all of it', 'it is neither a JJ file nor JSON', 'see: dars disclosure protect --help');
    }
    return parseJj(text);
  }
  const document = parseJson(trimmed);
  if (document['inner'] !== undefined || document['publish'] !== undefined) return parseGrid(document);
  if (document['cells'] !== undefined && document['tables'] !== undefined) return parseLinked(document);
  throw brokenInstance(
    'all of it',
    'its JSON has neither inner, publish and members, nor cells and tables',
    'see: dars disclosure protect --help',
  );
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    throw brokenInstance('all of it', 'it is no valid JSON');
  }
}
