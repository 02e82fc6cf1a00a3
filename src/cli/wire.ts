import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { Destination } from '../deliver/destination.ts';
import { openFolderDestination } from '../deliver/folder-destination.ts';
import { Outbox } from '../deliver/outbox.ts';
import { openSftpDestination } from '../deliver/sftp-destination.ts';
import { ToldFolder } from '../deliver/told-folder.ts';
import type { Solver } from '../disclosure/solver.ts';
import { openPgpEncryptor } from '../encrypt/openpgp-encryptor.ts';
import { duckDbEngine } from '../engine/duckdb-engine.ts';
import type { EngineInputs, Freshness, SourceLocation } from '../engine/engine.ts';
import { type LinkSession, openLinkSession } from '../engine/link-session.ts';
import { openTraceSession, type TraceSession } from '../engine/trace-session.ts';
import { type CalendarDate, dayOf } from '../kernel/calendar-date.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { type HeldKey, heldKeys } from '../keys/held-keys.ts';
import type { KeyProvider } from '../keys/key-provider.ts';
import { vaultTransit } from '../keys/vault-transit.ts';
import { openKeptTables } from '../ledger/kept-tables.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { withLock } from '../ledger/lock.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { cohortUploads, decisionsOf } from '../pipeline/pipeline-schema.ts';
import { writeReports } from '../publish/report-folder.ts';
import type { AnswerPlace } from '../release/reidentification/reidentify.ts';
import type { NamedKey } from '../release/reidentification/request-refusals.ts';
import type { ReleaseEvent } from '../release/release-event.ts';
import type { World } from '../release.ts';
import type { ScheduleFacts } from '../schedule/units.ts';
import { highsSolver } from '../solver/highs-solver.ts';
import { parseMasterKey, readSecret } from '../workspace/read-secret.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { insidePath, operatorPath } from '../workspace/workspace-path.ts';
import type { NamedKeyFile, SecretSource, SourceFile } from '../workspace/workspace-schema.ts';
import { ledgerOf, stateFolder } from './wire-ledger.ts';

/** How long a run waits for another of the same pipeline before it says so. */
const PIPELINE_WAIT_MS = 10 * 60_000;

/** What a release has of its own that is one of several. */
export interface Tuning {
  readonly limits?: { readonly memory: string; readonly threads: number };
  readonly destination?: World['destination'];
  /** One that several share remembers what it has read. */
  readonly ledger?: Ledger;
  readonly pipelineWaitMs?: number;
}

/** Puts the real parts together. The only place that names adapters. */
export function wire(
  workspace: Workspace,
  now: () => Date,
  observe: (event: ReleaseEvent) => void,
  pipeline?: LoadedPipeline,
  tuning: Tuning = {},
): World {
  const { root, file } = workspace;
  const state = stateFolder(workspace);
  const inputs = engineInputs(workspace, pipeline, dayOf(now()));
  const { memory, threads } = { ...file.limits, ...tuning.limits };
  return {
    workspace,
    inputs: { ...inputs, limits: { ...inputs.limits, memory, threads } },
    engine: duckDbEngine({ memory, threads }),
    encryptor: openPgpEncryptor(),
    ledger: tuning.ledger ?? ledgerOf(workspace, now),
    outbox: new Outbox(state),
    told: new ToldFolder(state),
    // What the custodian keeps of a release beside the ledger: reports on it, of no person.
    keepReport: (release, name, text) => writeReports(join(state, 'quality', release), [{ name, text }]),
    keptTables: openKeptTables(state),
    solver: openSolver,
    now,
    unique: () => randomBytes(4).toString('hex'),
    signedAt: () => new Date(Math.min(now().getTime(), Date.now())),
    keys: keyProvider(workspace),
    signer: async () => {
      const { signing } = file.keys;
      const armoured = await readSecret(root, signing as SecretSource, 'keys.signing');
      const passphrase =
        signing.passphrase === undefined
          ? undefined
          : await readSecret(root, signing.passphrase, 'keys.signing.passphrase');
      return openPgpEncryptor().unlock({ armoured, passphrase }, now());
    },
    recipientKey: (agreement) => recipientKey(root, agreement),
    destination: tuning.destination ?? ((name) => openDestination(workspace, name)),
    alone: (name, work) => {
      const waitMs = tuning.pipelineWaitMs ?? PIPELINE_WAIT_MS;
      return aloneAt(lockFile(workspace, name), work, waitMs, (fault) => {
        const message = `another process is releasing ${name}: ${fault.message}`;
        return new Fault(ExitCode.delivery, 'pipeline-busy', message, {
          hint: 'wait for it to end, and run this again',
        });
      });
    },
    observe,
  };
}

/** How long a vault may take to answer. */
const VAULT_WAIT_MS = 15_000;

/** Where `dars.yaml` says that keys for pseudonyms come from. */
export function keyProvider({ root, file }: Workspace): KeyProvider {
  const { pseudonym } = file.keys;
  if ('vault' in pseudonym) {
    const { address, mount, key, namespace, token } = pseudonym.vault;
    const place = 'keys.pseudonym.vault.token';
    return vaultTransit({
      address,
      mount,
      key,
      namespace,
      timeoutMs: VAULT_WAIT_MS,
      token: () => readSecret(root, token, place),
    });
  }
  const { before, ...newest } = pseudonym;
  const held = (source: SecretSource & { readonly version: number }, name: string): HeldKey => ({
    version: source.version,
    master: async () => parseMasterKey(await readSecret(root, source, name)),
  });
  return heldKeys([
    held(newest, 'keys.pseudonym'),
    ...before.map((each, index) => held(each, `keys.pseudonym.before[${index}]`)),
  ]);
}

/** One run of all that is due at a time, over all processes; the Fault `due-busy` where there is one. */
export function aloneWithDue<T>(workspace: Workspace, work: () => Promise<T>): Promise<T> {
  // No pipeline's name begins with a dot.
  return aloneAt(lockFile(workspace, '.due'), work, 0, ({ message }) => new Fault(ExitCode.done, 'due-busy', message));
}

function lockFile(workspace: Workspace, name: string): string {
  const folder = join(stateFolder(workspace), 'locks');
  makeFolder(folder, 'state');
  return join(folder, `${name}.lock`);
}

/** That somebody else is at it says nothing against the ledger, whose lock is another. */
async function aloneAt<T>(
  path: string,
  work: () => Promise<T>,
  waitMs: number,
  busy: (fault: Fault) => Fault,
): Promise<T> {
  try {
    return await withLock(path, work, { waitMs });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'lock-held' || !error.message.includes(path)) throw error;
    throw busy(error);
  }
}

/** A database for linking files, of no workspace. */
export function linkSession(limits: { memory: string; threads: number | undefined }): Promise<LinkSession> {
  return openLinkSession(limits);
}

/** A database for tracing a cohort to the workspace's PDS. */
export function traceSession(workspace: Workspace): Promise<TraceSession> {
  return openTraceSession(engineInputs(workspace));
}

/** Absolute locations of everything that the engine may read. */
export function engineInputs(workspace: Workspace, pipeline?: LoadedPipeline, today?: CalendarDate): EngineInputs {
  const { root, file, catalogue } = workspace;
  const at = (path: string): string => operatorPath(root, path) ?? '';
  const freshness = ({ as_at: asAt, ready }: Pick<SourceFile, 'as_at' | 'ready'>): Freshness => ({
    asAt: typeof asAt === 'object' ? { file: at(asAt.file) } : asAt,
    ready: ready === undefined ? undefined : at(ready),
  });
  const { opt_outs: optOuts, ...others } = file.sources;
  const sources = new Map<string, SourceLocation>(
    Object.entries(others as Record<string, SourceFile>).map(([dataset, source]) => [
      dataset,
      {
        dataset,
        paths: source.path.map(at),
        ...freshness(source),
        format: source.format ?? formatOf(source.path[0] ?? ''),
        delimiter: source.delimiter ?? ',',
        columns: Object.fromEntries(
          Object.entries(source.columns ?? {}).map(([name, theirs]) => [name.toUpperCase(), theirs]),
        ),
      },
    ]),
  );
  const { geography } = file.lookups;
  const cohort = pipeline?.pipeline.cohort;
  return {
    catalogue,
    sources,
    optOuts:
      optOuts === undefined
        ? undefined
        : {
            paths: optOuts.path.map(at),
            ...freshness(optOuts),
            mode: optOuts.mode,
            request: optOuts.request === undefined ? undefined : at(optOuts.request),
          },
    geography:
      geography === undefined
        ? undefined
        : {
            path: at(geography.path),
            delimiter: geography.delimiter,
            columns: {
              lsoa: geography.lsoa,
              msoa: geography.msoa,
              local_authority: geography.local_authority,
              region: geography.region,
            },
          },
    cohortFile: cohort !== undefined && 'file' in cohort ? (insidePath(root, cohort.file) ?? '') : undefined,
    ...(today === undefined
      ? {}
      : {
          tracing: {
            today,
            decisions: new Map(
              (pipeline?.pipeline.products ?? []).flatMap((product): [string, string][] => {
                const decisions = decisionsOf(product);
                return decisions === undefined ? [] : [[product.name, insidePath(root, decisions) ?? '']];
              }),
            ),
            files: new Map(
              (pipeline?.pipeline.products ?? []).flatMap((product): [string, string[]][] =>
                cohortUploads(product).length === 0
                  ? []
                  : [[product.name, cohortUploads(product).map((path) => insidePath(root, path) ?? '')]],
              ),
            ),
          },
        }),
    limits: { memory: file.limits.memory, threads: file.limits.threads, temp: tempFolder(workspace) },
  };
}

/** What of a workspace the operating system has to know to run it each night. */
export function scheduleFacts(
  workspace: Workspace,
): Pick<ScheduleFacts, 'workspace' | 'writes' | 'reads' | 'secrets' | 'threads'> {
  const { root, file } = workspace;
  const at = (path: string): string => operatorPath(root, path) ?? root;
  const folders = Object.values(file.destinations).flatMap((each) => (each.type === 'folder' ? [at(each.path)] : []));
  const temp = file.limits.temp === undefined ? [] : [at(file.limits.temp)];
  const metrics = file.monitoring.metrics === undefined ? [] : [dirname(at(file.monitoring.metrics))];
  const sources = Object.values(file.sources).flatMap((source) => source?.path ?? []);
  const beside = ['file', 'ready', 'request'].flatMap((name) => textsUnder(name, file));
  return {
    workspace: root,
    writes: [...new Set([stateFolder(workspace), ...folders, ...temp, ...metrics])],
    reads: [...sources, ...beside].map(at),
    secrets: [...new Set(textsUnder('env', file))].sort(),
    threads: file.limits.at_once + 4,
  };
}

/** Every text of `dars.yaml` that stands under a name, however deep: variables and files that secrets come from. */
function textsUnder(name: string, part: unknown): string[] {
  if (part === null || typeof part !== 'object') return [];
  return Object.entries(part).flatMap(([key, value]) =>
    key === name && typeof value === 'string' ? [value] : textsUnder(name, value),
  );
}

function tempFolder({ root, file }: Workspace): string {
  if (file.limits.temp === undefined) {
    const runtime = process.env['XDG_RUNTIME_DIR'];
    return runtime !== undefined && existsSync(runtime) ? runtime : tmpdir();
  }
  const folder = operatorPath(root, file.limits.temp) ?? tmpdir();
  makeFolder(folder, 'limits.temp');
  return folder;
}

/** `setting` is what names the folder in `dars.yaml`. */
function makeFolder(path: string, setting: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Fault(ExitCode.workspace, 'folder', `the folder ${path} can't be made (${code})`, {
      hint: `see ${setting} in dars.yaml`,
    });
  }
}

function formatOf(path: string): SourceLocation['format'] {
  if (/\.parquet$/i.test(path)) return 'parquet';
  return /\.(arrow|arrows|feather|ipc)$/i.test(path) ? 'arrow' : 'csv';
}

/** A recipient's key is a few kilobytes; what is much larger is not one. */
const MAX_KEY = 1 << 20;

function recipientKey(root: string, { agreement }: LoadedAgreement): Promise<string | undefined> {
  return publicKeyAt(root, agreement.recipient.key);
}

async function publicKeyAt(root: string, key: string): Promise<string | undefined> {
  const path = insidePath(root, key);
  if (path === undefined) return undefined;
  try {
    return (await stat(path)).size > MAX_KEY ? undefined : await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

export async function openDestination({ root, file }: Workspace, name: string): Promise<Destination> {
  const settings = file.destinations[name];
  if (settings === undefined)
    throw new Fault(ExitCode.workspace, 'unknown-destination', `dars.yaml has no destination ${name}`);
  if (settings.type === 'folder') return openFolderDestination({ path: operatorPath(root, settings.path) ?? '' });
  const { host, port, username, directory, host_key: hostKey, private_key: key, passphrase, password } = settings;
  const secret = (source: SecretSource, what: string) => readSecret(root, source, `destinations.${name}.${what}`);
  return openSftpDestination({
    host,
    port,
    username,
    hostKey,
    directory,
    privateKey: await secret(key, 'private_key'),
    ...(passphrase === undefined ? {} : { passphrase: await secret(passphrase, 'passphrase') }),
    ...(password === undefined ? {} : { password: await secret(password, 'password') }),
  });
}

/** A new file for an answer: nothing that is there is ever written over. A Fault (exit 2) where it can't be made. */
export async function answerPlace(out: string): Promise<AnswerPlace> {
  const part = `${out}.part`;
  const failed = (error: NodeJS.ErrnoException): never => {
    const why = error.code === 'EEXIST' ? 'it is there already' : error.code;
    throw new Fault(ExitCode.usage, 'answer-file', `the answer can't be written to ${out}: ${why}`, {
      hint: 'name a new file with --out',
    });
  };
  if (existsSync(out)) failed({ name: '', message: '', code: 'EEXIST' });
  return {
    stage: async (ciphertext) => {
      await writeFile(part, ciphertext, { mode: 0o600, flag: 'wx', flush: true }).catch(failed);
    },
    keep: () => rename(part, out).catch(failed),
    discard: () => rm(part, { force: true }),
  };
}

/** The people whom `dars.yaml` names, with their public keys where these can be read. */
export async function namedKeys({ root }: Workspace, keys: readonly NamedKeyFile[]): Promise<NamedKey[]> {
  return Promise.all(
    keys.map(async ({ name, fingerprint, key }) => ({ name, fingerprint, armoured: await publicKeyAt(root, key) })),
  );
}

/** The solver of suppression and audit, which need no workspace. */
export function openSolver(): Promise<Solver> {
  return highsSolver();
}

export { writeReports };
