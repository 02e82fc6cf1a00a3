import type { TraceSession } from '../../engine/trace-session.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Profile } from '../../linkage/profiles/profile.ts';
import { type ComparedTraces, compareTraces, setTraceAside } from '../../linkage/trace/compare-traces.ts';
import type { Trace } from '../../linkage/trace/trace-cohort.ts';
import { TRACED } from '../../linkage/trace/trace-tables.ts';
import type { TraceFlags } from './trace-flags.ts';

/** What the profiles asked for came to. */
export interface ProfiledTrace {
  /** Quoted: the first's rows, as TRACED has them. */
  readonly table: string;
  /** Undefined where the first profile is one of rules. */
  readonly trace: Trace | undefined;
  readonly compared: ComparedTraces | undefined;
}

/**
 * Traces by the profile, and by the other that it is compared with. Rules go first where the model is wanted: its
 * tables stay until its report is written, and two would be more to hold than one.
 */
export async function traceByProfiles(
  session: TraceSession,
  { profile, compare, decisions }: TraceFlags,
  thisYear: number,
  observe: (step: string) => void,
): Promise<ProfiledTrace> {
  if (compare === undefined) return { table: TRACED, trace: await traceBy(profile), compared: undefined };
  if (compare === 'dars') {
    await traceBy(profile);
    const aside = await setTraceAside(session.database, profile);
    await traceBy(compare);
    const compared = await compareTraces(session.database, aside, TRACED, [profile, compare]);
    return { table: aside, trace: undefined, compared };
  }
  await traceBy(compare);
  const aside = await setTraceAside(session.database, compare);
  const trace = await traceBy(profile);
  const compared = await compareTraces(session.database, TRACED, aside, [profile, compare]);
  return { table: TRACED, trace, compared };

  async function traceBy(which: Profile): Promise<Trace | undefined> {
    if (which === 'dars') return session.trace(thisYear, decisions, observe);
    observe(`by the profile ${which}`);
    await session.traceByRules(which, thisYear);
    return undefined;
  }
}

/** Options that only the model of the profile dars understands. */
const OF_THE_MODEL = ['clerical', 'decisions', 'report', 'saveModel'] as const satisfies readonly (keyof TraceFlags)[];

/** Throws a Fault of usage for options that don't go together. */
export function checkProfiles(flags: TraceFlags): void {
  const usage = (message: string, hint: string): Fault => new Fault(ExitCode.usage, 'trace-options', message, { hint });
  if (flags.profile === flags.compare) throw usage('a profile was to be compared with itself', 'name another');
  if (flags.profile === 'dars') return;
  const odd = OF_THE_MODEL.find((name) => flags[name] !== undefined);
  if (odd === undefined) return;
  const option = odd.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw usage(`--${option} goes with the profile dars alone`, 'leave it out, or leave out --profile');
}
