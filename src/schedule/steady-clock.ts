import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { Entry } from '../ledger/ledger.ts';

/** More than any change to or from summer time, or a clock that was put right; less than two nights. */
const FORGIVEN_MS = 36 * 3_600_000;

/**
 * A clock that never runs behind the ledger: an hour that comes twice must not make a day of the past begin again, and
 * with it a period in which something may go out. A clock that is days behind is wrong, and everything here goes by
 * it: terms of agreements, the age of lists. Then nothing runs; a Fault, exit 16.
 */
export function steadyClock(clock: () => Date, entries: readonly Entry[]): () => Date {
  const last = Math.max(0, ...entries.slice(-100).map(({ time }) => Date.parse(time)));
  const behind = last - clock().getTime();
  if (behind > FORGIVEN_MS) {
    const [now, then] = [clock(), new Date(last)].map((moment) => moment.toISOString().slice(0, 16));
    throw new Fault(ExitCode.ledger, 'clock-behind', `the clock says ${now}, and the ledger has an entry of ${then}`, {
      hint: 'put the clock right; or with --as-of, name a later day',
    });
  }
  return () => new Date(Math.max(clock().getTime(), last));
}
