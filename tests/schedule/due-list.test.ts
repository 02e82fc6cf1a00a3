import { describe, expect, it } from 'vitest';
import { reasonOf } from '../../src/schedule/due-item.ts';
import { dueList } from '../../src/schedule/due-list.ts';
import type { Tree } from '../support/make-workspace.ts';
import { agreementOf, factsOf, LedgerOf, pipelineOf, referenceOf } from './support.ts';

const A = referenceOf(1);
const at = (text: string): Date => new Date(text);

function one(schedule: Tree | undefined, frequency: string, start?: string) {
  return { pipeline: pipelineOf('a', schedule, A), agreement: agreementOf(A, frequency, start) };
}

function stateAt(now: string, { pipeline, agreement }: ReturnType<typeof one>, ledger = new LedgerOf()) {
  return dueList(factsOf(now, [pipeline], [agreement], ledger.entries))[0];
}

describe('when a pipeline is due', () => {
  it('is never, without a schedule', () => {
    expect(stateAt('2026-07-01T02:00Z', one(undefined, 'monthly'))).toBeUndefined();
  });

  it.each([
    ['monthly', '2026-08-03'],
    ['quarterly', '2026-07-01'],
    ['annual', '2026-01-02'],
  ])('is by default as often as the agreement says: %s', (frequency, since) => {
    expect(stateAt('2026-08-03T02:00Z', one({}, frequency))).toMatchObject({ state: 'due', since });
  });

  it('is once, for what the agreement lets go out once', () => {
    const pipeline = one({}, 'one-off', '2026-03-07');
    expect(stateAt('2026-03-06T23:59Z', pipeline)).toMatchObject({ state: 'not-yet', on: '2026-03-07' });
    expect(stateAt('2026-03-07T02:00Z', pipeline)).toMatchObject({ state: 'due', since: '2026-03-07' });
    const ledger = new LedgerOf();
    ledger.intend('r1', pipeline.pipeline, at('2026-03-07T02:00Z'));
    ledger.deliver('r1', at('2026-03-07T02:01Z'));
    expect(stateAt('2030-01-01T02:00Z', pipeline, ledger)).toMatchObject({ state: 'released', release: 'r1' });
  });

  it('is from the n-th working day on, and on every night after it until something goes out', () => {
    const pipeline = one({ every: 'month', on: 3 }, 'monthly');
    expect(stateAt('2026-01-05T02:00Z', pipeline)).toMatchObject({ state: 'not-yet', on: '2026-01-06' });
    expect(stateAt('2026-01-06T02:00Z', pipeline)).toMatchObject({ state: 'due' });
    expect(stateAt('2026-01-25T02:00Z', pipeline)).toMatchObject({ state: 'due', since: '2026-01-06' });
  });

  it('goes by London’s midnight', () => {
    const pipeline = one({ every: 'month' }, 'monthly');
    expect(stateAt('2026-06-30T22:59Z', pipeline)).toMatchObject({ since: '2026-06-01' });
    expect(stateAt('2026-06-30T23:00Z', pipeline)).toMatchObject({ since: '2026-07-01' });
  });

  it('is not before the agreement starts', () => {
    expect(stateAt('2026-07-09T02:00Z', one({}, 'quarterly', '2026-07-10'))).toMatchObject({
      state: 'not-yet',
      on: '2026-07-10',
    });
  });

  it('is once for all the periods that were missed', () => {
    const pipeline = one({}, 'quarterly');
    const ledger = new LedgerOf();
    ledger.intend('r1', pipeline.pipeline, at('2025-04-01T02:00Z'));
    ledger.deliver('r1', at('2025-04-01T02:01Z'));
    expect(stateAt('2026-07-01T02:00Z', pipeline, ledger)).toMatchObject({ state: 'due', last: '2025-04-01' });
    ledger.intend('r2', pipeline.pipeline, at('2026-07-01T02:00Z'));
    ledger.deliver('r2', at('2026-07-01T02:01Z'));
    expect(stateAt('2026-09-30T02:00Z', pipeline, ledger)).toMatchObject({ state: 'released', next: '2026-10-01' });
  });

  it('is not again for a file that was replaced', () => {
    const pipeline = one({}, 'quarterly');
    const ledger = new LedgerOf();
    ledger.intend('r1', pipeline.pipeline, at('2026-06-20T02:00Z'));
    ledger.deliver('r1', at('2026-06-20T02:01Z'));
    ledger.intend('r2', pipeline.pipeline, at('2026-07-01T12:00Z'), 'shelf', 1);
    ledger.deliver('r2', at('2026-07-01T12:01Z'));
    // The replacement counts in the quarter of what it stands in for.
    expect(stateAt('2026-07-02T02:00Z', pipeline, ledger)).toMatchObject({ state: 'due' });
  });

  it('is not where another pipeline used up what the agreement grants', () => {
    const [first, second] = [pipelineOf('a', {}, A), pipelineOf('b', {}, A)];
    const ledger = new LedgerOf();
    ledger.intend('r1', first, at('2026-07-01T02:00Z'));
    ledger.deliver('r1', at('2026-07-01T02:01Z'));
    const items = dueList(factsOf('2026-07-02T02:00Z', [first, second], [agreementOf(A, 'quarterly')], ledger.entries));
    expect(items.map(({ state }) => state)).toEqual(['released', 'released']);
  });

  it('is not again today where it was refused today, and is tomorrow, or when asked for again', () => {
    const pipeline = one({}, 'quarterly');
    const ledger = new LedgerOf();
    ledger.refuse(pipeline.pipeline, at('2026-07-01T02:00Z'));
    expect(stateAt('2026-07-01T22:00Z', pipeline, ledger)).toMatchObject({ state: 'refused', codes: ['expired'] });
    expect(stateAt('2026-07-02T02:00Z', pipeline, ledger)).toMatchObject({ state: 'due' });
    const again = factsOf('2026-07-01T22:00Z', [pipeline.pipeline], [pipeline.agreement], ledger.entries, {
      again: true,
    });
    expect(dueList(again)).toMatchObject([{ state: 'due' }]);
  });
});

it('what was refused and then made by hand, and could not be delivered, is delivered the same day', () => {
  const { pipeline, agreement } = one({}, 'quarterly');
  const ledger = new LedgerOf();
  ledger.refuse(pipeline, at('2026-07-01T02:00Z'));
  ledger.intend('r1', pipeline, at('2026-07-01T09:00Z'));
  const list = () => dueList(factsOf('2026-07-01T22:00Z', [pipeline], [agreement], ledger.entries));
  expect(list()).toMatchObject([{ state: 'sealed' }]);
  ledger.refuse(pipeline, at('2026-07-01T22:00Z'), 'other-plan');
  expect(list()).toMatchObject([{ state: 'refused', codes: ['other-plan'] }]);
});

describe('pipelines that wait for others', () => {
  const agreements = [1, 2, 3].map((number) => agreementOf(referenceOf(number), number === 1 ? 'annual' : 'monthly'));
  const pipeline = (name: string, number: number, schedule: Tree) => pipelineOf(name, schedule, referenceOf(number));

  it('come after them in the same run, in whatever order they stand', () => {
    const pipelines = [pipeline('a', 2, { after: 'b' }), pipeline('b', 3, { after: ['c'] }), pipeline('c', 1, {})];
    const items = dueList(factsOf('2026-07-01T02:00Z', pipelines, agreements));
    expect(items.map(({ pipeline: name }) => name)).toEqual(['c', 'b', 'a']);
    expect(items.map(reasonOf)[2]).toBe('since 2026-07-01, after b; never delivered before');
  });

  it('wait where the others are not due, or refused, or not there, or wait in a circle', () => {
    const ledger = new LedgerOf();
    const [late, refused] = [pipeline('late', 2, { on: 5 }), pipeline('refused', 3, {})];
    ledger.refuse(refused, at('2026-07-01T01:00Z'));
    const waiting = ['late', 'refused', 'nobody'].map((name) => pipeline(`after-${name}`, 2, { after: name }));
    const circle = [pipeline('x', 2, { after: 'y' }), pipeline('y', 3, { after: 'x' })];
    const items = dueList(
      factsOf('2026-07-01T02:00Z', [late, refused, ...waiting, ...circle], agreements, ledger.entries),
    );
    const states = Object.fromEntries(items.map((item) => [item.pipeline, item.state]));
    expect(states).toEqual({
      late: 'not-yet',
      refused: 'refused',
      'after-late': 'waits',
      'after-refused': 'waits',
      'after-nobody': 'waits',
      x: 'waits',
      y: 'waits',
    });
  });

  it('are content with what went out in this year, where the others go out once a year', () => {
    const [first, second] = [pipeline('first', 1, {}), pipeline('second', 2, { after: 'first' })];
    const ledger = new LedgerOf();
    ledger.intend('r1', first, at('2026-01-02T02:00Z'));
    ledger.deliver('r1', at('2026-01-02T02:01Z'));
    expect(dueList(factsOf('2026-07-01T02:00Z', [first, second], agreements, ledger.entries))).toMatchObject([
      { pipeline: 'second', state: 'due', after: [] },
      { pipeline: 'first', state: 'released' },
    ]);
    expect(dueList(factsOf('2027-07-01T02:00Z', [first, second], agreements, ledger.entries))).toMatchObject([
      { pipeline: 'first', state: 'due' },
      { pipeline: 'second', state: 'due', after: ['first'] },
    ]);
  });
});

describe('what waits in the outbox', () => {
  const { pipeline, agreement } = one({}, 'quarterly');
  const other = pipelineOf('b', undefined, referenceOf(2));
  const facts = (now: string, ledger: LedgerOf, more = {}) =>
    factsOf(now, [pipeline, other], [agreement, agreementOf(referenceOf(2), 'monthly')], ledger.entries, more);
  const sealed = (): LedgerOf => {
    const ledger = new LedgerOf();
    ledger.intend('r1', pipeline, at('2026-07-01T02:00Z'));
    return ledger;
  };

  it('goes first, also where it was made by hand', () => {
    const ledger = sealed();
    ledger.intend('r2', other, at('2026-06-30T02:00Z'));
    expect(dueList(facts('2026-07-01T02:01Z', ledger))).toMatchObject([
      { pipeline: 'b', state: 'sealed', release: 'r2' },
      { pipeline: 'a', state: 'sealed', release: 'r1' },
    ]);
  });

  it('rests after a failure, longer after each, with everything else that goes there', () => {
    const ledger = sealed();
    ledger.intend('r2', other, at('2026-07-01T02:00Z'));
    ledger.fail('r1', at('2026-07-01T02:01Z'));
    expect(dueList(facts('2026-07-01T02:10:59Z', ledger)).map(({ state }) => state)).toEqual(['resting', 'resting']);
    expect(dueList(facts('2026-07-01T02:11Z', ledger)).map(({ state }) => state)).toEqual(['sealed', 'sealed']);
    ledger.fail('r2', at('2026-07-01T02:11Z'));
    expect(dueList(facts('2026-07-01T02:30:59Z', ledger)).map(({ state }) => state)).toEqual(['resting', 'resting']);
    expect(dueList(facts('2026-07-01T02:31Z', ledger)).map(({ state }) => state)).toEqual(['sealed', 'sealed']);
    for (let hours = 3; hours < 24; hours += 1)
      ledger.fail('r1', at(`2026-07-01T${String(hours).padStart(2, '0')}:00Z`));
    // Never so long that a night is missed.
    expect(dueList(facts('2026-07-02T05:00Z', ledger)).map(({ state }) => state)).toEqual(['sealed', 'sealed']);
  });

  it('does not rest because a destination was not tried, and begins anew after a success', () => {
    const ledger = sealed();
    ledger.fail('r1', at('2026-07-01T02:01Z'), 'destination-down');
    expect(dueList(facts('2026-07-01T02:02Z', ledger))).toMatchObject([{ state: 'sealed' }]);
    ledger.fail('r1', at('2026-07-01T02:02Z'));
    ledger.intend('r2', other, at('2026-07-01T02:03Z'));
    ledger.deliver('r2', at('2026-07-01T02:04Z'));
    expect(dueList(facts('2026-07-01T02:05Z', ledger))).toMatchObject([{ state: 'sealed' }]);
  });

  it('rests alone where only its own file is the trouble', () => {
    const ledger = sealed();
    ledger.intend('r2', other, at('2026-07-01T02:00Z'));
    ledger.fail('r1', at('2026-07-01T02:01Z'), 'exists');
    expect(dueList(facts('2026-07-01T02:02Z', ledger))).toMatchObject([
      { pipeline: 'b', state: 'sealed' },
      { pipeline: 'a', state: 'resting' },
    ]);
  });

  it('expires after its days, and is stranded where its pipeline is gone', () => {
    const ledger = sealed();
    expect(dueList(facts('2026-07-15T22:59Z', ledger))).toMatchObject([{ state: 'sealed' }]);
    expect(dueList(facts('2026-07-15T23:00Z', ledger))).toMatchObject([{ state: 'expired' }]);
    expect(dueList(facts('2026-07-02T02:00Z', ledger, { pipelines: [] }))).toMatchObject([{ state: 'stranded' }]);
    expect(dueList(facts('2026-07-20T02:00Z', ledger, { pipelines: [] }))).toMatchObject([{ state: 'expired' }]);
  });
});
