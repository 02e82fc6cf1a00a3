import { z } from 'zod';

/**
 * What disclosure control must know of a column.
 * identifier: names a person by itself (NHS number, name, address, postcode, local patient id, full date of birth).
 * quasi-identifier: narrows a person down together with others. sensitive: needs a stronger reason to be released.
 * restricted: the law forbids giving it out together with an identifier.
 */
export const columnClass = z.enum(['identifier', 'quasi-identifier', 'sensitive', 'restricted', 'plain']);

/** How a value is written. Everything is read as text first and checked against this; nothing is ever sniffed. */
export const columnType = z.enum(['text', 'integer', 'decimal', 'date']);

/** What a value means, where a step must know: which derivations lose detail, what a sensitive record withholds. */
export const columnConcept = z.enum([
  'nhs_number',
  'name',
  'address',
  'postcode',
  'telephone',
  'email',
  'gp_practice',
  'date_of_birth',
  'birth_month',
  'date_of_death',
  'date',
  'icd10',
  'opcs4',
  'lsoa',
]);

export const columnSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_]*$/)
    .describe('as documents name it; names compare without case'),
  type: columnType.default('text').describe('how values are written; read as text and held against this'),
  class: columnClass.describe(
    'identifier: names a person by itself; quasi-identifier: narrows a person down together with others; sensitive: wants a stronger reason; restricted: never together with an identifier',
  ),
  concept: columnConcept
    .optional()
    .describe('what a value means: which coarser forms there are, what a sensitive record withholds'),
  description: z.string().min(1).describe('one sentence, with codes and sentinels'),
});

/** What else a release reads, by the names that looks at the inputs give it. */
const OTHER_INPUTS: readonly string[] = ['opt_outs', 'cohort', 'geography'];

export const datasetSchema = z
  .strictObject({
    dataset: z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/)
      .refine((name) => !OTHER_INPUTS.includes(name), 'is what another input of a release is called')
      .describe('the name that agreements, pipelines and sources use'),
    title: z.string().min(1).describe('as people call it'),
    abbreviation: z
      .string()
      .regex(/^[A-Z0-9_]+$/)
      .describe('as delivered files are named: HES_APC'),
    owner: z.string().min(1).describe('the Information Asset Owner'),
    person_key: z.string().describe('the column with the NHS number in the identifiable internal copy'),
    key: z.array(z.string()).min(1).describe('the columns that name one row'),
    date: z.string().optional().describe('the column that a period means; none where a period makes no sense'),
    missing_dates: z.array(z.string()).default([]).describe('dates that stand for none, such as 1800-01-01'),
    columns: z.array(columnSchema).min(1).describe('every column that the custodian holds'),
  })
  .describe('one dataset of the catalogue');

export type ColumnClass = z.infer<typeof columnClass>;
export type ColumnType = z.infer<typeof columnType>;
export type ColumnConcept = z.infer<typeof columnConcept>;
export type CatalogueColumn = z.infer<typeof columnSchema>;
export type Dataset = z.infer<typeof datasetSchema>;

/** The column of that name; names compare without case (the real deliveries spell TOKEN_PERSON_ID in three ways). */
export function findColumn(dataset: Dataset, name: string): CatalogueColumn | undefined {
  const wanted = name.toUpperCase();
  return dataset.columns.find((column) => column.name.toUpperCase() === wanted);
}
