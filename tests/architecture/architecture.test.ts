import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  adaptersNamedOnce,
  auditorApart,
  layers,
  noAny,
  noCycles,
  noDefaultExports,
  outsideWorld,
  portsAsTypes,
  type Rule,
  sqlInItsPlace,
} from './rules.ts';
import { codeOnly, importsOf, readSources, withoutComments } from './source-graph.ts';

const ROOT = join(import.meta.dirname, '../..');
const sources = readSources(join(ROOT, 'src'));

/** Each rule, in the design's words, with violations that it must catch: a rule that can't bite proves nothing. */
const RULES: readonly (readonly [string, Rule, readonly (readonly [path: string, text: string])[]])[] = [
  [
    'nothing imports to its right',
    layers,
    [
      ['kernel/planted.ts', `import { printRelation } from '../relation/print-sql.ts';`],
      ['relation/planted.ts', `import type { Dataset } from '../catalogue/dataset.ts';`],
      ['catalogue/planted.ts', `export { checkAgreement } from '../agreement/check-agreement.ts';`],
      ['agreement/planted.ts', `import { selectionsOf } from "../pipeline/pipeline-schema.ts";`],
      ['pipeline/planted.ts', `import { refusalsFor } from '../gate/gate.ts';`],
      ['gate/planted.ts', `const late = await import('../plan/build-plan.ts');`],
      ['plan/planted.ts', `import { release } from '../release.ts';`],
      ['release/planted.ts', `import '../cli/main.ts';`],
      ['release/planted.ts', `import { dueList } from '../schedule/due-list.ts';`],
      ['gate/planted.ts', `import type {\n  Entry,\n  Ledger,\n} from '../ledger/ledger.ts';`],
      ['exporter/planted.ts', 'export const planted = 1;'],
    ],
  ],
  [
    'release checks know the grant and not the plan',
    layers,
    [
      ['disclosure/planted.ts', `import { stepOf } from '../plan/plan.ts';`],
      ['disclosure/planted.ts', `import { execute } from '../engine/sql.ts';`],
    ],
  ],
  [
    'the auditor knows what is published and never a true count',
    auditorApart,
    [
      ['disclosure/audit/planted.ts', `import type { Instance } from '../instance/instance.ts';`],
      ['disclosure/audit/planted.ts', `import { suppressionOf } from '../suppress/suppression.ts';`],
      ['disclosure/audit/planted.ts', `import { execute } from '../../engine/sql.ts';`],
      ['disclosure/audit/planted.ts', `import { sha256Hex } from '../../kernel/digest.ts';`],
    ],
  ],
  [
    'adapters never import each other',
    layers,
    [
      ['deliver/planted.ts', `import { duckDbEngine } from '../engine/duckdb-engine.ts';`],
      ['engine/planted.ts', `import type { Encryptor } from '../encrypt/encryptor.ts';`],
      ['workspace/planted.ts', `import { openFileLedger } from '../ledger/file-ledger.ts';`],
      ['ledger/planted.ts', `import { release } from '../release.ts';`],
    ],
  ],
  [
    'nothing imports itself in the end',
    noCycles,
    [['kernel/nearest.ts', `import { planted } from './planted.ts';\nimport '../kernel/nearest.ts';`]],
  ],
  [
    'ports are imported as types',
    portsAsTypes,
    [
      ['release/planted.ts', `import { openPgpEncryptor } from '../encrypt/openpgp-encryptor.ts';`],
      ['release/planted.ts', `import { Outbox } from '../deliver/outbox.ts';`],
      ['release/planted.ts', `import { type Encryptor, KEY } from '../encrypt/encryptor.ts';`],
    ],
  ],
  [
    'only cli/wire.ts names adapters, and the demo its own',
    adaptersNamedOnce,
    [
      ['cli/commands/planted.ts', `import { openFileLedger } from '../../ledger/file-ledger.ts';`],
      ['cli/planted.ts', `import { duckDbEngine } from '../engine/duckdb-engine.ts';`],
      ['cli/commands/synth.ts', `import { openFileLedger } from '../../ledger/file-ledger.ts';`],
    ],
  ],
  [
    'SQL text stands in relation and engine, and where set logic needs it',
    sqlInItsPlace,
    [
      ['release/planted.ts', 'const sql = `SELECT * FROM people`;'],
      ['cli/planted.ts', `const sql = 'COPY (SELECT 1) TO';`],
      ['plan/planted.ts', 'const sql = `\n  WITH RECURSIVE AS`; const more = "CREATE TEMP TABLE x"'],
    ],
  ],
  [
    'the process, the console, the clock, chance and the file system are touched only at the edge',
    outsideWorld,
    [
      ['plan/planted.ts', 'export const today = new Date();'],
      ['release/planted.ts', 'const started = Date.now();'],
      ['schedule/planted.ts', 'const tonight = new Date();'],
      ['gate/planted.ts', `import { readFileSync } from 'node:fs';`],
      ['kernel/planted.ts', `import { execFile } from 'node:child_process';`],
      ['disclosure/planted.ts', `import { connect } from "net";`],
      ['kernel/planted.ts', 'const home = process.env["HOME"];'],
      ['release/planted.ts', 'const text = `\x24{console.log("x")}`;'],
      ['plan/planted.ts', 'const id = Math.random();'],
      ['release/planted.ts', `import { randomBytes } from 'node:crypto';`],
    ],
  ],
  [
    'exports have names',
    noDefaultExports,
    [
      ['kernel/planted.ts', 'export default 1;'],
      ['kernel/planted.ts', 'const a = 1;\nexport { a as default };'],
    ],
  ],
  [
    'nothing has any type',
    noAny,
    [
      ['kernel/planted.ts', 'export const a: any = 1;'],
      ['kernel/planted.ts', 'export const a = JSON.parse("") as any;'],
      ['kernel/planted.ts', 'export type A = Map<string, any>;'],
      ['kernel/planted.ts', 'export function a(b: any[]): void {}'],
    ],
  ],
];

describe.each(RULES)('%s', (_, rule, planted) => {
  test('holds', () => {
    expect(sources.length).toBeGreaterThan(150);
    expect(rule(sources)).toEqual([]);
  });

  test.each(planted)('would be noticed in %s: %s', (path, text) => {
    const others = sources.filter((file) => file.path !== path);
    expect(rule([...others, { path, text }]).join('\n')).toContain(path);
  });
});

describe('the reader of sources', () => {
  const text = [
    `import { a } from './a.ts'; // import { no } from './no.ts';`,
    `import type { B } from './b.ts'; /* import '../no.ts' */`,
    `import { type C, type D } from './c.ts';`,
    `import { type E, f } from '../f.ts';`,
    `export * from './g.ts';`,
    `import './h.ts';`,
    `const late = () => import('./i.ts');`,
    'const says = "process.exit // not a comment"; const code = `\x24{process} SELECT \x24{`\x24{console}`}`;',
    `const pattern = /['"]process\\/[/*]/; const after = Date.now();`,
  ].join('\n');

  test('finds every import, and which are of types only', () => {
    expect(
      importsOf([{ path: 'kernel/x.ts', text }]).map(({ to, typeOnly }) => `${to}${typeOnly ? ' type' : ''}`),
    ).toEqual([
      'kernel/a.ts',
      'kernel/b.ts type',
      'kernel/c.ts type',
      'f.ts',
      'kernel/g.ts',
      'kernel/h.ts',
      'kernel/i.ts',
    ]);
  });

  test('knows code from comments and texts', () => {
    const code = codeOnly(text);
    expect(code).toMatch(/\$\{process\}/);
    expect(code).toMatch(/\$\{console\}/);
    expect(code).toContain('Date.now()');
    expect(code).not.toMatch(/exit|SELECT|no\.ts/);
    expect(code.split('\n')).toHaveLength(text.split('\n').length);
    expect(withoutComments(text)).toContain('// not a comment');
    expect(withoutComments(text)).not.toContain('no.ts');
  });

  test('reads all of the sources: nothing that follows a misread quote is lost', () => {
    const lost = sources.filter(({ text: source }) => {
      const exported = [...source.matchAll(/^export (?:async )?(?:const|function|class|interface|type) (\w+)/gm)];
      return exported.some(([, name = '']) => !new RegExp(`\\b${name}\\b`).test(codeOnly(source)));
    });
    expect(lost.map(({ path }) => path)).toEqual([]);
  });
});

describe('Biome says it while one types', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dars-layers-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('every import to the right, of another adapter or of the outside world', () => {
    const planted = RULES.flatMap(([, rule, files]) => (([layers, outsideWorld] as Rule[]).includes(rule) ? files : []))
      .filter(([, text]) => /^(im|ex)port .*from '(\.\.|node:(fs|child))/s.test(text))
      .map(([path, text], index) => ({ path: path.replace('planted', `planted-${index}`), text }));
    const right = {
      path: 'gate/right.ts',
      text: `import { quoted } from '../kernel/document.ts';\nexport const x = quoted;\n`,
    };
    for (const { path, text } of [...planted, right]) {
      mkdirSync(join(folder, 'src', path, '..'), { recursive: true });
      writeFileSync(join(folder, 'src', path), text);
    }
    const { vcs: _, ...config } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...config, $schema: undefined }));
    const { stdout } = spawnSync(
      join(ROOT, 'node_modules/.bin/biome'),
      ['lint', '--reporter=github', '--only=noRestrictedImports', '.'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    expect(planted.length).toBeGreaterThan(8);
    expect(planted.filter(({ path }) => !stdout.includes(path))).toEqual([]);
    expect(stdout).not.toContain(right.path);
  });
});
