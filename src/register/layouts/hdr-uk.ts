import { saysApplied } from '../../kernel/opt-out-answer.ts';
import { type AgreementVersion, yesOrNo } from '../agreement-facts.ts';
import { type IndexedRegister, Is } from '../indexed-register.ts';
import type { RegisterRow } from '../register-row.ts';
import { printed, sensitivityLevel } from '../words.ts';

/*
 * The data-use register standard of the UK Health Data Research Alliance, version 2 (19 January 2022), in the names that
 * the live Gateway's interface has; the few columns of the standard that it lacks have names of the same kind. What the
 * ledger does not know is null, and never made up.
 */

/** The sheet's limit for a lay summary. */
const LAY_WORDS = 300;

/** Most sensitive wins, as the standard asks. */
const LEVELS = ['Anonymous', 'De-Personalised', 'Personally Identifiable'];

type DataUse = Readonly<Record<string, unknown>>;

/** One record an agreement version, by their numbers, as a list in JSON: each with what parts it from the one before. */
export function* dataUsesJson(indexed: IndexedRegister, custodian: string): Generator<string> {
  const { register } = indexed;
  for (let number = 0; number < register.versionCount; number += 1) {
    const use = dataUse(register.version(number), standingRowsUnder(indexed, number), custodian);
    yield `${number === 0 ? '[' : ','}\n${JSON.stringify(use)}`;
  }
  yield register.versionCount === 0 ? '[]\n' : '\n]\n';
}

function* standingRowsUnder(indexed: IndexedRegister, reference: number): Generator<RegisterRow> {
  for (const row of indexed.rowsUnder(reference)) if (indexed.has(row, Is.standing)) yield indexed.register.row(row);
}

function dataUse({ reference, facts }: AgreementVersion, rows: Iterable<RegisterRow>, custodian: string): DataUse {
  const granted = facts.datasets ?? [];
  const said = {
    level: new Set<string>(granted.map((each) => sensitivityLevel(printed('identifiability', each.identifiability)))),
    duty: new Set(granted.map((each) => printed('common_law_duty', each.common_law_duty))),
    frequency: new Set(granted.map((each) => printed('frequency', each.frequency))),
    answer: new Set(granted.map((each) => each.opt_outs)),
    dataset: new Set(granted.map(({ title }) => title)),
    basis: new Set(granted.map((each) => each.legal_basis)),
    access: new Set<string>(),
  };
  let firstDay: string | undefined;
  for (const { source, values, released } of rows) {
    said.level.add(sensitivityLevel(values.identifiability));
    said.duty.add(values.common_law_duty);
    said.frequency.add(values.frequency);
    said.answer.add(values.opt_outs);
    said.dataset.add(values.dataset);
    said.basis.add(values.legal_basis);
    said.access.add(accessType(source, values.frequency));
    if (firstDay === undefined || released.from < firstDay) firstDay = released.from;
  }
  const level = LEVELS.findLast((each) => said.level.has(each));
  const [duties, frequencies] = [distinct(said.duty), distinct(said.frequency)];
  const [answers, accesses] = [distinct(said.answer), distinct(said.access)];
  return {
    project_id_text: reference.trim(),
    project_title: facts.title ?? null,
    organisation_name: facts.organisation,
    organisation_id: null,
    organisation_sector: facts.organisation_type ?? null,
    non_gateway_applicants: [],
    applicant_id: null,
    funders_and_sponsors: facts.funder === undefined ? [] : [facts.funder],
    accredited_researcher_status: null,
    sublicence_arrangements: yesOrNo(facts.sublicensing) ?? null,
    lay_summary: firstWords(facts.objective),
    public_benefit_statement: facts.benefits ?? facts.outputs ?? null,
    request_category_type: null,
    technical_summary: facts.processing ?? null,
    other_approval_committees: (facts.approvals ?? [])
      .filter(({ body }) => body !== 'IAO')
      .map(({ body, reference: number, outcome }) => [body, number, outcome].filter(Boolean).join(' ')),
    project_start_date: facts.term?.start ?? null,
    project_end_date: facts.term?.end ?? null,
    latest_approval_date: facts.signed ?? null,
    non_gateway_datasets: distinct(said.dataset),
    data_sensitivity_level: level ?? null,
    legal_basis_for_data_article6: null,
    legal_basis_for_data_article9: null,
    legal_basis_for_dissemination: distinct(said.basis),
    duty_of_confidentiality: duties.length === 0 ? null : duties.join('; '),
    national_data_optout: optOutSummary(answers),
    national_data_optout_reasons: answers,
    request_frequency: frequencies.length === 0 ? null : frequencies.join('; '),
    dataset_linkage_description: null,
    linked_assets_description: null,
    confidential_data_description:
      granted.length === 0 ? null : granted.map(({ title, fields }) => `${title}: ${fields.join(', ')}`).join('; '),
    access_date: firstDay ?? null,
    access_type: accesses.length === 0 ? null : accesses.join('; '),
    privacy_enhancements:
      level === 'De-Personalised' ? 'Identifiers are left out or replaced by tokens of this agreement alone' : null,
    non_gateway_outputs: [],
    data_custodian: custodian,
    status: 'ACTIVE',
    rejection_reason: null,
  };
}

function accessType(source: RegisterRow['source'], frequency: string): string {
  return source === 'access' || frequency === 'System Access' ? 'TRE' : 'Release';
}

function optOutSummary(answers: readonly string[]): string | null {
  if (answers.length === 0) return null;
  const applied = answers.filter(saysApplied).length;
  return applied === answers.length ? 'Yes' : applied === 0 ? 'No' : 'Yes and No: it depends on the flow';
}

function firstWords(text: string | undefined): string | null {
  if (text === undefined) return null;
  const words = text.split(/\s+/).filter((word) => word !== '');
  return words.length <= LAY_WORDS ? words.join(' ') : `${words.slice(0, LAY_WORDS - 1).join(' ')} …`;
}

function distinct(texts: ReadonlySet<string>): string[] {
  return [...texts].filter((text) => text !== '').sort();
}
