import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoadedAgreement } from '../../src/agreement/loaded-agreement.ts';
import { bankHolidays } from '../../src/kernel/bank-holidays.ts';
import { addDays, type CalendarDate, dayOf, dayOfWeek } from '../../src/kernel/calendar-date.ts';
import type { LoadedPipeline } from '../../src/pipeline/loaded-pipeline.ts';
import { type DueItem, isActionable } from '../../src/schedule/due-item.ts';
import { dueList } from '../../src/schedule/due-list.ts';
import { agreementOf, factsOf, LedgerOf, pipelineOf, referenceOf } from './support.ts';

/*
 * A custodian's nights at random: pipelines with schedules of all kinds, nights that are missed, everything that can
 * become of a release. A slow oracle says each night what is due, from a diary of its own and by counting days.
 */

const EVERY = ['month', 'quarter', 'year', 'once'] as const;
const FREQUENCY = { month: 'monthly', quarter: 'quarterly', year: 'annual', once: 'one-off' } as const;
type Every = (typeof EVERY)[number];

interface Plan {
  readonly name: string;
  readonly every: Every;
  readonly saysSo: boolean;
  /** Never less than `every`: nobody may ask for more than is granted. */
  readonly grantedEvery: Every;
  readonly on: number;
  readonly after: readonly string[];
  readonly agreement: number;
  readonly start: CalendarDate;
}

/** What becomes of something that is done: delivered; sealed and not delivered; refused; or it dies without a trace. */
const OUTCOMES = ['delivered', 'delivered', 'delivered', 'unreachable', 'refused', 'dies'] as const;

/** As many as usual, or times that (DARS_PROPERTY_RUNS=20). */
const RUNS = { numRuns: 50 * (Math.max(0, Number(process.env['DARS_PROPERTY_RUNS'] ?? '1')) || 1) };

const LONG = 600_000;

const HOLIDAY = '2026-04-07' as CalendarDate;

const plans: fc.Arbitrary<readonly Plan[]> = fc
  .array(
    fc.record({
      every: fc.constantFrom(...EVERY),
      saysSo: fc.boolean(),
      granted: fc.constantFrom(...EVERY),
      on: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 90 })),
      after: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 2 }),
      agreement: fc.integer({ min: 0, max: 4 }),
      starts: fc.integer({ min: -400, max: 60 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((drawn) =>
    drawn.map(({ every, saysSo, granted, on, after, agreement, starts }, index): Plan => {
      // Of an agreement there is one version and one frequency, that of the first who draws it.
      const first = drawn.findIndex((each) => each.agreement === agreement);
      const grantedEvery = drawn[first]?.granted ?? granted;
      const longer = EVERY.indexOf(every) < EVERY.indexOf(grantedEvery) ? grantedEvery : every;
      return {
        name: `p${index}`,
        every: saysSo ? longer : grantedEvery,
        saysSo,
        grantedEvery,
        on,
        after: [...new Set(after)].map((each) => `p${each}`),
        agreement,
        start: addDays('2026-01-01' as CalendarDate, drawn[first]?.starts ?? starts),
      };
    }),
  );

const nights = fc.array(
  fc.record({
    skip: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 130 })),
    // Longer from one night to the next than anything rests.
    minute: fc.integer({ min: 0, max: 1000 }),
    outcomes: fc.array(fc.constantFrom(...OUTCOMES), { minLength: 6, maxLength: 6 }),
  }),
  { minLength: 5, maxLength: 25 },
);

interface DiaryLine {
  readonly what: 'sealed' | 'delivered' | 'refused';
  readonly plan: Plan;
  readonly day: CalendarDate;
}

function samePeriod(a: CalendarDate, b: CalendarDate, every: Every): boolean {
  const quarter = (day: CalendarDate): number => Math.floor((Number(day.slice(5, 7)) - 1) / 3);
  switch (every) {
    case 'once':
      return true;
    case 'year':
      return a.slice(0, 4) === b.slice(0, 4);
    case 'quarter':
      return a.slice(0, 4) === b.slice(0, 4) && quarter(a) === quarter(b);
    case 'month':
      return a.slice(0, 7) === b.slice(0, 7);
  }
}

/** Whether so many working days of the period are begun, or all that it has. */
function hasCome({ every, on, start }: Plan, today: CalendarDate): boolean {
  if (today < start) return false;
  if (every === 'once') return true;
  const closed = [...bankHolidays(Number(today.slice(0, 4))), HOLIDAY];
  const isWorking = (day: CalendarDate): boolean => ![0, 6].includes(dayOfWeek(day)) && !closed.includes(day);
  let begun = 0;
  for (let day = today; samePeriod(day, today, every); day = addDays(day, -1)) begun += Number(isWorking(day));
  let more = 0;
  for (let day = addDays(today, 1); samePeriod(day, today, every); day = addDays(day, 1))
    more += Number(isWorking(day));
  return begun >= Math.min(on, begun + more);
}

/** The names of what is to be made tonight, with those that go first tonight. */
function oracle(all: readonly Plan[], diary: readonly DiaryLine[], today: CalendarDate): Set<string> {
  const sealed = (plan: Plan): boolean => {
    const lines = diary.filter((line) => line.plan === plan);
    return (
      lines.filter(({ what }) => what === 'sealed').length > lines.filter(({ what }) => what === 'delivered').length
    );
  };
  const went = (plan: Plan, every: Every): boolean =>
    diary.some((line) => line.plan === plan && line.what === 'delivered' && samePeriod(line.day, today, every));
  const refusedToday = (plan: Plan): boolean => {
    const lines = diary.filter((line) => line.plan === plan);
    const since = lines.findLastIndex(({ what }) => what === 'sealed');
    return lines.slice(sealed(plan) ? since + 1 : 0).some(({ what, day }) => what === 'refused' && day === today);
  };
  const taken = (plan: Plan): boolean =>
    all.some(
      (other) => other.agreement === plan.agreement && (went(other, plan.grantedEvery) || isOnItsWay(other, plan)),
    );
  const isOnItsWay = (other: Plan, { grantedEvery }: Plan): boolean =>
    sealed(other) &&
    samePeriod(
      diary.findLast((line) => line.plan === other && line.what === 'sealed')?.day ?? today,
      today,
      grantedEvery,
    );
  const due = new Set(
    all
      .filter((plan) => !sealed(plan) && hasCome(plan, today) && !went(plan, plan.every) && !taken(plan))
      .filter((plan) => !refusedToday(plan))
      .map(({ name }) => name),
  );
  const satisfied = (plan: Plan, name: string): boolean => {
    const first = all.find((each) => each.name === name);
    if (first === undefined) return false;
    const every = EVERY.indexOf(first.every) > EVERY.indexOf(plan.every) ? first.every : plan.every;
    return went(first, every);
  };
  // Those that may go first tonight: what is sealed and not refused; then take away whoever waits for nobody, until none is left.
  const first = (name: string): boolean => {
    const plan = all.find((each) => each.name === name);
    return due.has(name) || (plan !== undefined && sealed(plan) && !refusedToday(plan));
  };
  for (let size = -1; size !== due.size; ) {
    size = due.size;
    for (const plan of all) {
      const blocked = plan.after.some((name) => !satisfied(plan, name) && (!first(name) || inCircle(plan, name, all)));
      if (blocked) due.delete(plan.name);
    }
  }
  return due;
}

function inCircle(plan: Plan, name: string, all: readonly Plan[], seen: readonly string[] = []): boolean {
  if (name === plan.name) return true;
  const next = all.find((each) => each.name === name)?.after ?? [];
  return next.some((each) => !seen.includes(each) && inCircle(plan, each, all, [...seen, name]));
}

class Custodian {
  readonly #plans: readonly Plan[];
  readonly #pipelines: readonly LoadedPipeline[];
  readonly #agreements: readonly LoadedAgreement[];
  readonly ledger = new LedgerOf();
  readonly diary: DiaryLine[] = [];

  constructor(all: readonly Plan[]) {
    this.#plans = all;
    this.#pipelines = all.map(({ name, every, saysSo, on, after, agreement }) =>
      pipelineOf(name, { ...(saysSo ? { every } : {}), on, after: [...after] }, referenceOf(agreement)),
    );
    const numbers = [...new Set(all.map(({ agreement }) => agreement))];
    this.#agreements = numbers.map((number) => {
      const plan = all.find(({ agreement }) => agreement === number);
      return agreementOf(referenceOf(number), FREQUENCY[plan?.grantedEvery ?? 'month'], plan?.start ?? '');
    });
  }

  list(now: Date): readonly DueItem[] {
    const more = { holidays: [HOLIDAY], keepDays: 100_000, again: false };
    return dueList(factsOf(now, this.#pipelines, this.#agreements, this.ledger.entries, more));
  }

  /** As a run does it: one after the other in the order of the list, each looked at again when its turn comes. */
  night(now: Date, outcomes: readonly (typeof OUTCOMES)[number][]): void {
    for (const [index, { pipeline }] of this.list(now).filter(isActionable).entries()) {
      const item = this.list(now).find((each) => each.pipeline === pipeline);
      if (item === undefined || !isActionable(item)) continue;
      if (item.state === 'due' && item.after.length > 0) continue;
      this.#come(item, outcomes[index % outcomes.length] ?? 'delivered', now);
    }
  }

  #come(item: DueItem, outcome: (typeof OUTCOMES)[number], now: Date): void {
    const plan = this.#plans.find(({ name }) => name === item.pipeline);
    const loaded = this.#pipelines.find(({ pipeline }) => pipeline.pipeline === item.pipeline);
    if (plan === undefined || loaded === undefined) throw new Error('an item of nobody');
    const note = (what: DiaryLine['what']): void => void this.diary.push({ what, plan, day: dayOf(now) });
    if (outcome === 'dies') return;
    if (outcome === 'refused') {
      this.ledger.refuse(loaded, now);
      note('refused');
      return;
    }
    const release = item.state === 'sealed' ? item.release : `r${this.ledger.entries.length}`;
    if (item.state !== 'sealed') {
      this.ledger.intend(release, loaded, now, plan.name);
      note('sealed');
    }
    if (outcome === 'unreachable') {
      this.ledger.fail(release, now);
      return;
    }
    this.ledger.deliver(release, now);
    note('delivered');
  }
}

function live(
  all: readonly Plan[],
  drawn: readonly { skip: number; minute: number; outcomes: (typeof OUTCOMES)[number][] }[],
  see: (custodian: Custodian, now: Date) => void,
): Custodian {
  const custodian = new Custodian(all);
  let day = '2026-01-01' as CalendarDate;
  for (const { skip, minute, outcomes } of drawn) {
    day = addDays(day, skip);
    const now = new Date(Date.parse(day) + minute * 60_000);
    see(custodian, now);
    custodian.night(now, outcomes);
  }
  return custodian;
}

describe('what is due, over nights at random', () => {
  it(
    'is all that the oracle finds, and nothing else',
    () => {
      fc.assert(
        fc.property(plans, nights, (all, drawn) => {
          live(all, drawn, (custodian, now) => {
            const found = custodian.list(now).filter(({ state }) => state === 'due');
            expect(new Set(found.map(({ pipeline }) => pipeline))).toEqual(oracle(all, custodian.diary, dayOf(now)));
          });
        }),
        RUNS,
      );
    },
    LONG,
  );

  it(
    'goes out once in a period at most, and never before what goes first',
    () => {
      fc.assert(
        fc.property(plans, nights, (all, drawn) => {
          const { diary } = live(all, drawn, () => {});
          const delivered = diary.filter(({ what }) => what === 'delivered');
          for (const [index, { plan, day }] of delivered.entries()) {
            const earlier = delivered.slice(0, index);
            expect(earlier.filter((line) => line.plan === plan && samePeriod(line.day, day, plan.every))).toEqual([]);
          }
          for (const [index, { plan, day, what }] of diary.entries()) {
            if (what !== 'sealed') continue;
            for (const name of plan.after) {
              const first = all.find((each) => each.name === name);
              const every =
                first !== undefined && EVERY.indexOf(first.every) > EVERY.indexOf(plan.every)
                  ? first.every
                  : plan.every;
              const before = diary.slice(0, index).filter((line) => line.plan === first && line.what === 'delivered');
              expect(before.some((line) => samePeriod(line.day, day, every))).toBe(true);
            }
          }
        }),
        RUNS,
      );
    },
    LONG,
  );

  it(
    'is nothing the second time, unless something died or waits for what died',
    () => {
      fc.assert(
        fc.property(plans, nights, (all, drawn) => {
          const living = drawn.map((night) => ({
            ...night,
            outcomes: night.outcomes.map((outcome) => (outcome === 'dies' ? ('refused' as const) : outcome)),
          }));
          const custodian = live(all, living, () => {});
          const last = custodian.ledger.entries.at(-1);
          if (last !== undefined) expect(custodian.list(new Date(last.time)).filter(isActionable)).toEqual([]);
        }),
        RUNS,
      );
    },
    LONG,
  );

  it(
    'puts whoever goes first before whoever waits, and what waits in the outbox before all',
    () => {
      fc.assert(
        fc.property(plans, nights, (all, drawn) => {
          live(all, drawn, (custodian, now) => {
            const items = custodian.list(now);
            const place = (name: string): number => items.findIndex(({ pipeline }) => pipeline === name);
            for (const [index, item] of items.entries()) {
              if (item.state === 'due') for (const name of item.after) expect(place(name)).toBeLessThan(index);
              if (item.state === 'sealed')
                expect(items.slice(0, index).every(({ state }) => state === 'sealed')).toBe(true);
            }
          });
        }),
        RUNS,
      );
    },
    LONG,
  );
});
