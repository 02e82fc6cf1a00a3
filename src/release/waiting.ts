import type { Refusal } from '../gate/gate.ts';
import type { Failed, Intended } from '../ledger/entries.ts';
import { pendingReleases } from '../ledger/history.ts';
import type { Entry } from '../ledger/ledger.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import type { AppliedList } from './gate-facts.ts';

/** The release of a pipeline that is sealed and recorded, and not at its destination yet. */
export function waitingRelease(entries: readonly Entry[], { pipeline }: LoadedPipeline): Entry<Intended> | undefined {
  return pendingReleases(entries).find((each) => each.pipeline === pipeline.pipeline);
}

/**
 * Why a release that waits may not go out any more, whatever the gate says of a new one: it is not what pipeline and
 * agreement mean today.
 */
export function waitingRefusals(waiting: Entry<Intended>, planHash: string): Refusal[] {
  if (waiting.plan === planHash) return [];
  const message = `release ${waiting.release} waits in the outbox and was made by another plan than today's`;
  const hint = `give it up with: dars deliver ${waiting.release} --abandon --because "…", then run the pipeline again`;
  return [{ code: 'other-plan', message, hint }];
}

/**
 * Why a release that waits has to be made again: it was made with another opt-out list than today's, and somebody on
 * today's may be in it (opt-outs must be applied within 21 days of being set; here they are applied to the day).
 * Undefined where it may go out as it is; the age of the list is the gate's business.
 */
export function outdatedBecause(waiting: Entry<Intended>, optOuts: AppliedList): string | undefined {
  if (waiting.opt_outs === null || waiting.opt_outs.sha256 === optOuts.sha256) return undefined;
  return `it was made with the opt-out list of ${waiting.opt_outs.as_at}, and the list is another one since, of ${optOuts.asAt}; it is made again`;
}

/** What a release that waits stands in for, if it does. */
export function replacementOf({ replaces, because }: Intended): { file: string; because: string } | undefined {
  return replaces === undefined ? undefined : { file: replaces, because: because ?? '' };
}

/** Failures before a first byte could leave. */
const NOTHING_LEFT = [
  'unreachable',
  'authentication',
  'host-key',
  'host-key-missing',
  'private-key',
  'destination-down',
];

/** What is added to the reason for giving a release up that was being delivered before. */
export function whatMayHaveArrived(failures: readonly Failed[]): string {
  return failures.every(({ code }) => NOTHING_LEFT.includes(code))
    ? ''
    : '; files of it may lie at the recipient, without a manifest';
}
