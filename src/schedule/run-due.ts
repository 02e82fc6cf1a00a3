import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { Entry, Ledger } from '../ledger/ledger.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { deliverWaiting, entriesOf, giveUp, type ReleaseOutcome, release, type World } from '../release.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type DueItem, isActionable } from './due-item.ts';
import { type DueFacts, dueList } from './due-list.ts';
import { Slots, workersFor } from './shares.ts';
import { worstExit } from './worst-exit.ts';

/** The outside world, as a run of all that is due needs it. */
export interface DueWorld {
  readonly workspace: Workspace;
  readonly ledger: Ledger;
  /** Never behind the ledger. */
  readonly now: () => Date;
  /** Whether to try again what was refused today, or rests after a failure. */
  readonly again: boolean;
  /** What one release of so many at once works with: its share of the machine, and the destinations of this run. */
  readonly worldFor: (pipeline: LoadedPipeline | undefined, name: string, workers: number) => World;
  /** How many this process can work at at once, whatever dars.yaml says. */
  readonly mostWorkers: number;
  /** Why a destination is not to be tried (again) in this run; undefined where it may be. */
  readonly down: (destination: string) => Fault | undefined;
  /** What a user is told of an error. */
  readonly faultOf: (error: unknown) => Fault;
  /** Called as soon as it is known what became of something. */
  readonly settled: (result: DueResult) => Promise<void>;
}

/** What became of a pipeline tonight. */
export interface DueResult {
  readonly pipeline: string;
  readonly agreement: string;
  /** `none`: nothing was due. */
  readonly outcome: 'done' | 'refused' | 'failed' | 'waiting' | 'none';
  readonly exit: ExitCode;
  /** Where it stands, if nothing was done about it, or nothing more can be. */
  readonly item?: DueItem;
  readonly release?: ReleaseOutcome;
  readonly fault?: Fault;
  readonly seconds?: number;
}

/** The code of the one refusal that ends with 13 and not with 12: people could be found too easily. */
const RISK = 'risk';

type Facts = Pick<DueWorld, 'workspace' | 'ledger' | 'now' | 'again'>;

/** Where everything stands: what `dars due --dry-run` prints, and `dars due` works on. */
export async function whatIsDue(world: Facts): Promise<readonly DueItem[]> {
  return listOf(await entriesOf(world.ledger), world);
}

/** The same in the middle of a run. Under its lock, a ledger reads only what is new: it can have a hundred thousand entries. */
async function whatIsDueNow(world: Facts): Promise<readonly DueItem[]> {
  let items: readonly DueItem[] = [];
  await world.ledger.append((entries) => {
    items = listOf(entries, world);
    return undefined;
  });
  return items;
}

function listOf(entries: readonly Entry[], { workspace, now, again }: Facts): readonly DueItem[] {
  const { pipelines, agreements, file } = workspace;
  const facts: DueFacts = {
    now: now(),
    holidays: file.holidays,
    pipelines,
    agreements,
    entries,
    keepDays: file.outbox.keep_days,
    again,
  };
  return dueList(facts);
}

/**
 * The nightly run: everything that is due, once, a few at a time, whoever goes first before whoever waits. The ledger
 * alone says what is due, so that it can be killed at any moment and started again, and the second time finds nothing
 * to do. What goes wrong with one pipeline is its result, and keeps none of the others back; only a ledger that can't
 * be trusted does.
 */
export async function runDue(world: DueWorld): Promise<readonly DueResult[]> {
  const items = await whatIsDue(world);
  const { limits } = world.workspace.file;
  const workers = Math.min(world.mostWorkers, workersFor(limits, items.filter(isActionable).length));
  const slots = new Slots(workers);
  const tasks = new Map<string, Promise<DueResult>>();
  let broken = false;
  for (const item of items) {
    // They stand before it in the list, so they are there.
    const first = item.state === 'due' ? item.after.map((name) => tasks.get(name)) : [];
    const work = async (): Promise<DueResult> => {
      const result = !isActionable(item)
        ? standing(item)
        : broken
          ? notStarted(item)
          : await settle(item, workers, world);
      broken ||= result.exit === ExitCode.ledger;
      await world.settled(result);
      return result;
    };
    tasks.set(
      item.pipeline,
      Promise.all(first).then(() => (isActionable(item) ? slots.take(work) : work())),
    );
  }
  return Promise.all(tasks.values());
}

/** The exit code of a run: of the worst that came of it, pipelines that can't be read among it. */
export function exitOf(results: readonly DueResult[], { pipelineProblems }: Workspace): ExitCode {
  return worstExit([...results.map(({ exit }) => exit), ...(pipelineProblems.length > 0 ? [ExitCode.workspace] : [])]);
}

async function settle(item: DueItem, workers: number, world: DueWorld): Promise<DueResult> {
  const { pipeline, agreement } = item;
  const began = world.now().getTime();
  const seconds = (): number => (world.now().getTime() - began) / 1000;
  try {
    // What goes first may have been delivered since the list was made, or not.
    const now = (await lookAgain(item, world)) ?? { ...item, state: 'gone' as const };
    const made = await attempt(now, workers, world);
    return { pipeline, agreement, outcome: 'done', exit: ExitCode.done, release: made, seconds: seconds() };
  } catch (error) {
    if (error instanceof Overtaken) return standing(error.item);
    const fault = world.faultOf(error);
    if (fault.code === 'pipeline-busy') return { pipeline, agreement, outcome: 'waiting', exit: ExitCode.done, fault };
    const isRefusal = fault.exit === ExitCode.refused || fault.code === RISK;
    const outcome = isRefusal ? 'refused' : (await isSealed(pipeline, world)) ? 'waiting' : 'failed';
    return { pipeline, agreement, outcome, exit: fault.exit, fault, seconds: seconds() };
  }
}

/** Thrown where something was due when the list was made, and is not when its turn comes. */
class Overtaken extends Error {
  readonly item: DueItem;

  constructor(item: DueItem) {
    super(item.state);
    this.item = item;
  }
}

/** Makes or delivers what is due, if it still is once nobody else can release the pipeline. */
async function attempt(item: DueItem, workers: number, world: DueWorld): Promise<ReleaseOutcome> {
  const loaded = world.workspace.pipelines.find(({ pipeline }) => pipeline.pipeline === item.pipeline);
  const real = world.worldFor(loaded, item.pipeline, workers);
  if (item.state === 'expired') {
    await real.alone(item.pipeline, async () => {
      const now = await lookAgain(item, world);
      if (now?.state === 'expired') await giveUp(now, overdue(world), real);
    });
    const next = (await lookAgain(item, world)) ?? { ...item, state: 'purged' as const };
    if (next.state === 'expired') throw new Error('a release that was given up waits');
    return attempt(next, workers, world);
  }
  if (loaded === undefined || !isReady(item)) throw new Overtaken(item);
  // Before anything is made again for a place that nothing can be brought to.
  const down = item.state === 'sealed' ? world.down(item.destination) : undefined;
  if (down !== undefined) throw down;
  const alone: World['alone'] = (name, work) =>
    real.alone(name, async () => {
      const now = (await lookAgain(item, world)) ?? { ...item, state: 'gone' as const };
      if (!isReady(now)) throw new Overtaken(now);
      return work();
    });
  const outcome =
    item.state === 'sealed'
      ? await deliverWaiting(loaded, { ...real, alone })
      : await release(loaded, { ...real, alone });
  if (outcome === undefined) throw new Overtaken({ ...item, state: 'gone' });
  return outcome;
}

function overdue({ workspace }: DueWorld): string {
  return `it waited for longer than the ${workspace.file.outbox.keep_days} days that ciphertext may; its files were purged`;
}

/** Undefined where a pipeline that is run by hand has nothing waiting any more. */
async function lookAgain({ pipeline }: DueItem, world: DueWorld): Promise<DueItem | undefined> {
  return (await whatIsDueNow(world)).find((each) => each.pipeline === pipeline);
}

/** Whether it can be done now: what goes first was delivered. */
function isReady(item: DueItem): boolean {
  return isActionable(item) && !(item.state === 'due' && item.after.length > 0);
}

async function isSealed(pipeline: string, world: DueWorld): Promise<boolean> {
  const items = await whatIsDueNow(world).catch(() => []);
  return items.some((item) => item.pipeline === pipeline && 'sealed' in item);
}

/** The result for what nothing is done about. */
function standing(item: DueItem): DueResult {
  const of = { pipeline: item.pipeline, agreement: item.agreement, item };
  switch (item.state) {
    case 'released':
    case 'not-yet':
    case 'gone':
      return { ...of, outcome: 'none', exit: ExitCode.done };
    case 'waits':
      return { ...of, outcome: 'waiting', exit: ExitCode.done };
    case 'refused':
      return { ...of, outcome: 'refused', exit: item.codes.includes(RISK) ? ExitCode.disclosure : ExitCode.refused };
    case 'purged':
      return { ...of, outcome: 'failed', exit: ExitCode.delivery };
    case 'resting':
      return { ...of, outcome: 'waiting', exit: ExitCode.delivery };
    case 'stranded':
      return { ...of, outcome: 'failed', exit: ExitCode.workspace };
    case 'due':
      // After another, which was not delivered in the end.
      return { ...of, item: { ...item, state: 'waits', for: item.after }, outcome: 'waiting', exit: ExitCode.done };
    case 'sealed':
    case 'expired':
      throw new Error('what waits was left alone');
    default:
      return item satisfies never;
  }
}

function notStarted({ pipeline, agreement }: DueItem): DueResult {
  const fault = new Fault(ExitCode.ledger, 'not-started', 'not started: the ledger can’t be trusted');
  return { pipeline, agreement, outcome: 'failed', exit: fault.exit, fault };
}
