import { z } from 'zod';
import { columnReference, derivationSchema } from '../catalogue/field-schema.ts';
import { parseAgreementReference } from '../kernel/agreement-reference.ts';
import { calendarDate, period, words } from '../kernel/schema-parts.ts';
import { whereSchema } from '../relation/condition.ts';

export const productKinds = ['extract', 'linked', 'tabulation', 'bespoke-linkage', 'tracking'] as const;
export const identifiabilities = ['identifiable', 'pseudonymised', 'aggregated'] as const;
export const frequencies = ['one-off', 'monthly', 'quarterly', 'annual'] as const;

const organisation = z.strictObject({ name: words, ods: words.optional(), type: words.optional() });

const grantedField = z.union(
  [
    columnReference.transform((from) => ({ from, as: undefined })),
    z.strictObject({ from: columnReference, as: derivationSchema }),
  ],
  { error: 'expected a column name, or { from: COLUMN, as: DERIVATION }' },
);

const optOutPolicy = z.union(
  [
    z.literal('apply').transform(() => ({ apply: true as const })),
    z
      .strictObject({ exempt: words.describe('the policy reason: consent, statutory …'), because: words })
      .transform(({ exempt, because }) => ({ apply: false as const, exempt, because })),
  ],
  { error: 'expected apply, or { exempt: REASON, because: "…" }' },
);

const condition = z.union(
  [
    words.transform((text) => ({ text, met_on: undefined })),
    z.strictObject({ text: words, met_on: calendarDate.optional(), due: calendarDate.optional() }),
  ],
  { error: 'expected a text, or { text: …, met_on: DATE }' },
);

const approval = z.strictObject({
  body: z.enum(['IAO', 'IGARD', 'AGD', 'CAG'], { error: 'expected IAO, IGARD, AGD or CAG' }),
  dataset: words.optional().describe('for an IAO: the dataset approved'),
  reference: words.optional().describe('for CAG: 20/CAG/0001'),
  outcome: words,
  on: calendarDate.optional(),
  review_by: calendarDate.optional().describe('for CAG: support is in force up to and including this day'),
  conditions: z.array(condition).default([]),
});

const unresolved = z.enum(['exclude', 'keep'], { error: 'expected exclude or keep' });

const grant = z
  .strictObject({
    dataset: words,
    products: z.array(z.enum(productKinds, { error: `expected one of ${productKinds.join(', ')}` })).default([]),
    identifiability: z.enum(identifiabilities, { error: `expected one of ${identifiabilities.join(', ')}` }).optional(),
    sensitive: z.boolean().default(false),
    legal_basis: words.optional(),
    common_law_duty: z
      .enum(['section-251', 'consent', 'statutory', 'none'], {
        error: 'expected section-251, consent, statutory or none',
      })
      .optional(),
    frequency: z.enum(frequencies, { error: `expected one of ${frequencies.join(', ')}` }).optional(),
    period: period.optional(),
    where: whereSchema.optional().describe('the most that may be asked for'),
    fields: z.array(grantedField).min(1, 'grant at least one field'),
    opt_outs: optOutPolicy.default({ apply: true }),
    unresolved: unresolved.optional().describe('for this dataset; by default what the agreement says'),
  })
  .superRefine((value, context) => {
    if (value.products.length === 0) {
      if (value.dataset !== 'pds') {
        context.addIssue({
          code: 'custom',
          path: ['products'],
          message: 'name the products that this dataset may go into',
        });
      }
      return;
    }
    for (const key of ['identifiability', 'legal_basis', 'common_law_duty', 'frequency'] as const) {
      if (value[key] === undefined) {
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `"${key}" is missing; a dataset with products needs it`,
        });
      }
    }
  });

/** One version of a data sharing agreement, as its file is written (design, section 3). */
export const agreementSchema = z
  .strictObject({
    reference: z
      .string({ error: 'expected a reference such as DARS-NIC-147750-8GS7S-v2.2' })
      .refine(
        (text) => parseAgreementReference(text) !== undefined,
        'expected a reference such as DARS-NIC-147750-8GS7S-v2.2',
      ),
    title: words,
    applicant: organisation,
    controllers: z
      .array(z.strictObject({ name: words, ods: words.optional(), role: z.enum(['sole', 'joint']) }))
      .min(1),
    processors: z
      .array(
        z.union([
          words.transform((name) => ({ name, ods: undefined })),
          z.strictObject({ name: words, ods: words.optional() }),
        ]),
      )
      .default([]),
    term: z
      .strictObject({ start: calendarDate, end: calendarDate })
      .refine(({ start, end }) => start <= end, 'the term ends before it starts'),
    signatures: z
      .array(z.strictObject({ party: words, name: words, role: words.optional(), on: calendarDate }))
      .default([]),
    purpose: z.strictObject({
      objective: words,
      processing: words,
      outputs: words,
      benefits: words,
      yielded_benefits: words.optional(),
      commercial: z.boolean(),
      sublicensing: z.boolean(),
    }),
    funding: z
      .strictObject({ funder: words, reference: words.optional(), covers_to: calendarDate.optional() })
      .optional(),
    security: z
      .array(
        z.strictObject({
          organisation: words,
          kind: z.enum(['DSPT', 'ISO27001', 'SLSP'], { error: 'expected DSPT, ISO27001 or SLSP' }),
          reference: words.optional(),
          outcome: words.optional(),
          valid_to: calendarDate,
        }),
      )
      .default([]),
    approvals: z.array(approval).default([]),
    unresolved: unresolved.default('exclude').describe('what becomes of rows that lead to nobody PDS knows'),
    datasets: z.array(grant).min(1, 'an agreement grants at least one dataset'),
    recipient: z.strictObject({
      openpgp_fingerprint: words,
      key: words.describe('the recipient’s public key, ASCII armour; a path inside the workspace'),
      destination: words.describe('one of the destinations of dars.yaml'),
    }),
  })
  .describe('one version of a data sharing agreement');

export type Agreement = z.output<typeof agreementSchema>;
export type Grant = Agreement['datasets'][number];
export type GrantedField = Grant['fields'][number];
export type Approval = Agreement['approvals'][number];
export type ProductKind = (typeof productKinds)[number];
export type Identifiability = (typeof identifiabilities)[number];
export type Frequency = (typeof frequencies)[number];
export type OptOutPolicy = Grant['opt_outs'];
