import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  adaptersApart,
  adaptersNamedOnce,
  layers,
  noDefaultExports,
  outsideWorld,
  portsOnly,
  type Rule,
  sqlInItsPlace,
} from './rules.ts';
import { readSources, type SourceFile } from './source-graph.ts';

const sources = readSources(join(import.meta.dirname, '../../src'));

/** Each rule, in the design's words, with a violation that it must catch: a rule that can't bite proves nothing. */
const RULES: readonly (readonly [string, Rule, SourceFile])[] = [
  [
    'nothing imports to its right',
    layers,
    { path: 'kernel/planted.ts', text: `import { refusalsFor } from '../gate/gate.ts';` },
  ],
  [
    'a late import counts as well',
    layers,
    { path: 'gate/planted.ts', text: `const late = await import('../plan/build-plan.ts');` },
  ],
  [
    'adapters never import each other',
    adaptersApart,
    { path: 'deliver/planted.ts', text: `import { duckDbEngine } from '../engine/duckdb-engine.ts';` },
  ],
  [
    'ports are imported, adapters are not',
    portsOnly,
    { path: 'release/planted.ts', text: `import { openPgpEncryptor } from '../encrypt/openpgp-encryptor.ts';` },
  ],
  [
    'only cli/wire.ts names adapters',
    adaptersNamedOnce,
    { path: 'cli/commands/planted.ts', text: `import { openFileLedger } from '../../ledger/file-ledger.ts';` },
  ],
  [
    'SQL text stands in relation and engine',
    sqlInItsPlace,
    { path: 'release/planted.ts', text: 'const sql = `SELECT * FROM people`;' },
  ],
  [
    'the clock is touched only at the edge',
    outsideWorld,
    { path: 'plan/planted.ts', text: 'export const today = new Date();' },
  ],
  [
    'the file system is touched only at the edge',
    outsideWorld,
    { path: 'gate/planted.ts', text: `import { readFileSync } from 'node:fs';` },
  ],
  ['exports have names', noDefaultExports, { path: 'kernel/planted.ts', text: 'export default 1;' }],
];

describe.each(RULES)('%s', (_, rule, planted) => {
  test('holds', () => {
    expect(rule(sources)).toEqual([]);
  });

  test('would be noticed if it did not', () => {
    expect(rule([...sources, planted]).length).toBeGreaterThan(rule(sources).length);
  });
});
