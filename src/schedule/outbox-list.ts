import type { Intended } from '../ledger/entries.ts';
import { pendingReleases, releaseState } from '../ledger/history.ts';
import type { Entry } from '../ledger/ledger.ts';
import { NOT_TRIED, restsOf } from './rests.ts';

/** A release that is sealed and not at its destination. */
export interface WaitingRelease {
  readonly release: string;
  readonly pipeline: string;
  readonly destination: string;
  /** When it was sealed. */
  readonly since: string;
  readonly bytes: number;
  /** How often it was tried, and what came of it last. */
  readonly attempts: number;
  readonly because: string | undefined;
  /** Before when dars due does not try again, if it rests. */
  readonly until: string | undefined;
}

/** What waits in the outbox, by what the ledger says, the oldest first. */
export function outboxList(entries: readonly Entry[], now: Date): readonly WaitingRelease[] {
  const rests = restsOf(entries);
  return pendingReleases(entries).map((intended) => {
    const { release, pipeline, recipient, time, files } = intended;
    const failures = failuresOf(intended, entries);
    const until = [rests.ofRelease.get(release)?.until, rests.ofDestination.get(recipient.destination)?.until]
      .filter((each) => each !== undefined && each > now)
      .map((each) => each?.toISOString())
      .sort()
      .at(-1);
    return {
      release,
      pipeline,
      destination: recipient.destination,
      since: time,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      attempts: failures.filter(({ code }) => code !== NOT_TRIED).length,
      because: failures.at(-1)?.message,
      until,
    };
  });
}

function failuresOf({ release }: Intended, entries: readonly Entry[]): readonly { code: string; message: string }[] {
  const state = releaseState(entries, release);
  return state.state === 'pending' ? state.failures : [];
}

/** The sentence that somebody has to hear, where something waits for too long; undefined where nothing does. */
export function outboxAlert(list: readonly WaitingRelease[], now: Date, alertDays: number): string | undefined {
  const late = list.filter(({ since }) => now.getTime() - Date.parse(since) >= alertDays * 86_400_000);
  const [oldest] = late;
  if (oldest === undefined) return undefined;
  const what = late.length === 1 ? '1 release waits' : `${late.length} releases wait`;
  return `ALERT: ${what} for ${alertDays} days or longer, the oldest (${oldest.release}) since ${oldest.since.slice(0, 16).replace('T', ' ')} UTC.`;
}
