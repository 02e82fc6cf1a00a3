import type { Identifiability, OptOutPolicy, ProductKind } from '../agreement/agreement-schema.ts';
import type { DisclosureRules } from '../agreement/disclosure-rules.ts';
import type { ColumnConcept, ColumnType } from '../catalogue/dataset.ts';
import type { Derivation } from '../catalogue/derivation.ts';
import type { RestrictedCodes } from '../catalogue/restricted-codes.ts';
import type { TabulationSpec } from '../disclosure/tabulation/tabulation-spec.ts';
import type { Compression, OutputFormat } from '../pipeline/pipeline-schema.ts';
import type { TabulationFormat } from '../pipeline/tabulation-schema.ts';
import type { ReportKind } from '../pipeline/tracking-report.ts';
import type { Condition } from '../relation/condition.ts';

/** The clause that requires a step, and what it means in words. */
export interface Reason {
  /** `DARS-NIC-…-v2.2 datasets[0].period`, or the rule that is not in a file: `design 4.3`. */
  readonly clause: string;
  readonly words: string;
}

/** A column as a step reads it. */
export interface ReadColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Dates that stand for none. */
  readonly missing?: readonly string[];
  /** Only used for the order of rows: where the source lacks it, the order does without. */
  readonly optional?: boolean;
}

/** One column of the output and where it comes from. */
export interface OutputColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** `own`: of the dataset's row. `pds`: of the person's PDS record. `match`: of how the participant was found. */
  readonly of: 'own' | 'pds' | 'match';
  readonly from: string;
  readonly sourceType: ColumnType;
  readonly concept: ColumnConcept | undefined;
  readonly as?: Derivation;
  /** For an age: the column of the row with the date of the event. */
  readonly at?: string;
  /** Set where an identifier comes out as a token of this type. */
  readonly token?: string;
  /** Not given out for a person whose PDS record is sensitive. */
  readonly withheld: boolean;
}

export type Step =
  | {
      readonly kind: 'read';
      readonly dataset: string;
      readonly columns: readonly ReadColumn[];
      readonly reason: Reason;
    }
  | {
      readonly kind: 'resolve';
      readonly key: string;
      readonly demographics: readonly ReadColumn[];
      readonly unresolved: 'exclude' | 'keep';
      readonly reason: Reason;
    }
  | { readonly kind: 'remove-opt-outs'; readonly policy: OptOutPolicy; readonly reason: Reason }
  | { readonly kind: 'keep-cohort'; readonly reason: Reason }
  | {
      readonly kind: 'keep-participants';
      /** The product whose cohort was traced. */
      readonly cohort: string;
      /** Participants of these legal bases keep their rows though they opted out. */
      readonly exempt: readonly string[];
      readonly reason: Reason;
    }
  | { readonly kind: 'select-stay'; readonly column: string; readonly reason: Reason }
  | {
      readonly kind: 'select-period';
      readonly column: string;
      readonly from: string;
      readonly to: string;
      readonly reason: Reason;
    }
  | { readonly kind: 'select-rows'; readonly condition: Condition; readonly reason: Reason }
  | {
      readonly kind: 'withhold-restricted';
      /** Every position of the dataset that holds codes; a source may lack some. */
      readonly columns: readonly { readonly name: string; readonly system: 'icd10' | 'opcs4' }[];
      readonly list: RestrictedCodes;
      readonly reason: Reason;
    }
  | {
      readonly kind: 'coarsen-rare-codes';
      readonly below: number;
      readonly instead: 'roll-up' | 'blank';
      /** Every position of the dataset that holds codes, where people are counted. */
      readonly positions: readonly { readonly name: string; readonly system: 'icd10' | 'opcs4' }[];
      /** Columns of the output that hold codes. */
      readonly columns: readonly string[];
      readonly reason: Reason;
    }
  | { readonly kind: 'minimise'; readonly columns: readonly OutputColumn[]; readonly reason: Reason }
  | {
      readonly kind: 'tell';
      readonly report: ReportKind;
      /** What it has told before is looked up by this: `PIPELINE/PRODUCT/REPORT`. */
      readonly scope: string;
      /** For reports of changes: the events and the columns that each has. */
      readonly events: readonly TrackedEvent[];
      /** For rows of a dataset: what they are known by again, besides the member. */
      readonly key: readonly string[];
      readonly reason: Reason;
    }
  | { readonly kind: 'pseudonymise'; readonly columns: readonly string[]; readonly reason: Reason }
  | {
      readonly kind: 'tabulate';
      readonly tabulation: TabulationSpec;
      /** The columns that name a row of the dataset. */
      readonly key: readonly string[];
      readonly reason: Reason;
    }
  | { readonly kind: 'control'; readonly rules: DisclosureRules; readonly reason: Reason }
  | { readonly kind: 'order'; readonly key: readonly string[]; readonly reason: Reason }
  | { readonly kind: 'check'; readonly reason: Reason }
  | { readonly kind: 'encrypt'; readonly fingerprint: string; readonly reason: Reason }
  | { readonly kind: 'prove'; readonly reason: Reason }
  | { readonly kind: 'deliver'; readonly destination: string; readonly reason: Reason }
  | { readonly kind: 'record'; readonly reason: Reason };

/** A kind of event in a report of changes. */
export interface TrackedEvent {
  readonly event: string;
  /** Names of output columns. */
  readonly columns: readonly string[];
  /** Happens, and is corrected when a value changes; otherwise each value is an event of its own. */
  readonly occurrence: boolean;
}

export type StepKind = Step['kind'];

/** The step of a kind that a list has; for steps that stand once at most. */
export function stepOf<K extends StepKind>(steps: readonly Step[], kind: K): Extract<Step, { kind: K }> | undefined {
  return steps.find((step): step is Extract<Step, { kind: K }> => step.kind === kind);
}

/** All steps of a kind, in order. */
export function stepsOf<K extends StepKind>(steps: readonly Step[], kind: K): Extract<Step, { kind: K }>[] {
  return steps.filter((step): step is Extract<Step, { kind: K }> => step.kind === kind);
}

/** Who is in the cohort: the people with a row of a dataset that meets all of it, or those that a file lists. */
export type CohortPlan =
  | { readonly kind: 'dataset'; readonly dataset: string; readonly steps: readonly Step[] }
  | { readonly kind: 'file'; readonly path: string };

/** An applicant's cohort that is traced to PDS before any file is made. */
export interface TracePlan {
  /** The product that it is of. */
  readonly product: string;
  /** The applicant's uploads inside the workspace, oldest first: the last that names somebody counts. */
  readonly files: readonly string[];
  /** A file of what people decided, inside the workspace. */
  readonly decisions?: string;
  readonly terms: {
    readonly identifiers: readonly string[];
    readonly size: { readonly at_least?: number | undefined; readonly at_most?: number | undefined };
  };
  readonly exempt: readonly string[];
  readonly reason: Reason;
}

/** What one physical file of the release holds. */
export interface FilePlan {
  readonly product: string;
  readonly productKind: ProductKind;
  readonly dataset: string;
  readonly abbreviation: string;
  readonly identifiability: Identifiability;
  readonly period: { readonly from: string; readonly to: string } | undefined;
  readonly format: OutputFormat | TabulationFormat;
  readonly compression: Compression;
  /** Names of the output's columns, in order: what says who first (see `keyColumnOf`). */
  readonly columns: readonly string[];
  /** Columns before those of the minimised data that the product itself brings, all text; tracking has some. */
  readonly leading?: readonly string[];
  readonly steps: readonly Step[];
  /** What the register says of the file; terms of the agreement. */
  readonly terms: {
    readonly sensitive: boolean;
    readonly legalBasis: string;
    readonly commonLawDuty: string;
    readonly frequency: string;
    readonly optOuts: string;
  };
}

/**
 * What a pipeline means under its agreement: steps as data, each with the clause that requires it. Pure data, the
 * same for every engine; `dars plan` prints it and `dars run` executes it.
 */
export interface Plan {
  readonly version: 1;
  readonly pipeline: string;
  readonly agreement: string;
  readonly stem: string;
  readonly nic: string;
  readonly custodian: string;
  readonly recipient: { readonly name: string; readonly fingerprint: string; readonly destination: string };
  readonly cohort: CohortPlan | undefined;
  /** Not there where no product is made of an applicant's cohort. */
  readonly traces?: readonly TracePlan[];
  readonly files: readonly FilePlan[];
}

/** The column that stands first in every pseudonymised output. */
export const TOKEN_COLUMN = 'TOKEN_PERSON_ID';

/** The column that stands first in every file of a bespoke linkage: the applicant's own reference of the participant. */
export const STUDY_COLUMN = 'STUDY_ID';

/** Columns that a file has before those of the minimised data, all text. */
export function leadingColumns(file: Pick<FilePlan, 'leading' | 'steps' | 'identifiability'>): readonly string[] {
  const key = keyColumnOf(file);
  return file.leading ?? (key === undefined ? [] : [key]);
}

/** The column that says whose a row is: a token, the applicant's study id, or none where the output names people itself. */
export function keyColumnOf({
  steps,
  identifiability,
}: Pick<FilePlan, 'steps' | 'identifiability'>): string | undefined {
  if (stepOf(steps, 'keep-participants') !== undefined && stepOf(steps, 'tell') === undefined) return STUDY_COLUMN;
  return identifiability === 'pseudonymised' ? TOKEN_COLUMN : undefined;
}
