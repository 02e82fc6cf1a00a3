import { Readable } from 'node:stream';
import type { LoadedAgreement } from './agreement/loaded-agreement.ts';
import type { Destination } from './deliver/destination.ts';
import type { Outbox } from './deliver/outbox.ts';
import type { ToldFolder } from './deliver/told-folder.ts';
import type { AirlockBrief } from './disclosure/airlock-brief.ts';
import type { Solver } from './disclosure/solver.ts';
import type { Encryptor, Signer } from './encrypt/encryptor.ts';
import type { Engine, EngineInputs, EngineSession, Produced, TracedCohort } from './engine/engine.ts';
import { frequencyRefusals } from './gate/frequency.ts';
import { type Refusal, refusalsFor } from './gate/gate.ts';
import { dayOf } from './kernel/calendar-date.ts';
import { canonicalJson, type Json } from './kernel/canonical-json.ts';
import { sha256Hex } from './kernel/digest.ts';
import { ExitCode } from './kernel/exit-code.ts';
import { Fault } from './kernel/fault.ts';
import { keyCheck } from './kernel/pseudonym.ts';
import type { KeyProvider } from './keys/key-provider.ts';
import type { Intended } from './ledger/entries.ts';
import { releaseState } from './ledger/history.ts';
import type { KeptTables } from './ledger/kept-tables.ts';
import type { Entry, Ledger } from './ledger/ledger.ts';
import type { LoadedPipeline } from './pipeline/loaded-pipeline.ts';
import { buildPlan } from './plan/build-plan.ts';
import type { FilePlan, Plan } from './plan/plan.ts';
import { keyColumnOf, STUDY_COLUMN, stepOf } from './plan/plan.ts';
import { checkProduced } from './release/check-produced.ts';
import { describedEntries } from './release/described-entry.ts';
import { type GateFindings, gateFacts } from './release/gate-facts.ts';
import { HashTap } from './release/hash-tap.ts';
import { confirmUntouched, reasonFor, sourceDates } from './release/input-looks.ts';
import { intendedEntry, type SealedOutput } from './release/intended-entry.ts';
import { keepTraceReports } from './release/keep-trace-reports.ts';
import { isTabulation, type MadeTables, makeTables, renderTables } from './release/make-tables.ts';
import { manifestOf } from './release/manifest.ts';
import { pastUses } from './release/past-uses.ts';
import { earlierTables, releasesOfTables } from './release/published-tables.ts';
import { refusedEntry, refusedFault } from './release/refused.ts';
import type { ReleaseEvent } from './release/release-event.ts';
import { keepsKey, releaseKey } from './release/release-key.ts';
import { holdToRisk } from './release/release-risk.ts';
import { sealTold, toldFiles } from './release/told-before.ts';
import {
  outdatedBecause,
  replacementOf,
  waitingRefusals,
  waitingRelease,
  whatMayHaveArrived,
} from './release/waiting.ts';
import type { Workspace } from './workspace/workspace.ts';

/** The outside world, as a release needs it; the command line wires the real parts. */
export interface World {
  readonly workspace: Workspace;
  readonly inputs: EngineInputs;
  readonly engine: Engine;
  readonly encryptor: Encryptor;
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  readonly told: ToldFolder;
  /** Keeps a report on a release with the custodian; it is not delivered. */
  readonly keepReport: (release: string, name: string, text: string) => Promise<void>;
  /** What was published in tables, which later ones are audited together with. */
  readonly keptTables: KeptTables;
  readonly solver: () => Promise<Solver>;
  readonly now: () => Date;
  /** Eight characters that no other release has had: two made in one minute have different names. */
  readonly unique: () => string;
  /** The moment that signatures carry: now, but never the future, which GnuPG would not believe. */
  readonly signedAt: () => Date;
  readonly keys: KeyProvider;
  readonly signer: () => Promise<Signer>;
  readonly recipientKey: (agreement: LoadedAgreement) => Promise<string | undefined>;
  readonly destination: (name: string) => Promise<Destination>;
  /** One release of a pipeline at a time, over all processes. */
  readonly alone: <T>(pipeline: string, work: () => Promise<T>) => Promise<T>;
  readonly observe: (event: ReleaseEvent) => void;
}

export interface Replacement {
  readonly file: string;
  readonly because: string;
}

/** What a release came to. */
export interface ReleaseOutcome {
  readonly intended: Entry<Intended>;
  readonly destination: string;
  /** Whether it was made now, or had been waiting in the outbox. */
  readonly resumed: boolean;
  /** The release that had been waiting and was given up for this one, since people opted out meanwhile. */
  readonly insteadOf?: string;
}

/**
 * A release, whole. May it run? What does it mean? Make every file: read, resolve, remove opt-outs, select, minimise,
 * pseudonymise, check, encrypt; prove it. Say so in the ledger before anything leaves; deliver; say that as well.
 *
 * Killed anywhere, it can simply be run again: before `intended` nothing has happened and all is made anew; after it
 * the sealed files wait in the outbox, and delivering them goes on, unless the opt-out list is another one by now: then
 * they are given up and made again. Refusals are results: they are recorded, and end in a Fault with exit 12.
 */
export async function release(
  pipeline: LoadedPipeline,
  world: World,
  replacement?: Replacement,
): Promise<ReleaseOutcome> {
  return world.alone(pipeline.pipeline.pipeline, async () => {
    const agreement = agreementOf(pipeline, world);
    const entries = await entriesOf(world.ledger);
    await world.outbox.sweep(pipeline.pipeline.pipeline, waitingRelease(entries, pipeline)?.release);
    const findings = await gate(pipeline, agreement, world, entries, replacement);
    const plan = buildPlan(pipeline, agreement, world.workspace.catalogue, world.workspace.file.custodian.name);
    const asked: AskedRelease = { plan, pipeline, agreement, findings, replacement };
    return findings.waiting === undefined ? makeAndDeliver(asked, world) : goOn(findings.waiting, asked, world);
  });
}

/** Delivers what waits in the outbox of a pipeline, if the law still allows it. Undefined where nothing waits. */
export async function deliverWaiting(pipeline: LoadedPipeline, world: World): Promise<ReleaseOutcome | undefined> {
  return world.alone(pipeline.pipeline.pipeline, async () => {
    const entries = await entriesOf(world.ledger);
    const waiting = waitingRelease(entries, pipeline);
    await world.outbox.sweep(pipeline.pipeline.pipeline, waiting?.release);
    if (waiting === undefined) return undefined;
    const agreement = agreementOf(pipeline, world);
    const findings = await gate(pipeline, agreement, world, entries);
    const plan = buildPlan(pipeline, agreement, world.workspace.catalogue, world.workspace.file.custodian.name);
    return goOn(waiting, { plan, pipeline, agreement, findings, replacement: undefined }, world);
  });
}

/** A release that the gate let through. */
interface AskedRelease {
  readonly plan: Plan;
  readonly pipeline: LoadedPipeline;
  readonly agreement: LoadedAgreement;
  readonly findings: GateFindings;
  readonly replacement: Replacement | undefined;
}

async function gate(
  pipeline: LoadedPipeline,
  agreement: LoadedAgreement,
  world: World,
  entries: readonly Entry[],
  replacement?: Replacement,
): Promise<GateFindings> {
  world.observe({ kind: 'step', step: 'gate', pipeline: pipeline.pipeline.pipeline });
  const findings = await gateFacts(pipeline, agreement, world, entries, replacement);
  const refusals = refusalsFor(findings.facts);
  if (refusals.length > 0) await refuse(refusals, pipeline, agreement, world);
  return findings;
}

async function refuse(
  refusals: readonly Refusal[],
  pipeline: LoadedPipeline,
  agreement: LoadedAgreement,
  world: World,
): Promise<never> {
  await world.ledger.append(() => refusedEntry(refusals, pipeline, agreement));
  throw refusedFault(refusals);
}

/**
 * Delivers a release that was sealed before, if it is what pipeline and agreement mean today. If the opt-out list is
 * another one than it was made with, it is given up, which the ledger says, and made again: nobody who opted out
 * meanwhile may be in what leaves.
 */
async function goOn(waiting: Entry<Intended>, asked: AskedRelease, world: World): Promise<ReleaseOutcome> {
  const { plan, pipeline, agreement, findings } = asked;
  const refusals = waitingRefusals(waiting, planHash(plan));
  if (refusals.length > 0) await refuse(refusals, pipeline, agreement, world);
  const because = outdatedBecause(waiting, findings.optOuts);
  if (because === undefined) return deliver(waiting, world, true);
  await giveUp(waiting, because, world);
  const made = await makeAndDeliver({ ...asked, replacement: replacementOf(waiting) }, world);
  return { ...made, insteadOf: waiting.release };
}

/** Says in the ledger that a release that waits will not go out any more, and why; then its files go. */
export async function giveUp(
  { release: id, pipeline }: Pick<Intended, 'release' | 'pipeline'>,
  because: string,
  world: Pick<World, 'ledger' | 'outbox' | 'observe'>,
): Promise<void> {
  await world.ledger.append((entries) => {
    const state = releaseState(entries, id);
    if (state.state !== 'pending') return undefined;
    return { kind: 'abandoned', release: id, because: `${because}${whatMayHaveArrived(state.failures)}` };
  });
  world.observe({ kind: 'step', step: 'abandoned', release: id, pipeline });
  await world.outbox.discard(pipeline, id);
}

async function makeAndDeliver(asked: AskedRelease, world: World): Promise<ReleaseOutcome> {
  const { plan, pipeline, findings } = asked;
  const signer = await world.signer();
  const id = releaseId(pipeline, world);
  await world.outbox.begin(plan.pipeline, id);
  let intended: Entry<Intended>;
  try {
    const before = await entriesOf(world.ledger);
    const { traced, ...made } = await make(asked, id, signer, before, world);
    await confirmUntouched(findings.looks, world);
    const cohorts = await keepTraceReports(traced, id, world);
    if (made.tables !== undefined) await world.keptTables.write(id, made.tables.published);
    const tablesBefore = releasesOfTables(before).length;
    intended = await intend({ ...asked, id, ...made, cohorts, tablesBefore }, world);
  } catch (error) {
    // Unless the ledger has it all the same: an append that failed late may still have recorded it.
    const recorded = await entriesOf(world.ledger).then(
      (now) => waitingRelease(now, pipeline) !== undefined,
      () => true,
    );
    if (!recorded) await world.outbox.discard(plan.pipeline, id);
    throw await reasonFor(error, findings.looks, world);
  }
  return deliver(intended, world, false);
}

/**
 * Measures how easily people could be found, where the agreement limits that; then makes, checks, encrypts and proves
 * every file of the plan; the ciphertext lies in the outbox afterwards.
 */
async function make(
  { plan, pipeline, agreement, replacement }: AskedRelease,
  id: string,
  signer: Signer,
  entries: readonly Entry[],
  world: World,
): Promise<Pick<MadeRelease, 'outputs' | 'risk' | 'key' | 'tables'> & { readonly traced: readonly TracedCohort[] }> {
  const { key, version } = await releaseKey(plan.stem, entries, world);
  const recipientKey = (await world.recipientKey(agreement)) ?? '';
  world.observe({ kind: 'step', step: 'read', release: id });
  const told = await toldFiles(plan, id, entries, replacement?.file, world.told);
  await using session = await world.engine.open(plan, { ...world.inputs, told }, key, (event) =>
    world.observe({ kind: 'progress', ...event }),
  );
  const risk = await holdToRisk(plan, planHash(plan), id, pipeline, agreement, session, world);
  const tabulates = plan.files.some(isTabulation);
  const earlier = tabulates ? await earlierTables(entries, world.keptTables) : [];
  const tables = await makeTables(plan, session, earlier, world.solver, world.observe);
  const outputs: SealedOutput[] = [];
  for (const [index, file] of plan.files.entries()) {
    world.observe({ kind: 'step', step: 'extract', release: id, product: file.product, dataset: file.dataset });
    const { plaintext, produced, isProven } = writing(plan, file, tables, session, agreement, world);
    const [plain, cipher] = [new HashTap(), new HashTap()];
    const ciphertext = await world.encryptor.encrypt(through(plaintext, plain), recipientKey, signer, world.signedAt());
    await world.outbox.write(plan.pipeline, id, index, through(ciphertext, cipher));
    const made: Produced = await produced;
    if (!isProven) {
      checkProduced(file, made);
      world.observe({ kind: 'step', step: 'prove', release: id, product: file.product, dataset: file.dataset });
      await session.prove(file, made);
    }
    const tells = await sealTold(file, plan.stem, id, index, world.told);
    outputs.push({ file, produced: made, plain, cipher, tells });
  }
  return { outputs, traced: session.traced, tables, risk, key: { version, check: keyCheck(key) } };
}

/** The bytes of a file as they are made; of tables, which were counted and proven before, as they are. */
function writing(
  plan: Plan,
  file: FilePlan,
  tables: MadeTables | undefined,
  session: EngineSession,
  agreement: LoadedAgreement,
  world: World,
): { plaintext: NodeJS.ReadableStream; produced: Promise<Produced>; isProven: boolean } {
  if (tables === undefined || !isTabulation(file)) {
    return { ...session.write(file, airlockBrief(file, agreement, world)), isProven: false };
  }
  const { bytes, produced } = renderTables(plan, file, tables);
  return {
    plaintext: Readable.from([bytes], { objectMode: false }),
    produced: Promise.resolve(produced),
    isProven: true,
  };
}

interface MadeRelease extends AskedRelease {
  readonly id: string;
  readonly outputs: readonly SealedOutput[];
  /** SHA-256 of the report of risk that the custodian keeps. */
  readonly risk: string | undefined;
  readonly key: NonNullable<Intended['key']>;
  readonly cohorts: NonNullable<Intended['cohorts']>;
  readonly tables: MadeTables | undefined;
  /** How many releases of tables these were audited together with. */
  readonly tablesBefore: number;
}

/**
 * Says in the ledger what is about to leave, and before it what the register will say of the agreement that it stands
 * on, where that is new. File references are allotted under its lock, so that none is used twice; and frequencies are
 * looked at again, since another pipeline may have released the same meanwhile.
 */
async function intend(made: MadeRelease, world: World): Promise<Entry<Intended>> {
  const { plan, id, pipeline, agreement, findings, outputs, risk, key, cohorts, tables, tablesBefore, replacement } =
    made;
  const { apart, optOuts, looks } = findings;
  world.observe({ kind: 'step', step: 'intend', release: id });
  const applied = plan.files.some(({ steps }) => stepOf(steps, 'remove-opt-outs')?.policy.apply === true);
  const list = optOuts.asAt === undefined || !applied ? null : { as_at: optOuts.asAt, sha256: optOuts.sha256 };
  const inputs = { optOuts: list, sources: sourceDates(looks), cohorts };
  const today = dayOf(world.now());
  const kept =
    tables === undefined ? undefined : { sha256: sha256Hex(tables.published), certificate: tables.certificate };
  let refusals: readonly Refusal[] = [];
  const entry = await world.ledger.append((entries) => {
    const past = pastUses(entries).filter(({ release: each }) => !apart.includes(each));
    refusals = frequencyRefusals(pipeline, agreement, past, today);
    // Tables that were recorded meanwhile are not in the audit of these.
    if (tables !== undefined && refusals.length === 0 && releasesOfTables(entries).length !== tablesBefore)
      return undefined;
    return refusals.length > 0
      ? refusedEntry(refusals, pipeline, agreement)
      : [
          ...describedEntries(entries, agreement, world.workspace.catalogue),
          {
            ...intendedEntry(entries, plan, planHash(plan), id, outputs, inputs, agreement, kept, replacement),
            ...(risk === undefined ? {} : { risk }),
            ...(outputs.some(({ file, tells }) => keepsKey({ ...file, tells })) ? { key } : {}),
          },
        ];
  });
  if (refusals.length > 0) throw refusedFault(refusals);
  if (entry === undefined) {
    throw new Fault(ExitCode.delivery, 'tables-meanwhile', 'other tables were released while these were made', {
      hint: 'run this again: tables are audited together with all that were released before',
    });
  }
  world.observe({ kind: 'step', step: 'intended', release: id });
  return entry as Entry<Intended>;
}

/** Names the sealed files, puts the manifest beside them, sends all, and says that it was delivered, or that it failed. */
async function deliver(intended: Entry<Intended>, world: World, resumed: boolean): Promise<ReleaseOutcome> {
  const { release: id, pipeline, files } = intended;
  world.observe({ kind: 'step', step: 'seal', release: id });
  if (!(await world.outbox.isWhole(pipeline, id, files))) {
    throw new Fault(ExitCode.delivery, 'outbox', `the outbox no longer holds all of release ${id}`, {
      hint: `give it up with: dars deliver ${id} --abandon --because "…", then run the pipeline again`,
    });
  }
  await world.outbox.name(pipeline, id, files);
  if (!(await world.outbox.hasManifest(pipeline, id))) {
    const signer = await world.signer();
    const manifest = manifestOf(intended, world.workspace.file.custodian.name, signer.fingerprint);
    await world.outbox.writeManifest(
      pipeline,
      id,
      manifest,
      await signer.signDetached(Buffer.from(manifest), world.signedAt()),
    );
  }
  world.observe({ kind: 'step', step: 'deliver', release: id });
  let label: string;
  try {
    await using destination = await world.destination(intended.recipient.destination);
    label = destination.label;
    for (const file of await world.outbox.outgoing(pipeline, id, files)) {
      await destination.deliver(file, ({ name, bytes }, sent) =>
        world.observe({ kind: 'transfer', release: id, file: name, bytes, sent }),
      );
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    await world.ledger.append(() => ({
      kind: 'failed',
      release: id,
      step: 'deliver',
      code: error.code,
      message: error.message,
    }));
    const hint =
      error.hint ?? 'the sealed files wait; run this again, or dars deliver: nothing is made or counted twice';
    throw new Fault(error.exit, error.code, error.message, { hint, problems: error.problems });
  }
  world.observe({ kind: 'step', step: 'record', release: id });
  await world.ledger.append(() => ({
    kind: 'delivered',
    release: id,
    destination: label,
    at: world.now().toISOString(),
  }));
  world.observe({ kind: 'step', step: 'delivered', release: id });
  await world.outbox.discard(pipeline, id);
  return { intended, destination: label, resumed };
}

/** SHA-256 of the plan in canonical JSON. */
export function planHash(plan: Plan): string {
  return sha256Hex(canonicalJson(plan as unknown as Json));
}

/** The agreement version that a pipeline names; the workspace's checks made sure that it is there. */
export function agreementOf(pipeline: LoadedPipeline, { workspace }: Pick<World, 'workspace'>): LoadedAgreement {
  const agreement = workspace.agreements.find(({ reference }) => reference.text === pipeline.pipeline.agreement);
  if (agreement === undefined) throw new Error('a pipeline without its agreement was let through');
  return agreement;
}

/** What the airlock may know of a file. */
export function airlockBrief(file: FilePlan, { agreement }: LoadedAgreement, { workspace }: World): AirlockBrief {
  const dataset = workspace.catalogue.get(file.dataset);
  const pds = workspace.catalogue.get('pds');
  const grant = agreement.datasets.find((each) => each.dataset === file.dataset);
  if (dataset === undefined || pds === undefined || grant === undefined)
    throw new Error('a plan without its grant was let through');
  return {
    dataset,
    pds,
    grant,
    pdsGrant: agreement.datasets.find((each) => each.dataset === 'pds'),
    identifiability: file.identifiability,
    ...(file.leading === undefined ? {} : { leading: file.leading }),
    ...(keyColumnOf(file) === STUDY_COLUMN ? { key: STUDY_COLUMN } : {}),
    ...(agreement.cohort === undefined ? {} : { matchGrant: agreement.cohort.match_file }),
    declared: (stepOf(file.steps, 'minimise')?.columns ?? []).map(({ name, of, from, as }) => ({ name, of, from, as })),
  };
}

/** Chains a tap behind a stream so that an error of the one is an error of the other. */
function through(source: NodeJS.ReadableStream & { destroy?: unknown }, tap: HashTap): HashTap {
  source.once('error', (error: Error) => tap.destroy(error));
  tap.once('close', () => (source as unknown as { destroy(): void }).destroy());
  source.pipe(tap);
  return tap;
}

export async function entriesOf(ledger: Ledger): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of ledger.entries()) entries.push(entry);
  return entries;
}

function releaseId(pipeline: LoadedPipeline, { now, unique }: World): string {
  const stamp = now().toISOString().slice(0, 16).replaceAll(/[-:]/g, '');
  return `${pipeline.pipeline.pipeline}-${stamp}-${unique()}`;
}
