import type { TraceSession } from '../../engine/trace-session.ts';
import type { Profile } from '../../linkage/profiles/profile.ts';
import { type ComparedTraces, compareTraces, setTraceAside } from '../../linkage/trace/compare-traces.ts';
import type { Trace, TracePart } from '../../linkage/trace/trace-cohort.ts';
import { TRACED } from '../../linkage/trace/trace-tables.ts';
import { checkCompared, checkModelOptions } from './profile-options.ts';
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
  observe: (step: string, part?: TracePart) => void,
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
  checkCompared(flags, 'trace-options');
  if (flags.profile !== 'dars')
    checkModelOptions(flags, OF_THE_MODEL, 'trace-options', 'leave it out, or leave out --profile');
}
