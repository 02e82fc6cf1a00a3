import { type Import, importsOf, type SourceFile, withoutComments } from './source-graph.ts';

/** What a rule says of the sources: each sentence is one violation, with the file. */
export type Rule = (files: readonly SourceFile[]) => string[];

/** `kernel ← relation ← {catalogue, agreement, pipeline} ← gate ← plan ← release ← cli`; nothing imports to its right. */
const LAYERS = [
  ['kernel'],
  ['relation'],
  ['catalogue', 'agreement', 'pipeline'],
  ['gate'],
  ['plan'],
  ['release'],
  ['cli'],
] as const;
const ADAPTERS = ['engine', 'encrypt', 'deliver', 'ledger', 'workspace', 'synth'];
/** The files of adapter folders that are ports or plain data, which anybody may know. */
const PORTS = [
  'engine/engine.ts',
  'encrypt/encryptor.ts',
  'deliver/destination.ts',
  'ledger/ledger.ts',
  'ledger/entries.ts',
  'ledger/history.ts',
  'workspace/workspace.ts',
  'workspace/workspace-schema.ts',
];

const folderOf = (path: string): string =>
  path.includes('/') ? (path.split('/')[0] ?? '') : path.replace(/\.ts$/, '');
const layerOf = (path: string): number =>
  LAYERS.findIndex((layer) => (layer as readonly string[]).includes(folderOf(path)));
const isOurs = ({ to }: Import): boolean => to.endsWith('.ts');

export const layers: Rule = (files) =>
  importsOf(files)
    .filter(isOurs)
    .filter(({ from, to }) => layerOf(from) >= 0 && layerOf(to) > layerOf(from))
    .map(({ from, to }) => `${from} imports ${to}, which lies to its right`);

export const adaptersApart: Rule = (files) =>
  importsOf(files)
    .filter(isOurs)
    .filter(({ from, to }) => {
      const [a, b] = [folderOf(from), folderOf(to)];
      return ADAPTERS.includes(a) && ADAPTERS.includes(b) && a !== b && !PORTS.includes(to);
    })
    .map(({ from, to }) => `the adapter ${from} imports the adapter ${to}`);

/** Below the command line nobody names an adapter but through its port. */
export const portsOnly: Rule = (files) =>
  importsOf(files)
    .filter(isOurs)
    .filter(({ from }) => !ADAPTERS.includes(folderOf(from)) && folderOf(from) !== 'cli')
    .filter(
      ({ to, typeOnly }) => ADAPTERS.includes(folderOf(to)) && !PORTS.includes(to) && !typeOnly && !PLAIN.includes(to),
    )
    .map(({ from, to }) => `${from} imports the adapter ${to}`);

/** Parts of adapter folders that touch nothing outside the process. */
const PLAIN = ['encrypt/hash-tap.ts'];

export const adaptersNamedOnce: Rule = (files) =>
  importsOf(files)
    .filter(
      ({ from, to }) =>
        folderOf(from) === 'cli' && from !== 'cli/wire.ts' && /^(engine|encrypt|deliver|ledger)\//.test(to),
    )
    .filter(({ from, to }) => !PORTS.includes(to) && !from.startsWith('cli/demo/'))
    .map(({ from, to }) => `${from} names the adapter ${to}; only cli/wire.ts does, and the demo`);

export const sqlInItsPlace: Rule = (files) =>
  files
    .filter(({ path }) => !/^(relation|engine|linkage|disclosure|synth)\//.test(path))
    .filter(({ text }) =>
      /[`'"(]\s*(SELECT|COPY|CREATE (OR REPLACE )?(TEMP )?TABLE|INSERT INTO|DROP TABLE) /.test(withoutComments(text)),
    )
    .map(({ path }) => `${path} holds SQL text`);

const OUTSIDE = /\bprocess\.(env|stdout|stderr|argv|exit)|\bconsole\.|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/;
const OUTSIDE_MODULES = /^node:(fs|fs\/promises|child_process|net|os|http|https|dns)$/;

export const outsideWorld: Rule = (files) => {
  const inner = files.filter(({ path }) => !ADAPTERS.includes(folderOf(path)) && folderOf(path) !== 'cli');
  return [
    ...inner
      .filter(({ text }) => OUTSIDE.test(withoutComments(text)))
      .map(({ path }) => `${path} touches process, console, the clock or randomness`),
    ...importsOf(inner)
      .filter(({ to }) => OUTSIDE_MODULES.test(to))
      .map(({ from, to }) => `${from} imports ${to}`),
  ];
};

export const noDefaultExports: Rule = (files) =>
  files
    .filter(({ text }) => /^export default\b/m.test(withoutComments(text)))
    .map(({ path }) => `${path} has a default export`);
