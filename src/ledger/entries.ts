import { z } from 'zod';
import { type FileReference, fileReferenceNumber } from '../kernel/file-reference.ts';
import type { Entry, EntryBody } from './ledger.ts';
import {
  type Accessed,
  type Amended,
  type Described,
  type Edition,
  type Imported,
  type Renamed,
  registerBodies,
  type Withdrawn,
} from './register-entries.ts';
import {
  type ReidentificationGranted,
  type ReidentificationRefused,
  type Reidentified,
  reidentificationBodies,
} from './reidentification-entries.ts';
import { count, day, period, releaseTerms, sha256, text } from './release-terms.ts';

/*
 * What the ledger's entries say, in the ledger's own words and not in the types of today's agreements: an entry is
 * read for as long as there is a register. Members may be added as optional, never changed or taken away.
 * These are type aliases because an interface is not assignable to the open shape of EntryBody.
 */

/** The gate said no; nothing was computed. */
export type Refused = {
  readonly kind: 'refused';
  readonly pipeline: string;
  readonly agreement: string;
  readonly refusals: readonly { readonly code: string; readonly path: string; readonly message: string }[];
};

/** A release is ready and may leave: all that the register will ever say of it. Appended before any byte goes out. */
export type Intended = {
  readonly kind: 'intended';
  readonly release: string;
  readonly pipeline: string;
  readonly agreement: string;
  /** SHA-256 of the plan in canonical JSON. */
  readonly plan: string;
  readonly recipient: { readonly name: string; readonly fingerprint: string; readonly destination: string };
  /** The list that was applied; null if every product is exempt. */
  readonly opt_outs: { readonly as_at: string; readonly sha256: string } | null;
  /** The datasets that were read, PDS among them, each with the day that its source told of, where that was known. */
  readonly sources?: readonly { readonly source: string; readonly as_at: string | null }[] | undefined;
  /** The applicants' cohorts that were traced. Exact; small counts are kept here, and not published. */
  readonly cohorts?: readonly TracedFacts[] | undefined;
  readonly files: readonly ReleasedFile[];
  /** For tables: what disclosure control made sure of, and the SHA-256 of what was published, kept for later audits. */
  readonly tables?: { readonly sha256: string; readonly certificate: TablesCertificate } | undefined;
  /** The delivered file that this release stands in for, and why. */
  readonly replaces?: FileReference | undefined;
  readonly because?: string | undefined;
  /** SHA-256 of the report of risk that the custodian keeps. */
  readonly risk?: string | undefined;
  /** Which version of the custodian's key the tokens are made with, and what shows that it is the same again. */
  readonly key?: { readonly version: number; readonly check: string } | undefined;
};

/** What was traced of an applicant's cohort file, and SHA-256 of the model that did it and of the report on it. */
export type TracedFacts = {
  readonly product: string;
  readonly file_sha256: string;
  readonly rows: number;
  readonly failed: number;
  readonly participants: number;
  readonly found: number;
  readonly model: string;
  readonly report: string;
};

/** What an auditor made sure of before tables left: counts of cells, none of people. */
export type TablesCertificate = {
  readonly rules: readonly string[];
  readonly threshold: number;
  readonly required_width: number;
  readonly cells: number;
  readonly small: number;
  readonly withheld: number;
  readonly audited: number;
  readonly columns: number;
  readonly relations: number;
  readonly earlier_releases: number;
  /** Width of an interval that can be derived -> how many counts have it. */
  readonly widths: Readonly<Record<string, number>>;
  readonly derivable: number;
  readonly solver: string;
};

/** One physical file of a release. */
export type ReleasedFile = {
  readonly file: FileReference;
  /** As it is called at the recipient: `FILE0000001_NIC147750_HES_APC_20240401_20250331.csv.gz.gpg`. */
  readonly name: string;
  readonly product: 'extract' | 'linked' | 'tabulation' | 'bespoke-linkage' | 'tracking';
  readonly dataset: string;
  readonly period: { readonly from: string; readonly to: string } | null;
  readonly identifiability: 'identifiable' | 'pseudonymised' | 'aggregated';
  readonly sensitive: boolean;
  readonly legal_basis: string;
  readonly common_law_duty: 'section-251' | 'consent' | 'statutory' | 'none';
  readonly frequency: 'one-off' | 'monthly' | 'quarterly' | 'annual';
  /** How opt-outs were treated, in the words that are published: applied, or exempt and the reason. */
  readonly opt_outs: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly plaintext_bytes: number;
  readonly plaintext_sha256: string;
  readonly waterfall: readonly WaterfallStep[];
  /** Of a tracking report: which it is, and the digest of what it tells, which counts once it is delivered. */
  readonly tells?: { readonly scope: string; readonly sha256: string } | undefined;
};

/** What was left after a step. Small counts are kept here, and not published. */
export type WaterfallStep = { readonly step: string; readonly rows: number; readonly people: number };

/** Every file of the release is at its destination. */
export type Delivered = {
  readonly kind: 'delivered';
  readonly release: string;
  readonly destination: string;
  readonly at: string;
};

/** An attempt ended in an error; the release is still pending. */
export type Failed = {
  readonly kind: 'failed';
  readonly release: string;
  readonly step: string;
  readonly code: string;
  readonly message: string;
};

/** The release will not be delivered any more. */
export type Abandoned = { readonly kind: 'abandoned'; readonly release: string; readonly because: string };

export type KnownBody =
  | Refused
  | Intended
  | Delivered
  | Failed
  | Abandoned
  | Amended
  | Withdrawn
  | Renamed
  | Described
  | Accessed
  | Edition
  | Imported
  | ReidentificationGranted
  | ReidentificationRefused
  | Reidentified;
export type Kind = KnownBody['kind'];
type BodyOf<K extends Kind> = Extract<KnownBody, { readonly kind: K }>;

/** Whether an entry is of a kind. Trusts the chain: what was appended as that kind had its members (`checkBody`). */
export function isKind<K extends Kind>(entry: Entry, kind: K): entry is Entry<BodyOf<K>> {
  return entry.kind === kind;
}

const file = z.custom<FileReference>((value) => typeof value === 'string' && fileReferenceNumber(value) !== undefined);

const releasedFile: z.ZodType<ReleasedFile> = z.strictObject({
  file,
  name: text,
  product: z.enum(['extract', 'linked', 'tabulation', 'bespoke-linkage', 'tracking']),
  period: period.nullable(),
  ...releaseTerms,
  opt_outs: text,
  columns: z.array(text),
  rows: count,
  bytes: count,
  sha256,
  plaintext_bytes: count,
  plaintext_sha256: sha256,
  waterfall: z.array(z.strictObject({ step: text, rows: count, people: count })),
  tells: z.strictObject({ scope: text, sha256 }).optional(),
});

const tracedFacts: z.ZodType<TracedFacts> = z.strictObject({
  product: text,
  file_sha256: sha256,
  rows: count,
  failed: count,
  participants: count,
  found: count,
  model: sha256,
  report: sha256,
});

const tablesCertificate: z.ZodType<TablesCertificate> = z.strictObject({
  rules: z.array(text).min(1),
  threshold: count,
  required_width: count,
  cells: count,
  small: count,
  withheld: count,
  audited: count,
  columns: count,
  relations: count,
  earlier_releases: count,
  widths: z.record(z.string(), count),
  derivable: count,
  solver: text,
});

const bodies: { readonly [K in Kind]: z.ZodType<BodyOf<K>> } = {
  refused: z.strictObject({
    kind: z.literal('refused'),
    pipeline: text,
    agreement: text,
    refusals: z.array(z.strictObject({ code: text, path: z.string(), message: text })).min(1),
  }),
  intended: z.strictObject({
    kind: z.literal('intended'),
    release: text,
    pipeline: text,
    agreement: text,
    plan: sha256,
    recipient: z.strictObject({ name: text, fingerprint: text, destination: text }),
    opt_outs: z.strictObject({ as_at: day, sha256 }).nullable(),
    sources: z.array(z.strictObject({ source: text, as_at: day.nullable() })).optional(),
    cohorts: z.array(tracedFacts).optional(),
    files: z.array(releasedFile).min(1),
    tables: z.strictObject({ sha256, certificate: tablesCertificate }).optional(),
    replaces: file.optional(),
    because: text.optional(),
    risk: sha256.optional(),
    key: z.strictObject({ version: count.min(1), check: text }).optional(),
  }),
  delivered: z.strictObject({ kind: z.literal('delivered'), release: text, destination: text, at: z.iso.datetime() }),
  failed: z.strictObject({ kind: z.literal('failed'), release: text, step: text, code: text, message: text }),
  abandoned: z.strictObject({ kind: z.literal('abandoned'), release: text, because: text }),
  ...registerBodies,
  ...reidentificationBodies,
};

/**
 * Throws if an entry of a known kind lacks a member, has one too many or one of the wrong type: it could never be
 * taken back. That is a bug of the caller, not a fault of the user. Kinds that are not known here pass.
 */
export function checkBody(body: EntryBody): void {
  if (!Object.hasOwn(bodies, body.kind)) return;
  const problem = bodies[body.kind as Kind].safeParse(body).error?.issues[0];
  if (problem !== undefined) {
    throw new Error(`an entry ${body.kind} can't be appended: ${problem.path.join('.')}: ${problem.code}`);
  }
}
