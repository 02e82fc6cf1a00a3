import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { agreementSchema } from '../../src/agreement/agreement-schema.ts';
import { checkAgreement } from '../../src/agreement/check-agreement.ts';
import type { LoadedAgreement } from '../../src/agreement/loaded-agreement.ts';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { type Dataset, datasetSchema } from '../../src/catalogue/dataset.ts';
import type { PastUse } from '../../src/gate/frequency.ts';
import { type GateFacts, refusalsFor } from '../../src/gate/gate.ts';
import type { OptOutFacts } from '../../src/gate/opt-out-list.ts';
import type { RecipientKeyFacts } from '../../src/gate/recipient-key.ts';
import { parseAgreementReference } from '../../src/kernel/agreement-reference.ts';
import type { CalendarDate } from '../../src/kernel/calendar-date.ts';
import { parseCalendarDate } from '../../src/kernel/calendar-date.ts';
import { type Document, type Parsed, parseWith, readDocument } from '../../src/kernel/document.ts';
import type { Problem } from '../../src/kernel/problem.ts';
import { checkPipeline } from '../../src/pipeline/check-pipeline.ts';
import type { LoadedPipeline } from '../../src/pipeline/loaded-pipeline.ts';
import { pipelineSchema } from '../../src/pipeline/pipeline-schema.ts';

export const REFERENCE = 'DARS-NIC-147750-8GS7S-v2.2';

/** The design's example, with its lines as people write them. */
const AGREEMENT = `
reference: ${REFERENCE}
title: Long-term outcomes of screening for type 2 diabetes
applicant: { name: University of Example, ods: Z9X01, type: Academic }
controllers: [ { name: University of Example, role: sole } ]
processors: []
term: { start: 2025-01-01, end: 2027-12-31 }
signatures:
  - { party: University of Example, name: A Signatory, role: Head of Contracts, on: 2024-12-20 }
  - { party: NHS Digital, name: B Signatory, role: Director, on: 2024-12-22 }
purpose:
  objective: To see
  processing: By counting
  outputs: A paper
  benefits: Health
  commercial: false
  sublicensing: false
funding: { funder: A Research Council, reference: MR/X000000/1, covers_to: 2027-12-31 }
security: [ { organisation: University of Example, kind: DSPT, reference: EE000000, outcome: Standards Met, valid_to: 2026-12-31 } ]
approvals:
  - { body: IAO, dataset: hes_apc, outcome: approved, on: 2024-11-01 }
  - { body: IGARD, outcome: recommended, on: 2024-11-14 }
  - { body: CAG, reference: 20/CAG/0001, outcome: supported, review_by: 2027-01-01 }
datasets:
  - dataset: hes_apc
    products: [extract, linked]
    identifiability: pseudonymised
    sensitive: false
    legal_basis: "Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)"
    common_law_duty: section-251
    frequency: quarterly
    period: { from: 2019-04-01, to: 2026-03-31 }
    where: { DIAG_4_01: { starts_with: [E10, E11] } }
    fields: [EPIKEY, ADMIDATE, EPISTART, DIAG_4_01, DIAG_4_02, SEX, MYDOB, LSOA11]
    opt_outs: apply
  - dataset: pds
    fields: [gender, gp_practice_code, { from: date_of_birth, as: year }, { from: postcode, as: outcode }]
recipient: { openpgp_fingerprint: "0123456789ABCDEF0123456789ABCDEF01234567", key: keys/recipient.public.asc, destination: uni-sftp }
`;

const PIPELINE = `
pipeline: diabetes-apc
agreement: ${REFERENCE}
cohort:
  dataset: hes_apc
  period: { from: 2019-04-01, to: 2024-03-31 }
  where: { DIAG_4_01: { starts_with: [E11] } }
products:
  - name: apc
    product: extract
    dataset: hes_apc
    period: { from: 2024-04-01, to: 2025-03-31 }
    where: { SEX: { in: ["1", "2"] } }
    fields: [EPIKEY, ADMIDATE, DIAG_4_01, SEX, MYDOB, pds.gender, { name: BIRTH_YEAR, from: pds.date_of_birth, as: year }]
    format: csv
    compression: gzip
`;

/** What a document has that its example has not: `{ 'term.end': '2026-11-19', 'signatures[1]': undefined }`. */
export type Change = Readonly<Record<string, unknown>>;

const DATASETS = join(import.meta.dirname, '../../src/catalogue/datasets');

/** No dataset that dars brings has a restricted column, so tests have one of their own beside them. */
const CLINIC = `
dataset: clinic
title: Clinic
abbreviation: CLINIC
owner: Information Asset Owner, Clinic
person_key: NHS_NUMBER
key: [VISIT]
date: SEEN
columns:
  - { name: NHS_NUMBER, class: identifier, concept: nhs_number, description: NHS number }
  - { name: VISIT, class: plain, description: visit }
  - { name: SEEN, type: date, class: quasi-identifier, concept: date, description: day }
  - { name: WEIGHT, type: decimal, class: plain, description: kilograms }
  - { name: CODE, class: restricted, description: legally restricted code }
`;

export const CATALOGUE: Catalogue = new Map(
  [...readdirSync(DATASETS).map((name) => readFileSync(join(DATASETS, name), 'utf8')), CLINIC]
    .map((text): Dataset => take(parseWith(datasetSchema, take(readDocument(text, 'dataset.yaml')))))
    .map((dataset) => [dataset.dataset, dataset]),
);

/** A right value, or the problems as a failure of the test. */
export function take<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

const texts = new WeakMap<Document, string>();

/** The example as it stands, or changed and written out again. */
function documentOf(text: string, change: Change | undefined, file: string): Document {
  let written = text;
  if (change !== undefined) {
    const tree: unknown = parse(text);
    for (const [path, value] of Object.entries(change)) put(tree, path, value);
    written = stringify(tree, { lineWidth: 0, aliasDuplicateObjects: false });
  }
  const document = take(readDocument(written, file));
  texts.set(document, written);
  return document;
}

function put(tree: unknown, path: string, value: unknown): void {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  const last = keys.pop() ?? '';
  const parent = keys.reduce((inner, key) => (inner as Record<string, unknown>)[key], tree);
  if (value !== undefined) (parent as Record<string, unknown>)[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete (parent as Record<string, unknown>)[last];
}

/** What is wrong with an agreement as the workspace would say it: by its schema, or by its checks. */
export function agreementProblems(change?: Change): readonly Problem[] {
  const read = readAgreement(change);
  return read.ok ? [] : read.problems;
}

export function pipelineProblems(change?: Change): readonly Problem[] {
  const read = readPipeline(change);
  return read.ok ? [] : read.problems;
}

function readAgreement(change?: Change, file = 'agreements/dsa.yaml'): Parsed<LoadedAgreement> {
  const document = documentOf(AGREEMENT, change, file);
  const parsed = parseWith(agreementSchema, document);
  if (!parsed.ok) return parsed;
  const problems = checkAgreement(parsed.value, document, CATALOGUE, ['uni-sftp']);
  if (problems.length > 0) return { ok: false, problems };
  const reference = parseAgreementReference(parsed.value.reference);
  if (reference === undefined) throw new Error('no reference');
  return { ok: true, value: { agreement: parsed.value, reference, document } };
}

function readPipeline(change?: Change): Parsed<LoadedPipeline> {
  const document = documentOf(PIPELINE, change, 'pipelines/diabetes-apc.yaml');
  const parsed = parseWith(pipelineSchema, document);
  if (!parsed.ok) return parsed;
  const problems = checkPipeline(parsed.value, document, CATALOGUE, [REFERENCE]);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: { pipeline: parsed.value, document } };
}

/** What an entry of a dataset with products must have. */
export const TERMS = {
  products: ['extract', 'linked'],
  identifiability: 'pseudonymised',
  legal_basis: 's261',
  common_law_duty: 'consent',
  frequency: 'annual',
};

/** A second dataset in the agreement, with its owner's approval, as changes of the example. */
export function granted(dataset: string, entry: Readonly<Record<string, unknown>>): Change {
  return {
    'approvals[3]': { body: 'IAO', dataset, outcome: 'approved' },
    'datasets[2]': { dataset, ...TERMS, ...(dataset === 'pds' ? {} : { period: PERIOD }), ...entry },
  };
}

const PERIOD = { from: '2019-04-01', to: '2026-03-31' };

export function day(text: string): CalendarDate {
  const parsed = parseCalendarDate(text);
  if (parsed === undefined) throw new Error(`${text} is no day`);
  return parsed;
}

export const TODAY = '2026-11-20';

/** What differs from the design's example, which passes. */
export interface Situation {
  readonly today?: string;
  readonly custodian?: string;
  readonly agreement?: Change;
  readonly pipeline?: Change;
  /** Other versions that the workspace holds, as changes of the same agreement. */
  readonly others?: readonly Change[];
  readonly key?: RecipientKeyFacts['defects'];
  readonly optOuts?: Partial<OptOutFacts>;
  readonly sources?: GateFacts['sources'];
  readonly past?: readonly PastUse[];
}

export function factsOf(situation: Situation): GateFacts {
  const agreement = take(readAgreement(situation.agreement));
  const others = (situation.others ?? []).map((change, index) =>
    take(readAgreement(change, `agreements/${index}.yaml`)),
  );
  return {
    today: day(situation.today ?? TODAY),
    custodian: situation.custodian ?? 'NHS Digital',
    pipeline: take(readPipeline(situation.pipeline)),
    agreement,
    agreements: [agreement, ...others],
    catalogue: CATALOGUE,
    recipientKey: { defects: situation.key ?? [] },
    optOuts: {
      file: 'dars.yaml',
      line: 12,
      asAt: day(TODAY),
      maxAgeDays: 21,
      defect: undefined,
      ...situation.optOuts,
    },
    sources: situation.sources ?? [],
    past: situation.past ?? [],
  };
}

export function refusals(situation: Situation = {}) {
  return refusalsFor(factsOf(situation));
}

export function codes(situation: Situation = {}): string[] {
  return refusals(situation).map(({ code }) => code);
}

/** One refusal as a table says it: code, place in the file, and something that stands on the line it points to. */
export type Expected = readonly [code: string, path: string, line: string | RegExp];

/** A situation and what it must come to: nothing, or exactly these refusals. */
export type Row = readonly [title: string, situation: Situation, ...expected: Expected[]];

/** One test a row. Every refusal must also say what it means and what to do. */
export function table(rows: readonly Row[]): void {
  for (const [title, situation, ...expected] of rows) {
    test(title, () => {
      const facts = factsOf(situation);
      const found = refusalsFor(facts);
      expect(found.map(({ code, path }) => [code, path])).toEqual(expected.map(([code, path]) => [code, path]));
      found.forEach((refusal, index) => {
        expect(refusal.message).toMatch(/^\S.{10,}/);
        expect(refusal.hint).toMatch(/^\S.{5,}/);
        expect(lineOf(refusal, facts)).toMatch(expected[index]?.[2] ?? '');
      });
    });
  }
}

/** The text on the line that a refusal points to. */
function lineOf({ file, line }: Problem, { agreement, pipeline }: GateFacts): string {
  const document = [agreement.document, pipeline.document].find((each) => each.file === file);
  if (file === 'dars.yaml') return `${file}:${line}`;
  if (document === undefined) return file ?? '';
  return texts.get(document)?.split('\n')[(line ?? 0) - 1] ?? '';
}
