import { z } from 'zod';
import { identifiabilities, type MatchColumn, matchColumns } from '../agreement/agreement-schema.ts';
import { PDS } from '../catalogue/catalogue.ts';
import { columnReference, derivationSchema } from '../catalogue/field-schema.ts';
import { period, safeName, words } from '../kernel/schema-parts.ts';
import { whereSchema } from '../relation/condition.ts';
import { tabulationFields, tabulationSchema } from './tabulation-schema.ts';
import { datasetOfReport, type ReportKind, reportKinds } from './tracking-report.ts';

export const formats = ['csv', 'parquet', 'arrow'] as const;
export const compressions = ['none', 'gzip', 'zstd'] as const;

const columnName = z
  .string({ error: 'expected a column name' })
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, 'expected a column name: letters, digits and underscores, 63 at most')
  .describe('the column’s name in the output');

const askedField = z.union(
  [
    columnReference.transform((from) => ({ name: undefined, from, as: undefined, at: undefined })),
    z.strictObject({
      name: columnName.optional(),
      from: columnReference,
      as: derivationSchema.optional(),
      at: columnReference
        .optional()
        .describe('for an age: the column with the date of the event; by default the dataset’s own date'),
    }),
  ],
  { error: 'expected a column name, or { name: NAME, from: COLUMN, as: DERIVATION }' },
);

const selection = {
  dataset: words.describe('a dataset that the agreement grants'),
  period: period.optional().describe('by default all that the agreement grants'),
  where: whereSchema.optional().describe('the rows wanted; the agreement’s own conditions apply on top'),
  fields: z
    .array(askedField)
    .min(1, 'ask for at least one field')
    .describe('the columns wanted, in the order of the output'),
};

const output = {
  name: safeName.describe('the product’s name in this pipeline'),
  identifiability: z
    .enum(identifiabilities)
    .optional()
    .describe('what the agreement grants, or less; by default what it grants'),
  format: z
    .enum(formats, { error: `expected one of ${formats.join(', ')}` })
    .default('csv')
    .describe('csv: pipe-delimited with a header; parquet; arrow'),
  compression: z
    .enum(compressions, { error: `expected one of ${compressions.join(', ')}` })
    .optional()
    .describe('default gzip for csv, none for the others'),
};

const extract = z.strictObject({ ...output, product: z.literal('extract'), ...selection });
const linked = z.strictObject({
  ...output,
  product: z.literal('linked'),
  datasets: z
    .array(z.strictObject(selection))
    .min(1, 'name at least one dataset')
    .describe('one file each, with the same token for a person'),
});

const report = z
  .strictObject({
    report: z
      .enum(reportKinds, { error: `expected one of ${reportKinds.join(', ')}` })
      .describe(
        'event-notification, current-status, list-cleaning: of PDS; cause-of-death: of deaths; registrations: of dataset',
      ),
    ...selection,
    dataset: selection.dataset.optional().describe('for registrations: the dataset whose rows are events'),
  })
  .superRefine((value, context) => {
    const own = datasetOfReport(value.report);
    if (own === undefined && value.dataset === undefined)
      context.addIssue({ code: 'custom', path: ['dataset'], message: 'say of which dataset: dataset: NAME' });
    if (own !== undefined && value.dataset !== undefined && value.dataset !== own)
      context.addIssue({ code: 'custom', path: ['dataset'], message: `${value.report} is always of ${own}` });
    if (own === 'pds' && (value.period !== undefined || value.where !== undefined)) {
      const path = [value.period === undefined ? 'where' : 'period'];
      context.addIssue({ code: 'custom', path, message: `${value.report} is of all members; leave this out` });
    }
  })
  .transform((value) => ({ ...value, dataset: value.dataset ?? datasetOfReport(value.report) ?? '' }));

const tracking = z.strictObject({
  ...output,
  product: z.literal('tracking'),
  cohort: z
    .union([words.transform((path) => [path]), z.array(words).min(1, 'name at least one upload')], {
      error: 'expected the path of a cohort file, or a list of them',
    })
    .describe('the applicant’s uploads inside the workspace, oldest first; a later one adds and deletes members'),
  decisions: words
    .optional()
    .describe('what people decided of near links: the file of dars trace --clerical, inside the workspace'),
  reports: z.array(report).min(1, 'name at least one report').describe('one file each'),
});

const bespokeLinkage = z.strictObject({
  ...output,
  product: z.literal('bespoke-linkage'),
  cohort: words.describe('the applicant’s cohort file, inside the workspace; its name begins with the agreement’s NIC'),
  decisions: words
    .optional()
    .describe('what people decided of near links: the file of dars trace --clerical, inside the workspace'),
  match_file: z
    .array(z.enum(matchColumns, { error: `expected some of ${matchColumns.join(', ')}` }))
    .min(1, 'ask for at least one column')
    .optional()
    .describe('a file of how each participant in the release was found, with these columns'),
  datasets: z
    .array(z.strictObject(selection))
    .min(1, 'name at least one dataset')
    .describe('one file each, keyed by the applicant’s STUDY_ID'),
});

const product = z
  .discriminatedUnion('product', [extract, linked, tabulationSchema, bespokeLinkage, tracking], {
    error: 'expected product: extract, linked, tabulation, bespoke-linkage or tracking',
  })
  .superRefine((value, context) => {
    if (value.product === 'tabulation') return;
    if (value.format !== 'csv' && value.compression !== undefined && value.compression !== 'none') {
      context.addIssue({
        code: 'custom',
        path: ['compression'],
        message: `${value.format} files are compressed inside; write none`,
      });
    }
  });

const cohort = z.union(
  [
    z.strictObject({
      dataset: words.describe('a granted dataset'),
      period: period.optional().describe('by default all that the agreement grants'),
      where: whereSchema.optional().describe('people with such a row'),
    }),
    z.strictObject({ file: words.describe('a CSV file inside the workspace with a column nhs_number') }),
  ],
  { error: 'expected { dataset, period, where } or { file }' },
);

export const everies = ['month', 'quarter', 'year', 'once'] as const;

const schedule = z
  .strictObject({
    every: z
      .enum(everies, { error: `expected one of ${everies.join(', ')}` })
      .optional()
      .describe('by default as often as the agreement lets its datasets go out'),
    on: z
      .int({ error: 'expected a number: 1 for the first working day' })
      .min(1, 'working days are counted from 1')
      .max(260, 'no year has so many working days')
      .default(1)
      .describe('the n-th working day of the month, quarter or year; from then on it is due'),
    after: z
      .union([safeName.transform((name) => [name]), z.array(safeName)], {
        error: 'expected the name of a pipeline, or a list of them',
      })
      .default([])
      .describe('pipelines that must have been delivered in the same period first'),
  })
  .describe('when dars due runs it; without one it is run by hand only');

/** What to release under one agreement, as its file is written (design, section 3). */
export const pipelineSchema = z
  .strictObject({
    pipeline: safeName.describe('its name; no other pipeline has it'),
    agreement: words.describe('the reference of the agreement, with its version'),
    schedule: schedule.optional(),
    cohort: cohort.optional().describe('only people with such a row, in every product'),
    products: z
      .array(product)
      .min(1, 'a pipeline has at least one product')
      .superRefine((products, context) => {
        const seen = new Set<string>();
        products.forEach(({ name }, index) => {
          if (seen.has(name))
            context.addIssue({ code: 'custom', path: [index, 'name'], message: 'two products have this name' });
          seen.add(name);
        });
      })
      .describe('what is made: one or more files each'),
  })
  .describe('what to release under one agreement');

export type Pipeline = z.output<typeof pipelineSchema>;
export type Product = Pipeline['products'][number];
export type Every = (typeof everies)[number];
export type AskedField = z.output<typeof askedField>;
export type OutputFormat = (typeof formats)[number];
export type Compression = (typeof compressions)[number];

/** What is asked of one dataset: one physical file of the release. */
export interface Selection {
  readonly dataset: string;
  readonly period?: { readonly from: string; readonly to: string } | undefined;
  readonly where?: Record<string, unknown> | undefined;
  readonly fields: readonly AskedField[];
  /** Where each field stands, from the selection on, where that is not in a list `fields`. */
  readonly fieldPaths?: readonly (readonly PropertyKey[])[];
  /** Set for the match file of a bespoke linkage, which is made of these and no fields. */
  readonly match?: readonly MatchColumn[];
  /** Of a tracking product: which of its reports this is. */
  readonly report?: ReportKind;
}

/**
 * The selections of a product: one for an extract or a tabulation, one a dataset for linked and bespoke linkage, PDS for
 * a match file, which tells of PDS records, and one a report for tracking; with their paths in the file.
 */
export function selectionsOf(
  product: Product,
  path: readonly PropertyKey[],
): { selection: Selection; path: PropertyKey[] }[] {
  const each = (name: string, selections: readonly Selection[]) =>
    selections.map((selection, index) => ({ selection, path: [...path, name, index] }));
  switch (product.product) {
    case 'extract':
      return [{ selection: product, path: [...path] }];
    case 'linked':
      return each('datasets', product.datasets);
    case 'tabulation': {
      const fields = tabulationFields(product);
      const { dataset, period: asked, where } = product;
      const selection = { dataset, period: asked, where, fields, fieldPaths: fields.map((field) => field.path) };
      return [{ selection, path: [...path] }];
    }
    case 'bespoke-linkage': {
      const files = each('datasets', product.datasets);
      if (product.match_file === undefined) return files;
      const match = { dataset: PDS, fields: [], match: product.match_file };
      return [...files, { selection: match, path: [...path, 'match_file'] }];
    }
    case 'tracking':
      return each('reports', product.reports);
  }
}

/** The file of what people decided of near links, where a product of a cohort has one. */
export function decisionsOf(product: Product): string | undefined {
  return 'decisions' in product ? product.decisions : undefined;
}

/** The applicant's cohort files of a product, oldest first; none where it is made of no such cohort. */
export function cohortUploads(product: Product): readonly string[] {
  switch (product.product) {
    case 'bespoke-linkage':
      return [product.cohort];
    case 'tracking':
      return product.cohort;
    default:
      return [];
  }
}

/** The path in the file of a field of a selection. */
export function fieldPath({ fieldPaths }: Selection, path: readonly PropertyKey[], index: number): PropertyKey[] {
  return [...path, ...(fieldPaths?.[index] ?? ['fields', index])];
}
