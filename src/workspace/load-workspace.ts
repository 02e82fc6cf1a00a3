import { readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agreementSchema } from '../agreement/agreement-schema.ts';
import { checkAgreement, unknownDataset } from '../agreement/check-agreement.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { unknownColumn } from '../catalogue/check-condition.ts';
import { type Dataset, datasetSchema, findColumn } from '../catalogue/dataset.ts';
import { type RestrictedCodes, restrictedCodes, restrictedCodesSchema } from '../catalogue/restricted-codes.ts';
import { parseAgreementReference } from '../kernel/agreement-reference.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { type Document, type Parsed, parseWith, problemAt, quoted, readDocument } from '../kernel/document.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { Problem } from '../kernel/problem.ts';
import { checkPipeline } from '../pipeline/check-pipeline.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { cohortUploads, decisionsOf, pipelineSchema } from '../pipeline/pipeline-schema.ts';
import { checkSchedules } from '../pipeline/schedule.ts';
import { LazyCatalogue } from './lazy-catalogue.ts';
import type { Workspace } from './workspace.ts';
import { insidePath, operatorPath } from './workspace-path.ts';
import { type SourceFile, type WorkspaceFile, workspaceSchema } from './workspace-schema.ts';

/** Larger than any real agreement; what is larger is not a document of a workspace. */
const MAX_DOCUMENT = 4 << 20;

/**
 * Reads a workspace: `dars.yaml`, the catalogue and every agreement, each of which must be right, since a later version
 * of an agreement can take away what an earlier one granted; and every pipeline, whose problems are kept apart, so
 * that one that is wrong does not keep the others from running. Throws a Fault (exit 10) with every problem.
 */
export async function loadWorkspace(root: string): Promise<Workspace> {
  const problems: Problem[] = [];
  const document = await readYaml(root, 'dars.yaml');
  if (!document.ok) throw wrong(document.problems);
  const parsed = parseWith(workspaceSchema, document.value);
  if (!parsed.ok) throw wrong(parsed.problems);
  const file = parsed.value;
  problems.push(...pathProblems(root, file, document.value));
  if (problems.length > 0) throw wrong(problems);
  problems.push(...(await folderProblems(root, file, document.value)));

  const restricted = await loadRestrictedCodes(root, file, document.value, problems);
  const catalogue = await loadCatalogue(root, file, restricted, problems);
  problems.push(...sourceProblems(file, catalogue, document.value));
  const agreements = await loadAgreements(root, file, catalogue, problems);
  if (problems.length > 0) throw wrong(problems);

  const pipelineProblems: Problem[] = [];
  const pipelines = await loadPipelines(root, file, catalogue, agreements, pipelineProblems);
  pipelineProblems.push(...checkSchedules(pipelines, agreements));
  return {
    root,
    name: 'dars.yaml',
    document: document.value,
    file,
    catalogue,
    agreements,
    pipelines,
    pipelineProblems,
  };
}

/** Reads one pipeline file, wherever in the workspace it lies. */
export async function loadPipeline(workspace: Workspace, path: string): Promise<Parsed<LoadedPipeline>> {
  return parsePipeline(workspace.root, relative(workspace.root, path), workspace.catalogue, workspace.agreements);
}

function wrong(problems: readonly Problem[]): Fault {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new Fault(ExitCode.workspace, 'workspace', `the workspace has ${count}`, { problems });
}

async function readYaml(root: string, name: string): Promise<Parsed<Document>> {
  const path = resolve(root, name);
  let text: string;
  try {
    if ((await stat(path)).size > MAX_DOCUMENT)
      return failed('too-large', name, 'this file is too large to be one of a workspace');
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      const hint = `a workspace is a folder with dars.yaml; looked in ${root}; see --workspace`;
      return failed('no-file', name, 'there is no such file', name === 'dars.yaml' ? hint : undefined);
    }
    const isText = !(error instanceof TypeError);
    return failed('unreadable', name, isText ? `this can’t be read (${code})` : 'this file is not UTF-8 text');
  }
  const document = readDocument(text, name);
  if (!document.ok) return document;
  // An escape in quotes can make one where the text has none, and no name or value may hold it.
  const place = text.includes('\u0000') ? [] : findNul(document.value.value);
  if (place === undefined) return document;
  return { ok: false, problems: [problemAt(document.value, place, 'nul', 'this holds a NUL')] };
}

/** The path of a text that holds a NUL. */
function findNul(value: unknown): PropertyKey[] | undefined {
  if (typeof value === 'string') return value.includes('\u0000') ? [] : undefined;
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (key.includes('\u0000')) return [];
    const found = findNul(inner);
    if (found !== undefined) return [Array.isArray(value) ? Number(key) : key, ...found];
  }
  return undefined;
}

function failed(code: string, file: string, message: string, hint?: string): Parsed<Document> {
  return { ok: false, problems: [{ code, file, message, ...(hint === undefined ? {} : { hint }) }] };
}

function pathProblems(root: string, file: WorkspaceFile, document: Document): Problem[] {
  const paths: [readonly PropertyKey[], string][] = [
    [['agreements'], file.agreements],
    [['pipelines'], file.pipelines],
    [['state'], file.state],
  ];
  if (file.catalogue !== undefined) paths.push([['catalogue'], file.catalogue]);
  if (file.limits.temp !== undefined) paths.push([['limits', 'temp'], file.limits.temp]);
  if (file.lookups.restricted_codes !== undefined)
    paths.push([['lookups', 'restricted_codes', 'path'], file.lookups.restricted_codes.path]);
  if (file.lookups.geography !== undefined) paths.push([['lookups', 'geography', 'path'], file.lookups.geography.path]);
  for (const [name, source] of Object.entries(file.sources)) {
    for (const path of source?.path ?? []) paths.push([['sources', name, 'path'], path]);
  }
  if (file.sources.opt_outs?.request !== undefined)
    paths.push([['sources', 'opt_outs', 'request'], file.sources.opt_outs.request]);
  for (const [name, source] of Object.entries(file.sources)) {
    if (source?.ready !== undefined) paths.push([['sources', name, 'ready'], source.ready]);
    if (typeof source?.as_at === 'object') paths.push([['sources', name, 'as_at', 'file'], source.as_at.file]);
  }
  if (file.monitoring.metrics !== undefined) paths.push([['monitoring', 'metrics'], file.monitoring.metrics]);
  for (const [name, destination] of Object.entries(file.destinations)) {
    if (destination.type === 'folder') paths.push([['destinations', name, 'path'], destination.path]);
  }
  return paths
    .filter(([, path]) => operatorPath(root, path) === undefined)
    .map(([place, path]) =>
      problemAt(
        document,
        place,
        'outside',
        `${quoted(path)} leads out of the workspace`,
        'if that is meant, write an absolute path',
      ),
    );
}

/** A folder that is not there would read as one without files: no agreements, and every file right. */
async function folderProblems(root: string, file: WorkspaceFile, document: Document): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const setting of ['agreements', 'pipelines', 'catalogue'] as const) {
    const path = file[setting];
    if (path === undefined) continue;
    const found = await stat(operatorPath(root, path) ?? root).catch(() => undefined);
    if (found?.isDirectory() !== true)
      problems.push(problemAt(document, [setting], 'no-folder', `there is no folder ${quoted(path)}`));
  }
  return problems;
}

function sourceProblems(file: WorkspaceFile, catalogue: Catalogue, document: Document): Problem[] {
  const { opt_outs: _, ...sources } = file.sources;
  return Object.entries(sources as Record<string, SourceFile>).flatMap(([name, source]) => {
    const dataset = catalogue.get(name);
    if (dataset === undefined) return [unknownDataset(name, [...catalogue.keys()], document, ['sources', name])];
    return Object.keys(source.columns ?? {})
      .filter((column) => findColumn(dataset, column) === undefined)
      .map((column) => unknownColumn(dataset, column, document, ['sources', name, 'columns', column]));
  });
}

async function yamlFiles(root: string, folder: string): Promise<string[]> {
  const full = operatorPath(root, folder) ?? root;
  const names = await readdir(full).catch(() => [] as string[]);
  return names
    .filter((name) => /\.ya?ml$/i.test(name))
    .sort()
    .map((name) => relative(root, join(full, name)));
}

/** The list of restricted codes, if dars.yaml names one: of that version and with those bytes, or it is a problem. */
async function loadRestrictedCodes(
  root: string,
  { lookups: { restricted_codes: named } }: WorkspaceFile,
  document: Document,
  problems: Problem[],
): Promise<RestrictedCodes | undefined> {
  if (named === undefined) return undefined;
  const at = (key: string, code: string, message: string, hint: string): undefined => {
    problems.push(problemAt(document, ['lookups', 'restricted_codes', key], code, message, hint));
  };
  const path = operatorPath(root, named.path) ?? '';
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined)
    return at('path', 'no-file', 'the list of restricted codes can’t be read', 'without it nothing is released');
  const sha256 = sha256Hex(bytes);
  if (sha256 !== named.sha256.toLowerCase()) {
    return at(
      'sha256',
      'checksum',
      'the list of restricted codes is not the one that this SHA-256 is of',
      'fetch it anew; after an update, set version and sha256 together',
    );
  }
  const yaml = readDocument(bytes.toString('utf8'), basename(path));
  const parsed = yaml.ok ? parseWith(restrictedCodesSchema, yaml.value) : yaml;
  if (!parsed.ok) {
    problems.push(...parsed.problems);
    return undefined;
  }
  const { version } = parsed.value;
  if (version !== named.version)
    return at('version', 'list-version', `the list of restricted codes is of version ${quoted(version)}`, 'set both');
  return restrictedCodes(parsed.value, sha256);
}

/** The datasets that dars brings, and those of the workspace, which may replace them. */
async function loadCatalogue(
  root: string,
  file: WorkspaceFile,
  restricted: RestrictedCodes | undefined,
  problems: Problem[],
): Promise<Catalogue> {
  const shipped = resolve(dirname(fileURLToPath(import.meta.url)), '../catalogue/datasets');
  const entries = new Map<string, Dataset | (() => Dataset)>();
  for (const name of await yamlFiles(root, shipped)) {
    entries.set(basename(name, '.yaml'), () => shippedDataset(resolve(root, name)));
  }
  for (const name of file.catalogue === undefined ? [] : await yamlFiles(root, file.catalogue)) {
    const document = await readYaml(root, name);
    const parsed = document.ok ? parseWith(datasetSchema, document.value) : document;
    if (!parsed.ok) {
      problems.push(...parsed.problems);
      continue;
    }
    const dataset = parsed.value;
    if (document.ok) problems.push(...datasetProblems(dataset, document.value));
    entries.set(dataset.dataset, dataset);
  }
  return new LazyCatalogue(entries, restricted);
}

/** A dataset that dars brings; it is named as its file, and the tests see to it that it is right. */
function shippedDataset(path: string): Dataset {
  const document = readDocument(readFileSync(path, 'utf8'), basename(path));
  const parsed = document.ok ? parseWith(datasetSchema, document.value) : document;
  if (!parsed.ok) throw new Error('a dataset that dars brings is broken');
  return parsed.value;
}

function datasetProblems(dataset: Dataset, document: Document): Problem[] {
  const problems: Problem[] = [];
  const exists = (path: readonly PropertyKey[], name: string): void => {
    if (findColumn(dataset, name) === undefined)
      problems.push(problemAt(document, path, 'unknown-column', `there is no column ${quoted(name)} here`));
  };
  exists(['person_key'], dataset.person_key);
  if (dataset.date !== undefined) exists(['date'], dataset.date);
  dataset.key.forEach((name, index) => {
    exists(['key', index], name);
  });
  const seen = new Set<string>();
  dataset.columns.forEach(({ name }, index) => {
    if (seen.has(name.toUpperCase()))
      problems.push(problemAt(document, ['columns', index], 'column-twice', `${name} stands twice`));
    seen.add(name.toUpperCase());
  });
  return problems;
}

async function loadAgreements(
  root: string,
  file: WorkspaceFile,
  catalogue: Catalogue,
  problems: Problem[],
): Promise<LoadedAgreement[]> {
  const loaded: LoadedAgreement[] = [];
  for (const name of await yamlFiles(root, file.agreements)) {
    const document = await readYaml(root, name);
    const parsed = document.ok ? parseWith(agreementSchema, document.value) : document;
    if (!parsed.ok || !document.ok) {
      problems.push(...(parsed.ok ? [] : parsed.problems));
      continue;
    }
    const agreement = parsed.value;
    problems.push(...checkAgreement(agreement, document.value, catalogue, Object.keys(file.destinations)));
    if (insidePath(root, agreement.recipient.key) === undefined) {
      problems.push(
        problemAt(
          document.value,
          ['recipient', 'key'],
          'outside',
          `${quoted(agreement.recipient.key)} leads out of the workspace`,
        ),
      );
    }
    const reference = parseAgreementReference(agreement.reference);
    if (reference === undefined) continue;
    const twin = loaded.find((other) => other.reference.text === reference.text);
    if (twin !== undefined) {
      problems.push(
        problemAt(
          document.value,
          ['reference'],
          'reference-twice',
          `${reference.text} stands in ${twin.document.file} as well`,
        ),
      );
    }
    loaded.push({ agreement, reference, document: document.value });
  }
  return loaded;
}

async function loadPipelines(
  root: string,
  file: WorkspaceFile,
  catalogue: Catalogue,
  agreements: readonly LoadedAgreement[],
  problems: Problem[],
): Promise<LoadedPipeline[]> {
  const loaded: LoadedPipeline[] = [];
  for (const name of await yamlFiles(root, file.pipelines)) {
    const parsed = await parsePipeline(root, name, catalogue, agreements);
    if (!parsed.ok) {
      problems.push(...parsed.problems);
      continue;
    }
    const twin = loaded.find(({ pipeline }) => pipeline.pipeline === parsed.value.pipeline.pipeline);
    if (twin !== undefined) {
      problems.push(
        problemAt(
          parsed.value.document,
          ['pipeline'],
          'pipeline-twice',
          `${quoted(twin.pipeline.pipeline)} is the name of ${twin.document.file} as well`,
        ),
      );
    }
    loaded.push(parsed.value);
  }
  return loaded;
}

async function parsePipeline(
  root: string,
  name: string,
  catalogue: Catalogue,
  agreements: readonly LoadedAgreement[],
): Promise<Parsed<LoadedPipeline>> {
  const document = await readYaml(root, name);
  if (!document.ok) return document;
  const parsed = parseWith(pipelineSchema, document.value);
  if (!parsed.ok) return parsed;
  const references = agreements.map(({ reference }) => reference.text);
  const problems = checkPipeline(parsed.value, document.value, catalogue, references);
  const { cohort, products } = parsed.value;
  const cohortFiles: [string, PropertyKey[]][] = [
    ...(cohort !== undefined && 'file' in cohort ? [[cohort.file, ['cohort', 'file']] as [string, PropertyKey[]]] : []),
    ...products.flatMap((product, index): [string, PropertyKey[]][] => [
      ...cohortUploads(product).map((path): [string, PropertyKey[]] => [path, ['products', index, 'cohort']]),
      ...[decisionsOf(product) ?? []]
        .flat()
        .map((path): [string, PropertyKey[]] => [path, ['products', index, 'decisions']]),
    ]),
  ];
  for (const [path, place] of cohortFiles) {
    const at = (code: string, message: string): Problem => problemAt(document.value, place, code, message);
    if (insidePath(root, path) === undefined)
      problems.push(at('outside', `${quoted(path)} leads out of the workspace`));
    else if (/[*?[\]]/.test(path)) problems.push(at('glob', 'a cohort is one file: *, ? and [ can’t stand here'));
  }
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, value: { pipeline: parsed.value, document: document.value } };
}
