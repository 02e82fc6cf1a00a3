import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/kernel/exit-code.ts';
import { Slots, shareOf, workersFor } from '../../src/schedule/shares.ts';
import { steadyClock } from '../../src/schedule/steady-clock.ts';
import { worstExit } from '../../src/schedule/worst-exit.ts';
import { LedgerOf, pipelineOf, referenceOf } from './support.ts';

describe('the exit code of the worst', () => {
  it('is done where nothing is wrong, and knows every code there is', () => {
    expect(worstExit([])).toBe(0);
    for (const exit of Object.values(ExitCode)) expect(worstExit([0, exit])).toBe(exit);
  });

  it('puts what mends itself before what somebody has to mend, and last what can’t be trusted', () => {
    const fromMild = [0, 15, 12, 10, 11, 14, 13, 16, 70] as const;
    for (const [index, mild] of fromMild.entries())
      for (const worse of fromMild.slice(index)) expect(worstExit([worse, mild])).toBe(worse);
  });
});

describe('the machine, shared', () => {
  it('has no more workers than releases, than dars.yaml allows, or than there is memory to begin with', () => {
    expect(workersFor({ memory: '4GB', at_once: 3 }, 10)).toBe(3);
    expect(workersFor({ memory: '4GB', at_once: 3 }, 2)).toBe(2);
    expect(workersFor({ memory: '150MB', at_once: 16 }, 10)).toBe(2);
    expect(workersFor({ memory: '64MB', at_once: 2 }, 0)).toBe(1);
  });

  it('gives each the same, a thread at least', () => {
    expect(shareOf({ memory: '4GB' }, 8, 3)).toEqual({ memory: '1333333KB', threads: 2 });
    expect(shareOf({ memory: '1GiB' }, 2, 4)).toEqual({ memory: '268435KB', threads: 1 });
  });

  it('lets only so many work at a time, in the order in which they came, whatever becomes of them', async () => {
    const slots = new Slots(2);
    const [begun, most]: [number[], number[]] = [[], []];
    let now = 0;
    const work = (n: number) => async () => {
      begun.push(n);
      now += 1;
      most.push(now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      if (n % 3 === 0) throw new Error('it failed');
    };
    await Promise.allSettled([...Array(9).keys()].map((n) => slots.take(work(n))));
    expect(begun).toEqual([...Array(9).keys()]);
    expect(Math.max(...most)).toBe(2);
  });
});

describe('a steady clock', () => {
  const ledger = new LedgerOf();
  ledger.refuse(pipelineOf('a', {}, referenceOf(1)), new Date('2026-10-25T01:30:00Z'));
  const at = (text: string) => steadyClock(() => new Date(text), ledger.entries);

  it('goes on where the ledger stands when the hour comes a second time, and then with the real one', () => {
    expect(at('2026-10-25T00:30:00Z')()).toEqual(new Date('2026-10-25T01:30:00Z'));
    expect(at('2026-10-25T01:30:01Z')()).toEqual(new Date('2026-10-25T01:30:01Z'));
    let now = '2026-10-25T01:00:00Z';
    const clock = steadyClock(() => new Date(now), ledger.entries);
    now = '2026-10-25T02:00:00Z';
    expect(clock()).toEqual(new Date(now));
  });

  it('does not go where the clock is days behind', () => {
    expect(() => at('2026-10-23T13:29:59Z')).toThrow(expect.objectContaining({ exit: 16, code: 'clock-behind' }));
    expect(() => at('2026-10-23T13:30:00Z')).not.toThrow();
  });
});
