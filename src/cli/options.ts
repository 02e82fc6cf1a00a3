import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { dayOf, parseCalendarDate } from '../kernel/calendar-date.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';

/** Options that every command has. */
export interface GlobalOptions {
  readonly workspace?: string;
  readonly asOf?: string;
  readonly json?: boolean;
  /** The id of this run, which every line of its log carries. */
  readonly run: string;
}

/** Of a scheduler that has one for a run (`DARS_RUN_ID`), or one that no other run has had. */
export function newRunId(): string {
  const given = process.env['DARS_RUN_ID'];
  return given !== undefined && /^[\w.:-]{1,64}$/.test(given) ? given : randomBytes(8).toString('hex');
}

/** The workspace's folder: `--workspace`, `DARS_WORKSPACE`, or the present folder. */
export function workspaceRoot(options: GlobalOptions): string {
  return resolve(options.workspace ?? process.env['DARS_WORKSPACE'] ?? '.');
}

/** The clock: now, or noon (UTC) of the day that `--as-of` names; today stays now, so that keys made today are valid. */
export function clockOf(options: GlobalOptions): () => Date {
  const { asOf } = options;
  if (asOf === undefined) return () => new Date();
  const day = parseCalendarDate(asOf);
  const moment = day === undefined ? new Date(asOf) : new Date(`${day}T12:00:00.000Z`);
  if (Number.isNaN(moment.getTime()) || (day === undefined && !/^\d{4}-\d{2}-\d{2}T/.test(asOf))) {
    throw new Fault(ExitCode.usage, 'as-of', '--as-of wants a date as YYYY-MM-DD', {
      hint: 'for example --as-of 2026-11-20',
    });
  }
  if (day === dayOf(new Date())) return () => new Date();
  return () => moment;
}
