import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../kernel/fault.ts';
import type { ReleaseEvent } from '../release/release-event.ts';
import { entriesOf } from '../release.ts';
import { Destinations } from '../schedule/destinations.ts';
import { restsOf } from '../schedule/rests.ts';
import type { DueResult, DueWorld } from '../schedule/run-due.ts';
import { shareOf } from '../schedule/shares.ts';
import { steadyClock } from '../schedule/steady-clock.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { bugFault } from './bug-fault.ts';
import { openDestination, wire } from './wire.ts';
import { ledgerOf } from './wire-ledger.ts';

/** How long a destination that can't be reached is waited for, in one run. */
const RETRY_MS = [2_000, 10_000, 30_000];

/** What somebody else is releasing is not waited for. */
const BUSY_MS = 1_000;

/**
 * Of the threads that Node does its work with, one is taken by each COPY of DuckDB for as long as it writes, and what
 * it writes needs one to get to the disk: without any left, both would wait for ever.
 */
const OTHER_THREADS = 2;

/** Puts the real parts together for a run of all that is due. */
export async function wireDue(
  workspace: Workspace,
  clock: () => Date,
  options: {
    readonly again: boolean;
    readonly observe: (event: ReleaseEvent, pipeline: string) => void;
    readonly settled: (result: DueResult) => Promise<void>;
  },
): Promise<DueWorld> {
  const entries = await entriesOf(ledgerOf(workspace, clock));
  const now = steadyClock(clock, entries);
  const ledger = ledgerOf(workspace, now);
  const { limits } = workspace.file;
  const destinations = new Destinations({
    open: (name) => openDestination(workspace, name),
    resting: options.again ? new Map() : restsOf(entries).ofDestination,
    now,
    pause: (milliseconds) => pause(milliseconds),
    retryMs: workspace.file.outbox.retry_seconds?.map((seconds) => seconds * 1000) ?? RETRY_MS,
  });
  return {
    workspace,
    ledger,
    now,
    again: options.again,
    mostWorkers: Math.max(1, (Number(process.env['UV_THREADPOOL_SIZE']) || 4) - OTHER_THREADS),
    worldFor: (pipeline, name, workers) =>
      wire(workspace, now, (event) => options.observe(event, name), pipeline, {
        limits: shareOf(limits, limits.threads ?? availableParallelism(), workers),
        destination: (destination) => destinations.open(destination),
        ledger,
        pipelineWaitMs: BUSY_MS,
      }),
    down: (destination) => destinations.down(destination),
    faultOf: (error) => (error instanceof Fault ? error : bugFault(error)),
    settled: options.settled,
  };
}
