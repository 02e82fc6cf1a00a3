import { z } from 'zod';
import { columnReference, derivationSchema } from '../catalogue/field-schema.ts';
import { parseAgreementReference } from '../kernel/agreement-reference.ts';
import { calendarDate, period, words } from '../kernel/schema-parts.ts';
import { whereSchema } from '../relation/condition.ts';
import { grantedRulesSchema } from './disclosure-rules.ts';

export const productKinds = ['extract', 'linked', 'tabulation', 'bespoke-linkage', 'tracking'] as const;
export const identifiabilities = ['identifiable', 'pseudonymised', 'aggregated'] as const;
export const frequencies = ['one-off', 'monthly', 'quarterly', 'annual'] as const;

export const cohortIdentifiers = [
  'nhs_number',
  'family_name',
  'given_name',
  'other_given_name',
  'date_of_birth',
  'gender',
  'postcode',
  'address',
] as const;
export const matchColumns = [
  'MATCH_RANK',
  'MATCH_STEP',
  'MATCHED_ALGORITHM_INDICATOR',
  'MATCHED_CONFIDENCE_PERCENTAGE',
  'GIVEN_NAME_SCORE_PERC',
  'FAMILY_NAME_SCORE_PERC',
  'DOB_SCORE_PERC',
  'GENDER_SCORE_PERC',
  'POSTCODE_SCORE_PERC',
  'MATCH_WEIGHT',
  'MATCH_PROBABILITY',
  'MATCHABILITY',
  'MATCH_GAP',
  'ERROR_SUCCESS_CODE',
] as const;

const ods = words.optional().describe('ODS code');
const organisation = z.strictObject({
  name: words,
  ods,
  type: words.optional().describe('Academic, Local Authority, Commercial …, as the register names it'),
});

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
      .strictObject({
        exempt: words.describe('the policy reason: consent, statutory …'),
        because: words.describe('a sentence, which is published'),
      })
      .transform(({ exempt, because }) => ({ apply: false as const, exempt, because })),
  ],
  { error: 'expected apply, or { exempt: REASON, because: "…" }' },
);

const condition = z.union(
  [
    words.transform((text) => ({ text, met_on: undefined })),
    z.strictObject({
      text: words,
      met_on: calendarDate.optional().describe('the day on which it was met'),
      due: calendarDate.optional().describe('the day by which it has to be'),
    }),
  ],
  { error: 'expected a text, or { text: …, met_on: DATE }' },
);

const approval = z.strictObject({
  body: z
    .enum(['IAO', 'IGARD', 'AGD', 'CAG'], { error: 'expected IAO, IGARD, AGD or CAG' })
    .describe('who decided: the owner of a dataset, the advisory group, the Confidentiality Advisory Group'),
  dataset: words.optional().describe('for an IAO: the dataset approved'),
  reference: words.optional().describe('for CAG: 20/CAG/0001'),
  outcome: words.describe('IAO: approved; IGARD: recommended; CAG: supported'),
  on: calendarDate.optional().describe('the day of the decision; the latest counts'),
  review_by: calendarDate.optional().describe('for CAG: support is in force up to and including this day'),
  conditions: z.array(condition).default([]).describe('what must be met first; open until it has met_on'),
});

const count = z.int({ error: 'expected a whole number' }).min(1);

const cohortTerms = z
  .strictObject({
    identifiers: z
      .array(z.enum(cohortIdentifiers, { error: `expected some of ${cohortIdentifiers.join(', ')}` }))
      .min(1)
      .describe('what the applicant’s file may hold of its participants; a file with more is refused'),
    size: z
      .strictObject({ at_least: count.optional(), at_most: count.optional() })
      .default({})
      .describe('participants that the file may add'),
    match_file: z
      .array(z.enum(matchColumns, { error: `expected some of ${matchColumns.join(', ')}` }))
      .default([])
      .describe('what may be told of how a participant was found; needs pds as bespoke-linkage'),
    opt_out_exemptions: z
      .array(
        z.strictObject({
          legal_basis: z.enum(['consent', 'statutory'], { error: 'expected consent or statutory' }),
          because: words.describe('a sentence, which is published'),
        }),
      )
      .default([])
      .describe('participants of this legal basis keep their rows though they opted out; all others are removed'),
  })
  .describe('the applicant’s cohort, for bespoke linkage');

const unresolved = z.enum(['exclude', 'keep'], { error: 'expected exclude or keep' });

const grant = z
  .strictObject({
    dataset: words.describe('a dataset of the catalogue; each stands once'),
    products: z
      .array(z.enum(productKinds, { error: `expected one of ${productKinds.join(', ')}` }))
      .default([])
      .describe('what may be made of it; PDS without products may only be joined'),
    identifiability: z
      .enum(identifiabilities, { error: `expected one of ${identifiabilities.join(', ')}` })
      .optional()
      .describe('the most that may be told of a person'),
    sensitive: z.boolean().default(false).describe('whether the register calls it sensitive'),
    legal_basis: words.optional().describe('for the dissemination, as the register prints it'),
    common_law_duty: z
      .enum(['section-251', 'consent', 'statutory', 'none'], {
        error: 'expected section-251, consent, statutory or none',
      })
      .optional()
      .describe('what lifts the common law duty of confidentiality; section-251 wants CAG’s support'),
    frequency: z
      .enum(frequencies, { error: `expected one of ${frequencies.join(', ')}` })
      .optional()
      .describe('how often each product may go out: once, or once in a calendar month, quarter or year'),
    period: period.optional().describe('the years granted, by the dataset’s own date'),
    where: whereSchema.optional().describe('the most that may be asked for'),
    fields: z
      .array(grantedField)
      .min(1, 'grant at least one field')
      .describe('the columns granted; each grants its coarser forms as well'),
    disclosure: grantedRulesSchema.optional().describe('for tabulations: the rule set, and its parameters'),
    opt_outs: optOutPolicy.default({ apply: true }).describe('national data opt-outs apply, unless exempt'),
    restricted_codes: z
      .union(
        [
          z.literal('withhold').transform(() => ({ withhold: true as const })),
          z
            .strictObject({
              granted: words.describe('the provision under which rows with legally restricted codes may be given out'),
              because: words.describe('a sentence'),
            })
            .transform((grounds) => ({ withhold: false as const, ...grounds })),
        ],
        { error: 'expected withhold, or { granted: PROVISION, because: "…" }' },
      )
      .default({ withhold: true })
      .describe('rows with a legally restricted code are withheld, unless granted; never with what names a person'),
    rare_codes: z
      .strictObject({
        below: z.int().min(2).max(100_000).describe('people in the full source in the same years'),
        instead: z
          .enum(['roll-up', 'blank'], { error: 'expected roll-up or blank' })
          .describe('roll-up: three characters, chapter, or nothing, so that as many people stand behind it'),
      })
      .optional()
      .describe('diagnosis and procedure codes of few people are not given out as they are'),
    unresolved: unresolved.optional().describe('for this dataset; by default what the agreement says'),
    system_access: z
      .boolean()
      .optional()
      .describe('whether the recipient may look at it in the custodian’s systems, from which nothing leaves'),
  })
  .superRefine((value, context) => {
    if (!value.restricted_codes.withhold && value.identifiability === 'identifiable') {
      context.addIssue({
        code: 'custom',
        path: ['restricted_codes'],
        message: 'legally restricted codes are never given out with what names a person',
      });
    }
    if (value.products.length === 0 && value.system_access !== true) {
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

const share = z.number({ error: 'expected a share from 0 to 1' }).min(0).max(1);

const risk = z
  .strictObject({
    k: z.int().min(2).max(1000).default(5).describe('classes of fewer people than this are small'),
    quasi_identifiers: z
      .array(columnReference)
      .optional()
      .describe('the only columns that people are taken to be found by; by default all that the catalogue calls so'),
    sensitive: z
      .array(columnReference)
      .default([])
      .describe('columns whose value must not be learnt from a class: l-diversity, t-closeness'),
    events: z
      .array(columnReference)
      .min(1)
      .optional()
      .describe('columns by which others know of one event; by default the dates and the provider'),
    at_most: z
      .strictObject({
        small_classes: share.optional().describe('people in classes of fewer than k in the output'),
        small_population_classes: share.optional().describe('people in classes of fewer than k in the full source'),
        uniques: share.optional().describe('people alone in their class in the output'),
        population_uniques: share.optional().describe('people alone in their class in the full source'),
        prosecutor_highest: share.optional().describe('1 by the smallest class in the output'),
        prosecutor_average: share.optional().describe('classes by people in the output'),
        journalist_highest: share.optional().describe('1 by the smallest class in the full source'),
        journalist_average: share
          .optional()
          .describe('the larger of classes by their people in the source, and marketer'),
        marketer: share.optional().describe('people found if each is guessed within their class of the full source'),
        learnt: share.optional().describe('people whose whole class has one value of a sensitive column'),
        t_closeness: share.optional().describe('how far values of a class are from those of everybody'),
        unique_trajectories: z
          .strictObject({ events: z.int().min(1).max(3), share })
          .optional()
          .describe('people whom so many known events single out'),
      })
      .default({})
      .describe('shares from 0 to 1; a release above one of them is refused'),
    at_least: z
      .strictObject({ distinct_values: z.int().min(1).describe('different values of a sensitive column in a class') })
      .optional(),
  })
  .describe('how identifiable people in pseudonymised outputs may be; measured in each release');

/** One version of a data sharing agreement, as its file is written (design, section 3). */
export const agreementSchema = z
  .strictObject({
    reference: z
      .string({ error: 'expected a reference such as DARS-NIC-147750-8GS7S-v2.2' })
      .refine(
        (text) => parseAgreementReference(text) !== undefined,
        'expected a reference such as DARS-NIC-147750-8GS7S-v2.2',
      )
      .describe('with its version: DARS-NIC-147750-8GS7S-v2.2'),
    title: words.describe('as the register prints it'),
    applicant: organisation.describe('who asked, and receives'),
    controllers: z
      .array(z.strictObject({ name: words, ods, role: z.enum(['sole', 'joint']) }))
      .min(1)
      .describe('data controllers, who all sign'),
    processors: z
      .array(z.union([words.transform((name) => ({ name, ods: undefined })), z.strictObject({ name: words, ods })]))
      .default([])
      .describe('data processors, each of whom needs security assurance'),
    term: z
      .strictObject({
        start: calendarDate.describe('the first day'),
        end: calendarDate.describe('the last day; it is included'),
      })
      .refine(({ start, end }) => start <= end, 'the term ends before it starts')
      .describe('when data may be released'),
    signatures: z
      .array(z.strictObject({ party: words, name: words, role: words.optional(), on: calendarDate }))
      .default([])
      .describe('of applicant, controllers and custodian, by the names they have here'),
    purpose: z
      .strictObject({
        objective: words,
        processing: words,
        outputs: words,
        benefits: words,
        yielded_benefits: words.optional().describe('for a renewal: what came of it so far'),
        commercial: z.boolean().describe('whether any party gains commercially'),
        sublicensing: z.boolean().describe('whether data may be passed on under a sub-licence'),
      })
      .describe('why, in the words that the register prints'),
    funding: z
      .strictObject({ funder: words, reference: words.optional(), covers_to: calendarDate.optional() })
      .optional()
      .describe('who pays, and until when'),
    security: z
      .array(
        z.strictObject({
          organisation: words.describe('by the name it has above'),
          kind: z.enum(['DSPT', 'ISO27001', 'SLSP'], { error: 'expected DSPT, ISO27001 or SLSP' }),
          reference: words.optional(),
          outcome: words.optional().describe('of a DSPT: Standards Met or Standards Exceeded'),
          valid_to: calendarDate.describe('the last day of it'),
        }),
      )
      .default([])
      .describe('assurance of everybody who will hold the data'),
    approvals: z
      .array(approval)
      .default([])
      .describe('what was decided about it; nothing is taken out, later ones count'),
    cohort: cohortTerms.optional(),
    unresolved: unresolved.default('exclude').describe('what becomes of rows that lead to nobody PDS knows'),
    datasets: z
      .array(grant)
      .min(1, 'an agreement grants at least one dataset')
      .describe('what is granted; nothing else is'),
    risk: risk.optional(),
    recipient: z.strictObject({
      openpgp_fingerprint: words.describe(
        'of the recipient’s primary key, all of it, learnt by another way than the key',
      ),
      key: words.describe('the recipient’s public key, ASCII armour; a path inside the workspace'),
      destination: words.describe('one of the destinations of dars.yaml'),
    }),
  })
  .describe('one version of a data sharing agreement');

export type Agreement = z.output<typeof agreementSchema>;
export type Grant = Agreement['datasets'][number];
export type MatchColumn = (typeof matchColumns)[number];
export type Approval = Agreement['approvals'][number];
export type ProductKind = (typeof productKinds)[number];
export type Identifiability = (typeof identifiabilities)[number];
export type Frequency = (typeof frequencies)[number];
export type OptOutPolicy = Grant['opt_outs'];
