import { parseAgreementReference } from '../kernel/agreement-reference.ts';
import type { FactsOf } from '../ledger/published-facts.ts';
import { fieldName, printed } from './words.ts';

/** An agreement version as the register knew it at the end of the publication's days. */
export interface AgreementVersion {
  readonly reference: string;
  /** What stays for the agreement's life; the reference itself where it is of no standard shape. */
  readonly stem: string;
  /** The entry that says what it is now, and the one that said it first. */
  readonly seq: number;
  readonly firstSeq: number;
  readonly known: string;
  /** Amendments and renames applied. */
  readonly facts: FactsOf<'described'>;
  readonly formerOrganisation: string | undefined;
}

/** Something that the register said of an agreement version and says differently now. */
export interface AgreementChange {
  readonly seq: number;
  readonly on: string;
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string | undefined;
  readonly ofSubstance: boolean;
}

/** The stem of a reference; imported registers have references of other shapes, which are their own stems. */
export function stemOf(reference: string): string {
  return parseAgreementReference(reference.trim())?.stem ?? reference.trim().replace(/-v\d+(\.\d+)?$/, '');
}

/** Versions in order: v0.9 before v0.18 before v1.0. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => /-v(\d+)\.(\d+)$/.exec(text.trim()));
  const major = Number(x?.[1] ?? -1) - Number(y?.[1] ?? -1);
  const minor = Number(x?.[2] ?? -1) - Number(y?.[2] ?? -1);
  return major !== 0 ? major : minor !== 0 ? minor : a < b ? -1 : a > b ? 1 : 0;
}

/** Everything that the facts say, as texts by what they are about; lists and datasets item by item. */
export function flatFacts(facts: FactsOf<'described'>): Map<string, string> {
  const flat = new Map<string, string>();
  const put = (what: string, value: unknown, field = what): void => {
    if (value !== undefined) flat.set(what, printed(field, value));
  };
  for (const field of [
    'organisation',
    'organisation_type',
    'title',
    'signed',
    'objective',
    'processing',
    'outputs',
    'benefits',
    'yielded_benefits',
    'funder',
  ] as const) {
    put(fieldName(field), facts[field]);
  }
  put(fieldName('commercial'), yesOrNo(facts.commercial));
  put(fieldName('sublicensing'), yesOrNo(facts.sublicensing));
  put(fieldName('term'), facts.term === undefined ? undefined : `${facts.term.start} to ${facts.term.end}`);
  put(fieldName('controllers'), facts.controllers?.map(({ name, role }) => `${name} (${role})`).join('; '));
  put(fieldName('processors'), facts.processors?.join('; '));
  put(
    fieldName('approvals'),
    facts.approvals
      ?.map(({ body, reference, dataset, outcome, on }) =>
        [body, reference, dataset, outcome, on].filter((part) => part !== undefined).join(' '),
      )
      .join('; '),
  );
  for (const dataset of facts.datasets ?? []) {
    for (const field of [
      'identifiability',
      'sensitive',
      'legal_basis',
      'common_law_duty',
      'frequency',
      'opt_outs',
    ] as const) {
      put(`${dataset.title}: ${fieldName(field)}`, dataset[field], field);
    }
    put(`${dataset.title}: Fields`, dataset.fields.join(', '));
  }
  return flat;
}

export function yesOrNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'Yes' : 'No';
}
