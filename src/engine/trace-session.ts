import { PDS } from '../catalogue/catalogue.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { CohortTerms } from '../linkage/cohort/validate-cohort.ts';
import type { ValidationReport } from '../linkage/cohort/validation-report.ts';
import type { LinkageDatabase } from '../linkage/database.ts';
import type { RuleProfile } from '../linkage/profiles/profile.ts';
import type { Trace, TracePart, TraceStep } from '../linkage/trace/trace-cohort.ts';
import { connect } from './connect.ts';
import type { EngineInputs } from './engine.ts';
import { writeLinkFile } from './link-file.ts';
import { linkageDatabase } from './linkage-database.ts';
import { openSource, type SourceScan } from './source-scan.ts';
import { buildSuccession } from './succession.ts';
import { TRACED_COLUMNS, takeIn, traceTakenIn, traceTakenInByRules } from './trace-members.ts';

/** A database for one trace by hand. Nothing of it is left when it is closed. */
export interface TraceSession {
  readonly database: LinkageDatabase;
  takeIn(path: string, terms: CohortTerms | undefined, today: string): Promise<ValidationReport>;
  /** Call it after `takeIn`. */
  trace(
    thisYear: number,
    decisions: string | undefined,
    observe: (step: TraceStep | 'resolve', part?: TracePart) => void,
  ): Promise<Trace>;
  /** The same by the rules of another service. */
  traceByRules(profile: RuleProfile, thisYear: number): Promise<void>;
  /** Writes the rows of a select, CSV or Parquet by the file's name. */
  write(select: string, path: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openTraceSession(inputs: EngineInputs): Promise<TraceSession> {
  const { instance, connection } = await connect(inputs.limits);
  let opened: SourceScan | undefined;
  /** PDS, with the table of succession made. */
  const resolved = async (observe: (step: 'resolve') => void): Promise<SourceScan> => {
    if (opened !== undefined) return opened;
    const dataset = inputs.catalogue.get(PDS);
    const location = inputs.sources.get(PDS);
    if (dataset === undefined || location === undefined) {
      throw new Fault(ExitCode.workspace, 'no-source', 'dars.yaml does not say where pds lies', {
        hint: 'add pds: { path: … } under sources',
      });
    }
    const required = ['nhs_number', 'replaced_by', 'confidentiality'];
    const pds = await openSource(connection, dataset, location, required, [...required, ...TRACED_COLUMNS]);
    observe('resolve');
    await buildSuccession(connection, pds.select(required));
    opened = pds;
    return pds;
  };
  return {
    database: linkageDatabase(connection),
    takeIn: (path, terms, today) => takeIn(connection, path, terms, today),
    trace: async (thisYear, decisions, observe) =>
      traceTakenIn(connection, await resolved(observe), decisions, thisYear, observe),
    traceByRules: async (profile, thisYear) =>
      traceTakenInByRules(connection, await resolved(() => {}), profile, thisYear),
    write: (select, path) => writeLinkFile(connection, select, path),
    [Symbol.asyncDispose]: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
