import type { Readable } from 'node:stream';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { AirlockBrief } from '../disclosure/airlock-brief.ts';
import type { Risk } from '../disclosure/risk/measure-risk.ts';
import type { RiskTerms } from '../disclosure/risk/risk-terms.ts';
import type { CountedTables } from '../disclosure/tabulation/counted-tables.ts';
import type { CalendarDate } from '../kernel/calendar-date.ts';
import type { Secret } from '../kernel/secret.ts';
import type { ValidationReport } from '../linkage/cohort/validation-report.ts';
import type { TraceReport } from '../linkage/trace-quality/trace-report.ts';
import type { WaterfallStep } from '../plan/compile.ts';
import type { FilePlan, Plan } from '../plan/plan.ts';
import type { RiskFile } from '../plan/risk-file.ts';
import type { FoundPerson } from './find-people.ts';

/** How one can tell of when files are, and that nobody is still writing them. Paths are absolute. */
export interface Freshness {
  readonly asAt: CalendarDate | 'modified' | { readonly file: string } | undefined;
  /** A file that is there only while the others are whole. */
  readonly ready: string | undefined;
}

/** Where a dataset lies; paths are absolute, and may be globs. */
export interface SourceLocation extends Partial<Freshness> {
  readonly dataset: string;
  readonly paths: readonly string[];
  readonly format: 'csv' | 'parquet' | 'arrow';
  readonly delimiter: string;
  /** Catalogue column (upper case) -> column of the file, where they differ. */
  readonly columns: Readonly<Record<string, string>>;
}

export interface OptOutLocation extends Partial<Freshness> {
  readonly paths: readonly string[];
  readonly mode: 'deny-list' | 'keep-list';
  readonly request: string | undefined;
}

export interface GeographyLocation {
  readonly path: string;
  readonly delimiter: string;
  readonly columns: Readonly<Record<'lsoa' | 'msoa' | 'local_authority' | 'region', string>>;
}

/**
 * What the recipient of a tracking report has been told, as files of keyed digests and nothing else; absolute paths.
 * Later ones stand above earlier ones.
 */
export interface ToldFiles {
  readonly before: readonly string[];
  /** Where the engine writes what this release adds. */
  readonly now: string;
}

/** Everything that an engine may read, and how much of the machine it may use. */
export interface EngineInputs {
  readonly catalogue: Catalogue;
  readonly sources: ReadonlyMap<string, SourceLocation>;
  readonly optOuts: OptOutLocation | undefined;
  readonly geography: GeographyLocation | undefined;
  /** Absolute path of the cohort file, where the pipeline has one. */
  readonly cohortFile: string | undefined;
  /** What tracking reports have told before, by their scope. */
  readonly told?: ReadonlyMap<string, ToldFiles>;
  /** Applicants' cohort files, by the product that each is traced for; nobody in them was born after today. */
  readonly tracing?: {
    readonly today: CalendarDate;
    readonly files: ReadonlyMap<string, readonly string[]>;
    /** What people decided of near links, by product as well. */
    readonly decisions: ReadonlyMap<string, string>;
  };
  readonly limits: { readonly memory: string; readonly threads: number | undefined; readonly temp: string };
}

/** What looking at an opt-out list found; the sentence of a defect holds no value of it. */
export interface OptOutInspection {
  readonly defect:
    | { readonly code: 'missing' | 'empty' | 'malformed' | 'answer'; readonly message: string }
    | undefined;
  readonly numbers: number;
  /** SHA-256 of the files, in the order of their names. */
  readonly sha256: string;
}

/** What looking at the files of an input found, without reading them. */
export interface InputLook {
  /** As dars.yaml calls it: a dataset, opt_outs, cohort or geography. */
  readonly source: string;
  readonly asAt: CalendarDate | undefined;
  /** Why it may not be read, whatever its age: a predicate for a sentence about it. */
  readonly defect: { readonly code: 'undated' | 'not-ready'; readonly message: string } | undefined;
  /** Another one as soon as any of its files is written to, replaced, added or taken away. */
  readonly fingerprint: string;
}

/** Rows and people that left the flow at a step, or were released; people count once a step. */
export interface WaterfallCount {
  readonly step: WaterfallStep | 'in';
  readonly rows: number;
  readonly people: number;
}

export interface Produced {
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly waterfall: readonly WaterfallCount[];
}

/** What came of tracing a product's cohort: counts and estimates, of no person. */
export interface TracedCohort {
  readonly product: string;
  readonly validation: ValidationReport;
  readonly quality: TraceReport;
  /** Exact, for the ledger. */
  readonly participants: number;
  readonly found: number;
}

/** Called as work goes on: slices done of all, and rows so far. */
export type EngineProgress = (event: {
  readonly step: string;
  readonly done: number;
  readonly of: number;
  readonly rows: number;
}) => void;

/** Runs plans. DuckDB is the embedded one; another engine must give the same rows in the same order. */
export interface Engine {
  inspectOptOuts(location: OptOutLocation): Promise<OptOutInspection>;

  /** Looks at the files of these datasets, and of the opt-out list, the cohort and the lookups, where there are any. */
  lookAt(inputs: EngineInputs, datasets: readonly string[]): Promise<readonly InputLook[]>;

  /** Opens the sources that a plan needs and resolves who is who. A source that breaks its contract is a Fault, exit 11. */
  open(plan: Plan, inputs: EngineInputs, key: Secret<Uint8Array>, progress: EngineProgress): Promise<EngineSession>;

  /** Whom some tokens of an agreement's key stand for, by making all tokens again; those of nobody are left out. */
  findPeople(inputs: EngineInputs, key: Secret<Uint8Array>, tokens: readonly string[]): Promise<readonly FoundPerson[]>;
}

export interface EngineSession extends AsyncDisposable {
  /** What came of tracing the plan's cohorts, which was done when the session was opened. */
  readonly traced: readonly TracedCohort[];

  /**
   * The bytes of one file of the plan, made as they are read and checked by the airlock before a slice leaves. The
   * stream ends only when the whole file is made and all counts agree; whatever fails before makes it fail, never end.
   * `produced` settles with the stream. One file at a time.
   */
  write(file: FilePlan, brief: AirlockBrief): { readonly plaintext: Readable; readonly produced: Promise<Produced> };

  /**
   * The tables of a tabulation, counted: raw, and for disclosure control alone. `produced` says what the rows came to.
   */
  count(file: FilePlan): Promise<{ readonly counted: CountedTables; readonly produced: Produced }>;

  /**
   * Counts the file again in another way and looks for opted-out people among those released; a difference is a Fault
   * (exit 13). Call it after `write` or `count` of the same file.
   */
  prove(file: FilePlan, produced: Produced): Promise<void>;

  /** How identifiable people are in these files taken together. Call it before the first `write`. */
  risk(files: readonly RiskFile[], terms: RiskTerms): Promise<Risk>;

  /** The SQL of a file, for people to read; nothing is run. */
  explain(file: FilePlan): readonly { readonly table: string; readonly sql: string }[];
}
