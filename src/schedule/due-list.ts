import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { usedUp } from '../gate/frequency.ts';
import { type CalendarDate, calendarPeriod, dayOf, daysBetween, nextPeriodStart } from '../kernel/calendar-date.ts';
import { nthWorkingDay } from '../kernel/working-days.ts';
import { type Intended, isKind, type Refused } from '../ledger/entries.ts';
import { pendingReleases } from '../ledger/history.ts';
import type { Entry } from '../ledger/ledger.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import type { Every } from '../pipeline/pipeline-schema.ts';
import { everyOf, longerOf } from '../pipeline/schedule.ts';
import { deliveryDays, pastUses } from '../release/past-uses.ts';
import { type DueItem, type DueState, isActionable } from './due-item.ts';
import { type Rests, restsOf } from './rests.ts';

/** All that decides what is due; the same facts always give the same list. */
export interface DueFacts {
  readonly now: Date;
  /** Days that are no working days, besides weekends and bank holidays. */
  readonly holidays: readonly CalendarDate[];
  readonly pipelines: readonly LoadedPipeline[];
  readonly agreements: readonly LoadedAgreement[];
  readonly entries: readonly Entry[];
  /** How long ciphertext may wait. */
  readonly keepDays: number;
  /** Whether to try again what was refused today, or rests after a failure. */
  readonly again: boolean;
}

/**
 * Where every pipeline stands that has a schedule, or something that waits to be delivered: what there is to do first,
 * in the order in which to do it. A period is a calendar month, quarter or year, as for frequencies, and a release
 * belongs to the one in which it was delivered; so what was missed for some nights, or periods, is due once.
 */
export function dueList(facts: DueFacts): readonly DueItem[] {
  const look = new Look(facts);
  const names = facts.pipelines.map(({ pipeline }) => pipeline.pipeline);
  const stranded = pendingReleases(facts.entries).filter(({ pipeline }) => !names.includes(pipeline));
  const items = [
    ...names.flatMap((name) => look.at(name) ?? []),
    ...stranded.map((intended) => ({
      pipeline: intended.pipeline,
      agreement: intended.agreement,
      ...look.pending(intended, false),
    })),
  ];
  return items.sort((a, b) => compare(orderOf(a, items), orderOf(b, items)));
}

/** What is looked up again and again in one set of facts. */
class Look {
  readonly #facts: DueFacts;
  readonly #today: CalendarDate;
  readonly #days: ReturnType<typeof deliveryDays>;
  readonly #past: ReturnType<typeof pastUses>;
  readonly #pending: readonly Entry<Intended>[];
  readonly #rests: Rests;
  readonly #items = new Map<string, DueItem | undefined>();

  constructor(facts: DueFacts) {
    this.#facts = facts;
    this.#today = dayOf(facts.now);
    this.#days = deliveryDays(facts.entries);
    this.#past = pastUses(facts.entries);
    this.#pending = pendingReleases(facts.entries);
    this.#rests = restsOf(facts.entries);
  }

  /** Undefined for a pipeline that is run by hand and has nothing waiting. */
  at(name: string): DueItem | undefined {
    if (this.#items.has(name)) return this.#items.get(name);
    this.#items.set(name, undefined); // whoever waits in a circle finds nothing here, and waits for ever
    const item = this.#look(name);
    this.#items.set(name, item);
    return item;
  }

  #look(name: string): DueItem | undefined {
    const loaded = this.#loaded(name);
    if (loaded === undefined) return undefined;
    const { pipeline } = loaded;
    const pending = this.#pending.find((each) => each.pipeline === name);
    const as = (state: DueState): DueItem => ({ pipeline: name, agreement: pipeline.agreement, ...state });
    if (pending !== undefined) return as(this.pending(pending, true));
    return pipeline.schedule === undefined ? undefined : as(this.#scheduled(loaded, pipeline.schedule));
  }

  pending(intended: Entry<Intended>, readable: boolean): DueState {
    const { release, time: sealed, pipeline, recipient } = intended;
    const { destination } = recipient;
    const waiting = { release, sealed, destination };
    const { now, keepDays, again } = this.#facts;
    if (daysBetween(dayOf(new Date(sealed)), this.#today) > keepDays) return { state: 'expired', ...waiting };
    if (!readable) return { state: 'stranded', ...waiting };
    const refused = this.#refused(pipeline, intended.seq);
    if (refused !== undefined) return refused;
    const rest = [this.#rests.ofRelease.get(release), this.#rests.ofDestination.get(destination)]
      .filter((each) => each !== undefined && each.until > now)
      .sort((a, b) => Number(b?.until) - Number(a?.until))[0];
    if (rest === undefined || again) return { state: 'sealed', ...waiting };
    return { state: 'resting', ...waiting, until: rest.until.toISOString(), because: rest.because };
  }

  #scheduled({ pipeline }: LoadedPipeline, schedule: Schedule): DueState {
    const agreement = this.#agreement(pipeline.agreement);
    if (agreement === undefined) throw new Error('a pipeline without its agreement was let through');
    const every = everyOf(pipeline, agreement);
    const dayIn = (around: CalendarDate): CalendarDate =>
      every === 'once' ? around : nthWorkingDay(schedule.on, around, every, this.#facts.holidays);
    const begins = agreement.agreement.term.start;
    const next = every === 'once' ? {} : { next: dayIn(nextPeriodStart(this.#today, every)) };

    const released =
      this.#deliveredIn(every, pipeline.pipeline) ?? usedUp(pipeline, agreement, this.#past, this.#today)[0]?.use;
    if (released !== undefined) return { state: 'released', release: released.release, day: released.day, ...next };
    // Nothing is due before the first day of the agreement, and what goes out once is due from that day on.
    const since = every === 'once' || dayIn(this.#today) < begins ? begins : dayIn(this.#today);
    if (this.#today < since) return { state: 'not-yet', on: since };
    const refused = this.#refused(pipeline.pipeline, 0);
    if (refused !== undefined) return refused;

    const missing = schedule.after.filter((name) => this.#deliveredIn(this.#longer(every, name), name) === undefined);
    const tonight = missing.every((name) => {
      const first = this.at(name);
      return first !== undefined && isActionable(first);
    });
    if (!tonight) return { state: 'waits', for: missing };
    const last = this.#days.filter((each) => each.pipeline === pipeline.pipeline).at(-1)?.day;
    return { state: 'due', since, after: missing, ...(last === undefined ? {} : { last }) };
  }

  /** The last delivery of a pipeline in the period that today lies in. */
  #deliveredIn(every: Every, name: string): { release: string; day: CalendarDate } | undefined {
    return this.#days.findLast(
      ({ pipeline, day }) =>
        pipeline === name && (every === 'once' || calendarPeriod(day, every) === calendarPeriod(this.#today, every)),
    );
  }

  /** A pipeline that goes first may do so less often: then its last delivery counts for as long as it is the last. */
  #longer(every: Every, name: string): Every {
    const first = this.#loaded(name)?.pipeline;
    const agreement = first === undefined ? undefined : this.#agreement(first.agreement);
    if (first?.schedule === undefined || agreement === undefined) return every;
    return longerOf(every, everyOf(first, agreement));
  }

  #refused(name: string, since: number): DueState | undefined {
    if (this.#facts.again) return undefined;
    const entry = this.#facts.entries.findLast(
      (each): each is Entry<Refused> => isKind(each, 'refused') && each.pipeline === name && each.seq > since,
    );
    if (entry === undefined || dayOf(new Date(entry.time)) !== this.#today) return undefined;
    const codes = [...new Set(entry.refusals.map(({ code }) => code))];
    const [first, ...more] = entry.refusals;
    const message = `${first?.message}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
    return { state: 'refused', at: entry.time, codes, message };
  }

  #loaded(name: string): LoadedPipeline | undefined {
    return this.#facts.pipelines.find(({ pipeline }) => pipeline.pipeline === name);
  }

  #agreement(reference: string): LoadedAgreement | undefined {
    return this.#facts.agreements.find((each) => each.reference.text === reference);
  }
}

type Schedule = NonNullable<LoadedPipeline['pipeline']['schedule']>;
type Order = readonly [kind: number, depth: number, since: string, name: string];

/** What waits goes first, the oldest before the others; then what is due, whoever goes first before whoever waits. */
function orderOf(item: DueItem, items: readonly DueItem[]): Order {
  if (item.state === 'sealed' || item.state === 'expired') return [0, 0, item.sealed, item.pipeline];
  if (item.state === 'due') return [1, depthOf(item, items), item.since, item.pipeline];
  return [2, 0, '', item.pipeline];
}

/** How many stand before it in the longest line of those that go first; nobody waits for themselves. */
function depthOf(item: DueItem, items: readonly DueItem[]): number {
  if (item.state !== 'due') return 0;
  const before = items.filter(({ pipeline }) => item.after.includes(pipeline));
  return before.length === 0 ? 0 : 1 + Math.max(...before.map((each) => depthOf(each, items)));
}

function compare(a: Order, b: Order): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
}
