import { z } from 'zod';
import { askedRulesSchema } from '../agreement/disclosure-rules.ts';
import { columnReference, derivationSchema } from '../catalogue/field-schema.ts';
import { period, safeName, words } from '../kernel/schema-parts.ts';
import { whereSchema } from '../relation/condition.ts';
import { outputName } from './output-name.ts';

export const tabulationFormats = ['csv', 'xlsx', 'html'] as const;

const part = z
  .string({ error: 'expected a name' })
  .regex(/^[a-z][a-z0-9_]{0,30}$/, 'expected a name of lower-case letters, digits and underscores, 31 at most');

const grouping = z
  .record(words, z.array(words).min(1, 'a group has at least one category'))
  .describe('groups of categories: for each the categories that it sums; each category in one group at most');

const dimension = z.strictObject({
  name: part.describe('its name in tables'),
  title: words.optional().describe('as people read it'),
  from: columnReference,
  as: derivationSchema.optional().describe('the finest level; by default the column as it stands'),
  at: columnReference.optional().describe('for an age: the column with the date of the event'),
  levels: z.array(derivationSchema).default([]).describe('coarser levels, each a sum of the finest'),
  groupings: z
    .record(part, grouping)
    .default({})
    .describe('groups of the finest categories; groupings may overlap each other'),
  values: z.array(words).default([]).describe('categories that are shown even where nobody is in them'),
  labels: z.record(z.string(), words).default({}).describe('how categories are called'),
});

const count = z.enum(['people', 'rows'], { error: 'expected people, rows, or a measure with a name' });
const measure = z.union(
  [
    count.transform((name) => ({ name, title: undefined, kind: 'count' as const, of: name })),
    z
      .strictObject({ name: part, title: words.optional(), percentage: count, within: z.array(part).default([]) })
      .transform(({ name, title, percentage, within }) => ({
        name,
        title,
        kind: 'percentage' as const,
        of: percentage,
        within,
      })),
    z
      .strictObject({ name: part, title: words.optional(), rate: count, over: count, per: z.int().min(1).default(100) })
      .transform(({ name, title, rate, over, per }) => ({ name, title, kind: 'rate' as const, of: rate, over, per })),
    z
      .strictObject({ name: part, title: words.optional(), sum: columnReference })
      .transform(({ name, title, sum }) => ({ name, title, kind: 'sum' as const, from: sum })),
    z
      .strictObject({ name: part, title: words.optional(), mean: columnReference })
      .transform(({ name, title, mean }) => ({ name, title, kind: 'mean' as const, from: mean })),
    z
      .strictObject({ name: part, title: words.optional(), median: columnReference })
      .transform(({ name, title, median }) => ({ name, title, kind: 'median' as const, from: median })),
  ],
  {
    error:
      'expected people, rows, or { name, percentage | rate | sum | mean | median: … } with within, over and per as they belong',
  },
);

const by = z.union(
  [
    part.transform((name) => ({ dimension: name, levels: undefined })),
    z.strictObject({
      dimension: part,
      levels: z.array(words).min(1).optional().describe('the levels shown, by the names they have; by default all'),
    }),
  ],
  { error: 'expected the name of a dimension, or { dimension, levels }' },
);

const table = z.strictObject({
  name: safeName.describe('the table’s name'),
  title: words.optional().describe('as people read it'),
  by: z.array(by).min(1).max(6).describe('the dimensions that are crossed; totals come by themselves'),
  measures: z.array(z.string()).min(1).optional().describe('the measures shown; by default all'),
});

/** A product that counts (design, section 4, step 8): dimensions, measures, and the tables made of them. */
export const tabulationSchema = z.strictObject({
  name: safeName.describe('the product’s name in this pipeline'),
  product: z.literal('tabulation'),
  title: words.optional().describe('what the tables are about, as people read it'),
  dataset: words.describe('a dataset that the agreement grants'),
  period: period.optional().describe('by default all that the agreement grants'),
  where: whereSchema.optional().describe('the rows counted; the agreement’s own conditions apply on top'),
  dimensions: z.array(dimension).min(1).describe('what is told apart; each with its hierarchy'),
  measures: z
    .array(measure)
    .min(1)
    .default([{ name: 'people', title: undefined, kind: 'count', of: 'people' }]),
  tables: z.array(table).min(1).describe('what is crossed with what; all tables of a release are protected together'),
  disclosure: askedRulesSchema.optional().describe('parameters of the agreement’s rule set, no weaker than there'),
  formats: z
    .array(z.enum(tabulationFormats, { error: `expected one of ${tabulationFormats.join(', ')}` }))
    .min(1)
    .default(['csv'])
    .describe('one file each: csv, a workbook, a page with charts'),
});

export type Tabulation = z.output<typeof tabulationSchema>;
export type Measure = Tabulation['measures'][number];
export type TabulationFormat = (typeof tabulationFormats)[number];

/** A column that counting needs, and where in the product it is asked for. */
export interface TabulationField {
  readonly name: string;
  readonly from: string;
  readonly as: ReturnType<typeof derivationSchema.parse> | undefined;
  readonly at: string | undefined;
  readonly path: readonly PropertyKey[];
}

/** Every column that a tabulation counts by or sums, each once: levels of dimensions, and what measures are of. */
export function tabulationFields({ dimensions, measures }: Tabulation): TabulationField[] {
  const levels = dimensions.flatMap(({ name, from, as, at, levels: coarser }, index): TabulationField[] => [
    { name: levelColumn(name, undefined), from, as, at, path: ['dimensions', index, as === undefined ? 'from' : 'as'] },
    ...coarser.map((level, place) => ({
      name: levelColumn(name, level),
      from,
      as: level,
      at,
      path: ['dimensions', index, 'levels', place],
    })),
  ]);
  const sums = measures.flatMap((each, index): TabulationField[] =>
    'from' in each
      ? [{ name: measureColumn(each.name), from: each.from, as: undefined, at: undefined, path: ['measures', index] }]
      : [],
  );
  return [...levels, ...sums];
}

/** The column that holds a level of a dimension while counting; the finest has no level's name. */
export function levelColumn(dimension: string, level: string | undefined): string {
  return level === undefined ? `d_${dimension}` : `d_${dimension}_${level}`;
}

export function measureColumn(measure: string): string {
  return `m_${measure}`;
}

/** How the finest level is called where tables choose among levels: its derivation, or the column. */
export function finestLevel({ from, as }: Tabulation['dimensions'][number]): string {
  return as ?? outputName({ name: undefined, from, as: undefined, at: undefined });
}
