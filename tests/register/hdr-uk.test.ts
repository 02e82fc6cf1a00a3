import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { dataUsesJson } from '../../src/register/layouts/hdr-uk.ts';
import { releasedFile } from '../ledger/bodies.ts';
import { accessed, described, releasedOn } from './facts.ts';
import { entriesOf, FIXTURES, registerOfDays } from './support.ts';

/** The member in which each field of the standard stands; the Gateway has one for applicants and their ids apart. */
const MEMBERS: Readonly<Record<string, string>> = {
  'Lead applicant organisation name': 'organisation_name',
  'Organisation ID': 'organisation_id',
  'Organisation sector': 'organisation_sector',
  'Applicant names': 'non_gateway_applicants',
  'Applicant ID': 'applicant_id',
  'Funders/Sponsors': 'funders_and_sponsors',
  'DEA accredited researcher?': 'accredited_researcher_status',
  'Sub-licence arrangements (if any)?': 'sublicence_arrangements',
  'Project ID': 'project_id_text',
  'Project title': 'project_title',
  'Lay summary': 'lay_summary',
  'Public benefit statement': 'public_benefit_statement',
  'Request category type': 'request_category_type',
  'Technical summary': 'technical_summary',
  'Other approval committees': 'other_approval_committees',
  'Project start date': 'project_start_date',
  'Project end date': 'project_end_date',
  'Latest approval date': 'latest_approval_date',
  'Dataset(s) name': 'non_gateway_datasets',
  'Data sensitivity level': 'data_sensitivity_level',
  'Legal basis for provision of data under Article 6': 'legal_basis_for_data_article6',
  'Lawful conditions for provision of data under Article 9': 'legal_basis_for_data_article9',
  'Common Law Duty of Confidentiality': 'duty_of_confidentiality',
  'National data opt-out applied?': 'national_data_optout',
  'Request frequency': 'request_frequency',
  'For linked datasets, specify how the linkage will take place': 'dataset_linkage_description',
  'For linked datasets, specify how any new assets created will be managed and archived': 'linked_assets_description',
  'Description of the confidential data being used': 'confidential_data_description',
  'Release/Access date': 'access_date',
  'Access type': 'access_type',
  'How has data been processed to enhance privacy?': 'privacy_enhancements',
  'Link to research outputs': 'non_gateway_outputs',
};

function usesOf(...said: Parameters<typeof entriesOf>[0]) {
  return JSON.parse([...dataUsesJson(registerOfDays(entriesOf(said), '2026'), 'NHS Digital')].join(''));
}

test('every field of the standard has a member, whether the ledger knows it or not', () => {
  const fields = parse(readFileSync(join(FIXTURES, 'hdruk_dur_spec_v2_2022-01-19.csv'), 'latin1'), {
    columns: true,
  }) as {
    Field: string;
  }[];
  expect(fields.map(({ Field: field }) => field.trim()).sort()).toEqual(Object.keys(MEMBERS).sort());
  const [use = {}] = usesOf(['2026-07-01', described()]);
  for (const member of Object.values(MEMBERS)) expect(use).toHaveProperty(member);
});

test('what the ledger knows is there, in the standard’s terms', () => {
  const [use] = usesOf(['2026-07-01', described({ funder: 'A Council' })], ...releasedOn('2026-07-05', 'r1', [1]), [
    '2026-09-30',
    accessed('SystemAccess0001', '2026-07-01', '2026-09-30'),
  ]);
  expect(use).toMatchObject({
    project_id_text: 'DARS-NIC-147750-8GS7S-v2.2',
    project_title: 'Long-term outcomes of screening for type 2 diabetes',
    organisation_name: 'University of Example',
    organisation_sector: 'Academic',
    funders_and_sponsors: ['A Council'],
    sublicence_arrangements: 'No',
    lay_summary: 'To learn whether screening for type 2 diabetes prevents its late complications.',
    public_benefit_statement: 'Better advice on whom to screen.',
    other_approval_committees: ['IGARD recommended'],
    project_start_date: '2025-01-01',
    latest_approval_date: '2024-12-22',
    data_sensitivity_level: 'De-Personalised',
    national_data_optout: 'No',
    access_date: '2026-07-01',
    access_type: 'Release; TRE',
    status: 'ACTIVE',
  });
});

test('the most sensitive level wins, a lay summary has 300 words at most, and what is not known is null', () => {
  const objective = Array.from({ length: 400 }, (_, index) => `word${index}`).join('\n ');
  const [use] = usesOf(
    ['2026-07-01', described({ objective, datasets: undefined, benefits: undefined, outputs: undefined })],
    ...releasedOn('2026-07-05', 'r1', [1], { files: [{ ...releasedFile(1), identifiability: 'identifiable' }] }),
    ...releasedOn('2026-07-05', 'r2', [2]),
  );
  expect(use?.['data_sensitivity_level']).toBe('Personally Identifiable');
  expect(String(use?.['lay_summary']).split(' ')).toHaveLength(300);
  expect(use?.['public_benefit_statement']).toBeNull();
});
