import { stringify } from 'yaml';

const REFERENCE = 'DARS-NIC-000002-F0L1W-v1.0';

/** What of PDS and of a death is told. */
const CHANGES = ['death_status', 'date_of_death', 'reason_for_removal', 'gp_practice_code', 'nhs_number'];
const CAUSES = ['REG_DATE', 'S_UNDERLYING_COD_ICD10'];

/** The beginning of the cohort file's name. */
export const FOLLOW_UP_NIC = 'NIC-000002';

/**
 * The agreement and the pipeline of a study that follows its members, for whoever goes on after the demo: like the
 * demo's own agreement but for what is granted and where it goes.
 */
export function followUpDocuments(
  agreement: { readonly recipient: object },
  year: number,
): Readonly<Record<string, string>> {
  const terms = {
    products: ['tracking'],
    identifiability: 'identifiable',
    legal_basis: 'Health and Social Care Act 2012 – s261(2)(c)',
    common_law_duty: 'section-251',
    frequency: 'quarterly',
    opt_outs: 'apply',
  };
  const approved = { outcome: 'approved', on: `${year - 2}-11-01` };
  return {
    'agreements/follow-up.yaml': stringify({
      ...agreement,
      reference: REFERENCE,
      title: 'What became of the volunteers of a heart study',
      approvals: [
        { body: 'IAO', dataset: 'pds', ...approved },
        { body: 'IAO', dataset: 'deaths', ...approved },
        { body: 'IGARD', outcome: 'recommended', on: `${year - 2}-11-14` },
        { body: 'CAG', reference: '20/CAG/0002', outcome: 'supported', review_by: `${year + 2}-12-31` },
      ],
      cohort: {
        identifiers: [
          'nhs_number',
          'family_name',
          'given_name',
          'other_given_name',
          'date_of_birth',
          'gender',
          'postcode',
        ],
      },
      datasets: [
        {
          dataset: 'pds',
          ...terms,
          fields: [...CHANGES, { from: 'postcode', as: 'outcode' }],
        },
        {
          dataset: 'deaths',
          ...terms,
          period: { from: `${year - 3}-04-01`, to: `${year + 2}-12-31` },
          fields: CAUSES,
        },
      ],
      recipient: { ...agreement.recipient, destination: 'shelf' },
    }),
    'pipelines/follow-up.yaml': stringify({
      pipeline: 'follow-up',
      agreement: REFERENCE,
      schedule: {},
      products: [
        {
          name: 'volunteers',
          product: 'tracking',
          cohort: `data/cohort/${FOLLOW_UP_NIC}_cohort.csv`,
          compression: 'none',
          reports: [
            {
              report: 'event-notification',
              fields: [...CHANGES, { name: 'HOME', from: 'postcode', as: 'outcode' }],
            },
            { report: 'cause-of-death', fields: CAUSES },
          ],
        },
      ],
    }),
  };
}
