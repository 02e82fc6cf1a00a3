import { foldedText } from '../kernel/folded-text.ts';

/** How the register prints what our documents say by a word. Other text is printed as it is. */
const PRINTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  identifiability: {
    identifiable: 'Identifiable',
    pseudonymised: 'Anonymised - ICO code compliant',
    aggregated: 'Aggregated - anonymised',
  },
  sensitive: { true: 'Sensitive', false: 'Non Sensitive' },
  common_law_duty: {
    'section-251': 'Section 251 NHS Act 2006',
    consent: 'Consent (Reasonable Expectation)',
    statutory: 'Statutory exemption to flow confidential data without consent',
    none: 'Does not include the flow of confidential data',
  },
  frequency: {
    'one-off': 'One-Off',
    monthly: 'Ongoing',
    quarterly: 'Ongoing',
    annual: 'Ongoing',
    'system-access': 'System Access',
  },
};

/** A value of a field in the register's words; '' for null. */
export function printed(field: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : typeof value === 'boolean' ? String(value) : JSON.stringify(value);
  return PRINTED[field]?.[text] ?? text;
}

/** The same in the spelling of the Data Uses Register (2021 on). */
export function printedAsUses(text: string): string {
  if (text === 'Anonymised - ICO code compliant') return 'Anonymised - ICO Code Compliant';
  return text === 'Non Sensitive' ? 'Non-Sensitive' : text;
}

/** How much a form of data tells of a person, in the three words of Understanding Patient Data. */
export function sensitivityLevel(identifiability: string): 'Personally Identifiable' | 'De-Personalised' | 'Anonymous' {
  const folded = foldedText(identifiability).toLowerCase();
  if (folded.startsWith('identifiable')) return 'Personally Identifiable';
  return folded.startsWith('aggregated') ? 'Anonymous' : 'De-Personalised';
}

/** What a field is called where people read it. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  organisation: 'Organisation',
  organisation_type: 'Organisation type',
  dataset: 'Dataset',
  identifiability: 'Type of data',
  sensitive: 'Sensitive or not',
  legal_basis: 'Legal basis',
  purpose: 'Purpose',
  frequency: 'Frequency',
  agreement: 'Agreement',
  mr_number: 'MR number',
  opt_outs: 'Patient opt-outs',
  common_law_duty: 'Common law duty of confidentiality',
  title: 'Title',
  controllers: 'Data controllers',
  processors: 'Data processors',
  term: 'Start and end',
  commercial: 'For commercial purposes',
  sublicensing: 'Sub-licensing',
  objective: 'Objective for processing',
  processing: 'Processing activities',
  outputs: 'Expected output',
  benefits: 'Expected measurable benefits',
  yielded_benefits: 'Yielded benefits',
  funder: 'Funder',
  approvals: 'Approvals',
  signed: 'Signed',
};

export function fieldName(field: string): string {
  return FIELD_NAMES[field] ?? field;
}
