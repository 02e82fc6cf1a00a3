import { z } from 'zod';
import type { Json } from '../kernel/canonical-json.ts';
import type { ReleasedFile } from './entries.ts';
import { count, day, period, releaseTerms, sha256, text } from './release-terms.ts';

/*
 * What is recorded for the register's sake: what it says of agreements, what was published before there was this
 * ledger, and corrections. The rules of `entries.ts` hold: members may be added as optional, never changed.
 */

/**
 * A statement about a row of the register, or about an agreement version, was wrong, and what it should have been; the
 * statement itself stays as it is. One of `file` and `agreement` is there.
 */
export type Amended = {
  readonly kind: 'amended';
  /** The row's id: a file reference, or what an imported register calls it. */
  readonly file?: string | undefined;
  readonly agreement?: string | undefined;
  /** The `seq` of the entry that made the statement: ids of imported rows begin anew in every edition. */
  readonly entry?: number | undefined;
  readonly field: string;
  readonly from: Json;
  readonly to: Json;
  readonly reason: string;
  readonly by: string;
};

/** A row should not stand in the register: it is shown as withdrawn, with the reason, and never taken away. */
export type Withdrawn = {
  readonly kind: 'withdrawn';
  readonly file: string;
  readonly entry: number;
  readonly reason: string;
  readonly by: string;
};

/** An organisation or a dataset has another name from now on; what it is has not changed. */
export type Renamed = {
  readonly kind: 'renamed';
  readonly what: 'organisation' | 'dataset';
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly by: string;
};

/**
 * What the register says of an agreement version, all of it public. Recorded before the first release that stands on
 * it, and again whenever it changed. What an imported register did not say is left out.
 */
export type Described = {
  readonly kind: 'described';
  readonly agreement: string;
  readonly organisation: string;
  readonly organisation_type?: string | undefined;
  readonly title?: string | undefined;
  readonly controllers?: readonly { readonly name: string; readonly role: 'sole' | 'joint' }[] | undefined;
  readonly processors?: readonly string[] | undefined;
  readonly term?: { readonly start: string; readonly end: string } | undefined;
  readonly signed?: string | undefined;
  readonly commercial?: boolean | undefined;
  readonly sublicensing?: boolean | undefined;
  readonly objective?: string | undefined;
  readonly processing?: string | undefined;
  readonly outputs?: string | undefined;
  readonly benefits?: string | undefined;
  readonly yielded_benefits?: string | undefined;
  readonly funder?: string | undefined;
  readonly approvals?: readonly DescribedApproval[] | undefined;
  readonly datasets?: readonly DescribedDataset[] | undefined;
  /** Why it is said again, where somebody gave a reason. */
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
  /** The imported edition that said so, by the SHA-256 of its file, and its row there. */
  readonly edition?: string | undefined;
  readonly row?: number | undefined;
};

export type DescribedApproval = {
  readonly body: string;
  readonly reference?: string | undefined;
  readonly dataset?: string | undefined;
  readonly outcome: string;
  readonly on?: string | undefined;
};

/** One dataset that an agreement version grants, as the register names it. */
export type DescribedDataset = {
  readonly dataset: string;
  readonly title: string;
  readonly identifiability: ReleasedFile['identifiability'];
  readonly sensitive: boolean;
  readonly legal_basis: string;
  readonly common_law_duty: ReleasedFile['common_law_duty'];
  readonly frequency: ReleasedFile['frequency'];
  readonly opt_outs: string;
  readonly fields: readonly string[];
  /** Whether the recipient may look at it in the custodian's own systems. */
  readonly system_access?: boolean | undefined;
};

/** A dataset was looked at in the custodian's own systems, at least once in the period; nothing left them. */
export type Accessed = {
  readonly kind: 'accessed';
  /** `SystemAccess0001` */
  readonly file: string;
  readonly agreement: string;
  readonly organisation: string;
  readonly dataset: string;
  readonly title: string;
  readonly period: { readonly from: string; readonly to: string };
  readonly identifiability: ReleasedFile['identifiability'];
  readonly sensitive: boolean;
  readonly legal_basis: string;
  readonly common_law_duty: ReleasedFile['common_law_duty'];
  readonly opt_outs: string;
  /** Set where an earlier register lacked it: why it comes late. */
  readonly late?: string | undefined;
  readonly by: string;
};

/** An edition of a register that was published before there was this ledger, or rows that one lacked. */
export type Edition = {
  readonly kind: 'edition';
  /** SHA-256 of the file. */
  readonly edition: string;
  readonly name: string;
  /** The days that the edition is about. */
  readonly period: { readonly from: string; readonly to: string };
  readonly rows: number;
  readonly agreements: number;
  /** Sheets that are read by people: the texts of their cells, by place (`A3`). */
  readonly notes: readonly { readonly sheet: string; readonly cells: readonly (readonly [string, string])[] }[];
  /** Set where the rows were never published before: why they come late. */
  readonly late?: string | undefined;
  readonly by: string;
};

/** A row of an edition, cell by cell as it was published; null where a cell was empty. */
export type Imported = {
  readonly kind: 'imported';
  readonly edition: string;
  readonly sheet: 'releases' | 'amendments';
  /** 1-based, below the header. */
  readonly row: number;
  readonly cells: readonly (string | null)[];
};

const describedDataset = z.strictObject({
  dataset: text,
  title: text,
  identifiability: releaseTerms.identifiability,
  sensitive: z.boolean(),
  legal_basis: text,
  common_law_duty: releaseTerms.common_law_duty,
  frequency: releaseTerms.frequency,
  opt_outs: text,
  fields: z.array(text),
  system_access: z.boolean().optional(),
});

/** What the members of each kind are held to. */
export const registerBodies = {
  amended: z
    .strictObject({
      kind: z.literal('amended'),
      file: text.optional(),
      agreement: text.optional(),
      entry: count.optional(),
      field: text,
      from: z.json(),
      to: z.json(),
      reason: text,
      by: text,
    })
    .refine(({ file: row, agreement }) => (row === undefined) !== (agreement === undefined)),
  withdrawn: z.strictObject({ kind: z.literal('withdrawn'), file: text, entry: count, reason: text, by: text }),
  renamed: z.strictObject({
    kind: z.literal('renamed'),
    what: z.enum(['organisation', 'dataset']),
    from: text,
    to: text,
    reason: text,
    by: text,
  }),
  described: z.strictObject({
    kind: z.literal('described'),
    agreement: text,
    organisation: text,
    organisation_type: text.optional(),
    title: text.optional(),
    controllers: z.array(z.strictObject({ name: text, role: z.enum(['sole', 'joint']) })).optional(),
    processors: z.array(text).optional(),
    term: z.strictObject({ start: day, end: day }).optional(),
    signed: day.optional(),
    commercial: z.boolean().optional(),
    sublicensing: z.boolean().optional(),
    objective: text.optional(),
    processing: text.optional(),
    outputs: text.optional(),
    benefits: text.optional(),
    yielded_benefits: text.optional(),
    funder: text.optional(),
    approvals: z
      .array(
        z.strictObject({
          body: text,
          reference: text.optional(),
          dataset: text.optional(),
          outcome: text,
          on: day.optional(),
        }),
      )
      .optional(),
    datasets: z.array(describedDataset).optional(),
    reason: text.optional(),
    by: text.optional(),
    edition: sha256.optional(),
    row: count.optional(),
  }),
  accessed: z.strictObject({
    kind: z.literal('accessed'),
    file: z.string().regex(/^SystemAccess\d{4,}$/),
    agreement: text,
    organisation: text,
    dataset: text,
    title: text,
    period,
    identifiability: releaseTerms.identifiability,
    sensitive: releaseTerms.sensitive,
    legal_basis: releaseTerms.legal_basis,
    common_law_duty: releaseTerms.common_law_duty,
    opt_outs: releaseTerms.opt_outs,
    late: text.optional(),
    by: text,
  }),
  edition: z.strictObject({
    kind: z.literal('edition'),
    edition: sha256,
    name: text,
    period,
    rows: count,
    agreements: count,
    notes: z.array(z.strictObject({ sheet: text, cells: z.array(z.tuple([text, text])) })),
    late: text.optional(),
    by: text,
  }),
  imported: z.strictObject({
    kind: z.literal('imported'),
    edition: sha256,
    sheet: z.enum(['releases', 'amendments']),
    row: z.int().positive(),
    cells: z.array(z.string().nullable()).length(12),
  }),
};
