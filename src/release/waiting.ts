import type { Refusal } from '../gate/gate.ts';
import { type CalendarDate, daysBetween } from '../kernel/calendar-date.ts';
import type { Intended } from '../ledger/entries.ts';
import { pendingReleases } from '../ledger/history.ts';
import type { Entry } from '../ledger/ledger.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';

/** The release of a pipeline that is sealed and recorded, and not at its destination yet. */
export function waitingRelease(entries: readonly Entry[], { pipeline }: LoadedPipeline): Entry<Intended> | undefined {
  return pendingReleases(entries).find((each) => each.pipeline === pipeline.pipeline);
}

/**
 * Why a release that waits may not go out any more, whatever the gate says of a new one: it is not what pipeline and
 * agreement mean today, or the opt-outs that were taken out of it are too old by now (opt-outs must be applied within
 * 21 days of being set; the list of today is not the one that was applied).
 */
export function waitingRefusals(
  waiting: Entry<Intended>,
  planHash: string,
  today: CalendarDate,
  maxAgeDays: number,
): Refusal[] {
  const hint = `give it up with: dars deliver ${waiting.release} --abandon --because "…", then run the pipeline again`;
  const refusals: Refusal[] = [];
  if (waiting.plan !== planHash) {
    const message = `release ${waiting.release} waits in the outbox and was made by another plan than today's`;
    refusals.push({ code: 'other-plan', message, hint });
  }
  const asAt = waiting.opt_outs?.as_at;
  const age = asAt === undefined ? 0 : daysBetween(asAt as CalendarDate, today);
  if (age > maxAgeDays) {
    const message = `release ${waiting.release} waits in the outbox and was made with the opt-out list of ${asAt}, ${age} days old; ${maxAgeDays} are allowed`;
    refusals.push({ code: 'opt-outs-stale', message, hint });
  }
  return refusals;
}
