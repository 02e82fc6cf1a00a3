import { stringify } from 'yaml';
import type { CalendarDate } from '../../kernel/calendar-date.ts';
import { followUpDocuments } from './follow-up-documents.ts';

export const DEMO_REFERENCE = 'DARS-NIC-000001-D3M0A-v1.0';

export interface DemoFacts {
  readonly today: CalendarDate;
  readonly fingerprint: string;
  readonly port: number;
  readonly hostKey: string;
}

/** The documents of the demo's workspace, right for today: path -> YAML. Read them as examples of the real ones. */
export function demoDocuments(facts: DemoFacts): Readonly<Record<string, string>> {
  const year = Number(facts.today.slice(0, 4));
  const period = { from: `${year - 3}-04-01`, to: facts.today };
  const agreement = {
    reference: DEMO_REFERENCE,
    title: 'Long-term outcomes of screening for type 2 diabetes',
    applicant: { name: 'University of Example', ods: 'Z9X01', type: 'Academic' },
    controllers: [{ name: 'University of Example', role: 'sole' }],
    processors: [],
    term: { start: `${year - 1}-01-01`, end: `${year + 2}-12-31` },
    signatures: [
      { party: 'University of Example', name: 'A Signatory', role: 'Head of Contracts', on: `${year - 2}-12-20` },
      { party: 'NHS Digital', name: 'B Signatory', role: 'Director', on: `${year - 2}-12-22` },
    ],
    purpose: {
      objective: 'To learn whether screening for type 2 diabetes prevents its late complications.',
      processing:
        'Pseudonymised admissions are linked with outpatient appointments and analysed on the university’s secure servers.',
      outputs: 'Papers in open-access journals; a report for NHS England.',
      benefits: 'Better advice on whom to screen, and when.',
      commercial: false,
      sublicensing: false,
    },
    security: [
      {
        organisation: 'University of Example',
        kind: 'DSPT',
        reference: 'EE000000',
        outcome: 'Standards Met',
        valid_to: `${year + 1}-06-30`,
      },
    ],
    approvals: [
      { body: 'IAO', dataset: 'hes_apc', outcome: 'approved', on: `${year - 2}-11-01` },
      { body: 'IAO', dataset: 'hes_op', outcome: 'approved', on: `${year - 2}-11-01` },
      { body: 'IGARD', outcome: 'recommended', on: `${year - 2}-11-14` },
      {
        body: 'CAG',
        reference: `${String(year - 2).slice(2)}/CAG/0001`,
        outcome: 'supported',
        review_by: `${year + 1}-12-31`,
      },
    ],
    datasets: [
      {
        dataset: 'hes_apc',
        products: ['extract', 'linked'],
        identifiability: 'pseudonymised',
        legal_basis: 'Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)',
        common_law_duty: 'section-251',
        frequency: 'quarterly',
        period,
        fields: [
          'EPIKEY',
          'ADMIDATE',
          'EPISTART',
          'DIAG_4_01',
          'DIAG_4_02',
          'SEX',
          'MYDOB',
          { from: 'LSOA11', as: 'msoa' },
        ],
        opt_outs: 'apply',
      },
      {
        dataset: 'hes_op',
        products: ['linked'],
        identifiability: 'pseudonymised',
        legal_basis: 'Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)',
        common_law_duty: 'section-251',
        frequency: 'quarterly',
        period,
        fields: ['ATTENDKEY', 'APPTDATE', 'ATTENDED', 'TRETSPEF'],
        opt_outs: 'apply',
      },
      {
        dataset: 'pds',
        fields: [
          'gender',
          'gp_practice_code',
          { from: 'date_of_birth', as: 'year' },
          { from: 'postcode', as: 'outcode' },
        ],
      },
    ],
    recipient: { openpgp_fingerprint: facts.fingerprint, key: 'keys/recipient.public.asc', destination: 'uni-sftp' },
  };
  return {
    ...followUpDocuments(agreement, year),
    'dars.yaml': stringify({
      custodian: { name: 'NHS Digital', ods: 'X26' },
      agreements: 'agreements',
      pipelines: 'pipelines',
      state: 'state',
      sources: {
        pds: { path: 'data/pds.parquet' },
        opt_outs: { path: 'data/opt-outs.dat', as_at: { file: 'data/as-at' }, max_age_days: 21 },
        hes_apc: { path: 'data/hes_apc/*.parquet' },
        hes_op: { path: 'data/hes_op/*.parquet' },
        ecds: { path: 'data/ecds/*.parquet' },
        deaths: { path: 'data/deaths/*.parquet' },
      },
      keys: {
        pseudonym: { file: 'keys/pseudonym.key' },
        signing: { file: 'keys/custodian.private.asc' },
        register: { file: 'keys/register.key' },
      },
      destinations: {
        'uni-sftp': {
          type: 'sftp',
          host: '127.0.0.1',
          port: facts.port,
          username: 'nic000001',
          private_key: { file: 'keys/sftp_ed25519' },
          host_key: facts.hostKey,
          directory: '.',
        },
        // For what is released after the demo, whose server is gone by then.
        shelf: { type: 'folder', path: 'shelf' },
      },
      limits: { memory: '2GB' },
    }),
    'agreements/demo.yaml': stringify(agreement),
    'pipelines/diabetes-apc.yaml': stringify({
      pipeline: 'diabetes-apc',
      agreement: DEMO_REFERENCE,
      products: [
        {
          name: 'apc',
          product: 'extract',
          dataset: 'hes_apc',
          period: { from: `${year - 2}-04-01`, to: `${year - 1}-03-31` },
          where: { DIAG_4_01: { starts_with: ['E10', 'E11'] } },
          fields: [
            'EPIKEY',
            'ADMIDATE',
            'DIAG_4_01',
            'SEX',
            'MYDOB',
            'pds.gender',
            { name: 'BIRTH_YEAR', from: 'pds.date_of_birth', as: 'year' },
            { name: 'HOME', from: 'pds.postcode', as: 'outcode' },
          ],
          format: 'csv',
        },
      ],
    }),
    'pipelines/diabetes-linked.yaml': stringify({
      pipeline: 'diabetes-linked',
      agreement: DEMO_REFERENCE,
      cohort: { dataset: 'hes_apc', where: { DIAG_4_01: { starts_with: ['E11'] } } },
      products: [
        {
          name: 'journeys',
          product: 'linked',
          format: 'csv',
          datasets: [
            {
              dataset: 'hes_apc',
              fields: [
                'EPIKEY',
                'ADMIDATE',
                'DIAG_4_01',
                { name: 'BIRTH_YEAR', from: 'pds.date_of_birth', as: 'year' },
              ],
            },
            { dataset: 'hes_op', fields: ['ATTENDKEY', 'APPTDATE', 'ATTENDED', 'TRETSPEF'] },
          ],
        },
      ],
    }),
  };
}
