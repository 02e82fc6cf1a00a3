import { monthLabel } from '../../kernel/date-range.ts';
import type { Sheet } from '../../spreadsheet/write-workbook.ts';
import { type AgreementVersion, yesOrNo } from '../agreement-facts.ts';
import { type IndexedRegister, Is } from '../indexed-register.ts';
import type { Register } from '../register.ts';
import type { RegisterRow } from '../register-row.ts';
import { standingRows } from '../register-views.ts';
import { again } from '../store/again.ts';
import { printed, printedAsUses } from '../words.ts';
import type { RegisterTable } from './data-release-register.ts';

/*
 * The Data Uses Register as NHS Digital and NHS England publish it since July 2021: three sheets, everything up to the
 * end of the edition's days. The real one flattens the opt-out answer to Yes and No; here it keeps its reason.
 */

export const AGREEMENTS_HEADER = [
  'Reference Number',
  'Application Title',
  'Applicant Organisation',
  'Applicant Organisation Type',
  'Data Controller(s)',
  'Sole/Joint Data Controller',
  'DSA Start Date',
  'DSA End Date',
  'Does Sublicensing Apply',
  'For Commercial Purposes',
  'Objective for Processing',
  'Processing Activities',
  'Expected Output',
  'Expected Measurable Benefits',
  'Yielded Benefits',
] as const;

export const DATASETS_HEADER = [
  'Reference Number',
  'Dataset',
  'Type of Data',
  'Sensitive or Non-Sensitive',
  'Frequency',
  'Legal Basis for Provision of Data',
  'Common Law Duty of Confidentiality',
] as const;

export const USES_HEADER = [
  'File Reference',
  'Reference Number',
  'Dataset',
  'Type of Data',
  'Sensitive or Non-Sensitive',
  'Patient Opt-Outs Applied',
  'Legal Basis for Provision of Data',
  'Frequency',
  'Month File Released',
] as const;

/** The three tables of the layout. */
export interface UsesTables {
  readonly agreements: RegisterTable;
  readonly datasets: RegisterTable;
  readonly releases: RegisterTable;
}

export function usesTables(indexed: IndexedRegister): UsesTables {
  return {
    agreements: {
      name: 'Agreements',
      header: AGREEMENTS_HEADER,
      rows: again(() => agreementRows(indexed.register)),
    },
    datasets: { name: 'Datasets', header: DATASETS_HEADER, rows: again(() => datasetRows(indexed)) },
    releases: { name: 'DataReleases', header: USES_HEADER, rows: again(() => usesRows(indexed)) },
  };
}

function* agreementRows(register: Register): Generator<readonly string[]> {
  for (const version of register.versions()) yield agreementCells(version);
}

function* usesRows(indexed: IndexedRegister): Generator<readonly string[]> {
  for (const row of standingRows(indexed)) yield usesCells(row);
}

/** The sheets of the workbook. */
export function usesSheets({ agreements, datasets, releases }: UsesTables): Sheet[] {
  const widths = [
    [30, 40, 32, 24, 40, 16, 14, 14, 14, 14, 60, 60, 60, 60, 60],
    [30, 36, 30, 16, 14, 44, 44],
    [16, 30, 36, 30, 16, 44, 44, 14, 14],
  ];
  return [agreements, datasets, releases].map(({ name, header, rows }, index) => ({
    name,
    widths: widths[index] ?? [],
    content: { header, rows },
  }));
}

function agreementCells({ facts }: AgreementVersion): string[] {
  const roles = new Set(facts.controllers?.map(({ role }) => role));
  return [
    facts.agreement,
    facts.title ?? '',
    facts.organisation,
    facts.organisation_type ?? '',
    facts.controllers?.map(({ name }) => name).join('; ') ?? '',
    roles.size === 0 ? '' : roles.has('joint') ? 'Joint Data Controller' : 'Sole Data Controller',
    facts.term?.start ?? '',
    facts.term?.end ?? '',
    yesOrNo(facts.sublicensing) ?? '',
    yesOrNo(facts.commercial) ?? '',
    facts.objective ?? '',
    facts.processing ?? '',
    facts.outputs ?? '',
    facts.benefits ?? '',
    facts.yielded_benefits ?? '',
  ];
}

/** What the versions grant; for versions whose datasets an old edition did not list, what their rows show. */
function* datasetRows(indexed: IndexedRegister): Generator<readonly string[]> {
  for (let number = 0; number < indexed.register.versionCount; number += 1) {
    const { reference, facts } = indexed.register.version(number);
    if (facts.datasets === undefined) yield* shownDatasets(indexed, number);
    for (const each of facts.datasets ?? []) {
      yield [
        reference,
        each.title,
        printedAsUses(printed('identifiability', each.identifiability)),
        printedAsUses(printed('sensitive', each.sensitive)),
        printed('frequency', each.frequency),
        each.legal_basis,
        printed('common_law_duty', each.common_law_duty),
      ];
    }
  }
  // References that are described nowhere, in the order of their first standing rows.
  const shown = new Uint8Array(indexed.references.size);
  for (const row of indexed.numbers(Is.standing)) {
    const reference = indexed.referenceOf[row] ?? -1;
    if (indexed.isVersion(reference) || shown[reference] === 1) continue;
    shown[reference] = 1;
    yield* shownDatasets(indexed, reference);
  }
}

function* shownDatasets(indexed: IndexedRegister, reference: number): Generator<readonly string[]> {
  const keys = new Set<string>();
  for (const row of indexed.rowsUnder(reference)) {
    if (!indexed.has(row, Is.standing)) continue;
    const { values, source } = indexed.register.row(row);
    const spelled = source === 'imported' ? (text: string) => text : printedAsUses;
    const cells = [
      values.agreement,
      values.dataset,
      spelled(values.identifiability),
      spelled(values.sensitive),
      values.frequency,
      values.legal_basis,
      values.common_law_duty,
    ];
    const key = cells.join('\u0000');
    if (keys.has(key)) continue;
    keys.add(key);
    yield cells;
  }
}

function usesCells({ id, values, released, source }: RegisterRow): string[] {
  const spelled = source === 'imported' ? (text: string) => text : printedAsUses;
  const [from, to] = [monthLabel(released.from), monthLabel(released.to)];
  return [
    id,
    values.agreement,
    values.dataset,
    spelled(values.identifiability),
    spelled(values.sensitive),
    values.opt_outs,
    values.legal_basis,
    values.frequency,
    from === to ? to : `${from} to ${to}`,
  ];
}
