import { codeOnly, type Import, importsOf, type SourceFile, withoutComments } from './source-graph.ts';

/** What a rule says of the sources: each sentence is one violation, with the file. */
export type Rule = (files: readonly SourceFile[]) => string[];

/** The three documents, which stand beside each other: a pipeline is written under an agreement, both use the catalogue. */
const DOCUMENTS = ['catalogue', 'agreement', 'pipeline'];

/** What all of the middle of the program is made of. */
const MIDDLE = ['kernel', 'relation', ...DOCUMENTS, 'gate', 'plan', 'disclosure', 'linkage'];

export const ADAPTERS = [
  'engine',
  'encrypt',
  'deliver',
  'ledger',
  'publish',
  'workspace',
  'monitoring',
  'synth',
  'solver',
  'keys',
];

/**
 * `kernel ← relation ← {catalogue, agreement, pipeline} ← gate ← plan ← release ← schedule ← cli`: a folder imports from
 * itself and from these. Release checks know the grant and not the plan. Adapters stand beside the flow and never on each other.
 */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  relation: ['kernel'],
  spreadsheet: ['kernel'],
  catalogue: ['kernel', 'relation'],
  agreement: ['kernel', 'relation', 'catalogue'],
  pipeline: ['kernel', 'relation', 'catalogue', 'agreement'],
  disclosure: ['kernel', 'relation', 'spreadsheet', ...DOCUMENTS],
  linkage: ['kernel', 'relation', ...DOCUMENTS],
  gate: ['kernel', 'relation', ...DOCUMENTS],
  plan: ['kernel', 'relation', ...DOCUMENTS, 'gate', 'linkage', 'disclosure'],
  release: [...MIDDLE, 'engine', 'encrypt', 'deliver', 'ledger', 'workspace', 'keys'],
  schedule: [...MIDDLE, 'release', 'engine', 'deliver', 'ledger', 'workspace'],
  register: ['kernel', 'ledger', 'spreadsheet'],
  cli: [...MIDDLE, 'spreadsheet', 'release', 'schedule', 'register', ...ADAPTERS],
  engine: ['kernel', 'relation', ...DOCUMENTS, 'plan', 'disclosure', 'linkage'],
  encrypt: ['kernel'],
  deliver: ['kernel'],
  ledger: ['kernel'],
  publish: ['kernel'],
  workspace: ['kernel', 'relation', ...DOCUMENTS],
  monitoring: ['kernel'],
  synth: ['kernel', 'relation', 'catalogue'],
  solver: ['kernel', 'disclosure'],
  keys: ['kernel'],
};

/** Files of adapter folders that compute and touch nothing: what they export may be used, not only named as a type. */
const PURE = [
  'ledger/amendable.ts',
  'ledger/entries.ts',
  'ledger/history.ts',
  'ledger/published-facts.ts',
  'ledger/register-entries.ts',
  'ledger/reidentification-entries.ts',
  'ledger/release-terms.ts',
  'ledger/log-leaf.ts',
  'ledger/merkle.ts',
  'ledger/tiles.ts',
  'ledger/checkpoint.ts',
  'ledger/signed-note.ts',
  'workspace/workspace-schema.ts',
];

/** Where a file lies, with `release.ts`, the flow, in the folder of its parts. */
export function folderOf(path: string): string {
  return (path.split('/')[0] ?? '').replace(/\.ts$/, '');
}

const isOurs = ({ to }: Import): boolean => to.endsWith('.ts');
const isEdge = (path: string): boolean => [...ADAPTERS, 'cli'].includes(folderOf(path));

export const layers: Rule = (files) => [
  ...files.filter(({ path }) => !(folderOf(path) in MAY_IMPORT)).map(({ path }) => `${path} lies in no layer`),
  ...importsOf(files)
    .filter(isOurs)
    .filter(({ from, to }) => {
      const [a, b] = [folderOf(from), folderOf(to)];
      return a !== b && MAY_IMPORT[a]?.includes(b) === false;
    })
    .map(({ from, to }) => `${from} imports ${to}, which is not below it`),
];

export const noCycles: Rule = (files) => {
  const ahead = new Map<string, string[]>();
  for (const { from, to, typeOnly } of importsOf(files)) {
    if (!typeOnly && to.endsWith('.ts')) ahead.set(from, [...(ahead.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(' → '));
    if (way.includes(path) || done.has(path)) return;
    for (const next of ahead.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const { path } of files) walk(path, []);
  return found;
};

/** What an auditor may know: what is published and how it hangs together, and how to solve a linear program. */
const OF_THE_AUDITOR = /^disclosure\/(audit\/|tables\/|solver\.ts$)/;

/** The auditor never sees true counts: nothing that holds them is within its reach. */
export const auditorApart: Rule = (files) =>
  importsOf(files)
    .filter(({ from }) => from.startsWith('disclosure/audit/'))
    .filter(({ to }) => !OF_THE_AUDITOR.test(to))
    .map(({ from, to }) => `${from} imports ${to}, which an attacker does not have`);

/** Adapters are types to everybody but the command line. */
export const portsAsTypes: Rule = (files) =>
  importsOf(files)
    .filter(({ from, to }) => !isEdge(from) && isOurs({ from, to, typeOnly: false }) && ADAPTERS.includes(folderOf(to)))
    .filter(({ to, typeOnly }) => !typeOnly && !PURE.includes(to))
    .map(({ from, to }) => `${from} imports more than types of ${to}`);

/** Who may name which adapters: the wiring, the demo, the command that makes data up; and who opens a workspace. */
const NAMES: readonly (readonly [file: RegExp, adapters: readonly string[]])[] = [
  [/^cli\/wire\.ts$/, ['engine', 'encrypt', 'deliver', 'ledger', 'publish', 'workspace', 'solver', 'keys']],
  [/^cli\/wire-ledger\.ts$/, ['ledger', 'workspace']],
  [/^cli\/wire-register\.ts$/, ['ledger', 'publish', 'workspace']],
  [/^cli\/wire-monitoring\.ts$/, ['engine', 'monitoring', 'workspace']],
  [/^cli\/demo\//, ADAPTERS],
  [/^cli\/commands\/synth\.ts$/, ['synth']],
  [/^cli\/commands\/command-context\.ts$/, ['workspace']],
];

export const adaptersNamedOnce: Rule = (files) =>
  importsOf(files)
    .filter(({ from, to, typeOnly }) => folderOf(from) === 'cli' && ADAPTERS.includes(folderOf(to)) && !typeOnly)
    .filter(({ to }) => !PURE.includes(to))
    .filter(({ from, to }) => !NAMES.some(([file, adapters]) => file.test(from) && adapters.includes(folderOf(to))))
    .map(({ from, to }) => `${from} names the adapter ${to}`);

const SQL =
  /['"`(]\s*(WITH \w+ AS|SELECT|COPY|CREATE (OR REPLACE )?(TEMP )?TABLE|INSERT INTO|DROP TABLE|DELETE FROM)\b/;

export const sqlInItsPlace: Rule = (files) =>
  files
    .filter(({ path }) => !['relation', 'engine', 'linkage', 'disclosure', 'synth'].includes(folderOf(path)))
    .filter(({ text }) => SQL.test(withoutComments(text)))
    .map(({ path }) => `${path} holds SQL text`);

const OUTSIDE: readonly (readonly [what: string, code: RegExp])[] = [
  ['the process', /\bprocess\b/],
  ['the console', /\bconsole\b/],
  ['the clock', /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\b/],
  ['chance', /\bMath\.random\b|\b(crypto|webcrypto)\.(getRandomValues|randomUUID)\b/],
  ['timers', /\bset(Timeout|Interval|Immediate)\b/],
  ['the network', /\bfetch\(/],
];
const OUTSIDE_MODULES = /^(node:)?(fs|fs\/promises|child_process|worker_threads|net|tls|dns|os|http|https|timers)$/;
const CHANCE = /\b(randomBytes|randomUUID|randomInt|randomFill\w*|getRandomValues|generateKey\w*)\b/;

export const outsideWorld: Rule = (files) => {
  const inner = files.filter(({ path }) => !isEdge(path));
  return [
    ...inner.flatMap(({ path, text }) => {
      const code = codeOnly(text);
      const touched = OUTSIDE.filter(([, pattern]) => pattern.test(code)).map(([what]) => what);
      return [...touched, ...(CHANCE.test(code) ? ['chance'] : [])].map((what) => `${path} touches ${what}`);
    }),
    ...importsOf(inner)
      .filter(({ to }) => OUTSIDE_MODULES.test(to))
      .map(({ from, to }) => `${from} imports ${to}`),
  ];
};

export const noDefaultExports: Rule = (files) =>
  files
    .filter(({ text }) => /\bexport\s+default\b|\bas\s+default\b/.test(codeOnly(text)))
    .map(({ path }) => `${path} has a default export`);

export const noAny: Rule = (files) =>
  files
    .filter(({ text }) => /(?:[:<|&,(=]|=>|\bas|\bextends)\s*any\b(?!\s*[:(.?])|\bany\[\]/.test(codeOnly(text)))
    .map(({ path }) => `${path} has a value of any type`);
