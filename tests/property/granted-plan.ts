import { stringify } from 'yaml';
import { agreementSchema } from '../../src/agreement/agreement-schema.ts';
import { checkAgreement } from '../../src/agreement/check-agreement.ts';
import type { LoadedAgreement } from '../../src/agreement/loaded-agreement.ts';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { AirlockBrief } from '../../src/disclosure/airlock-brief.ts';
import { refusalsFor } from '../../src/gate/gate.ts';
import type { Refusal } from '../../src/gate/refusal.ts';
import { parseAgreementReference } from '../../src/kernel/agreement-reference.ts';
import type { CalendarDate } from '../../src/kernel/calendar-date.ts';
import { type Document, type Parsed, parseWith, readDocument } from '../../src/kernel/document.ts';
import type { Problem } from '../../src/kernel/problem.ts';
import { checkPipeline } from '../../src/pipeline/check-pipeline.ts';
import type { LoadedPipeline } from '../../src/pipeline/loaded-pipeline.ts';
import { pipelineSchema } from '../../src/pipeline/pipeline-schema.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { type FilePlan, type Plan, stepOf } from '../../src/plan/plan.ts';
import { TODAY, type Tree } from '../support/make-workspace.ts';
import { datasetOf } from './arbitrary-rows.ts';

export interface ParsedDocuments {
  readonly agreement: LoadedAgreement;
  readonly pipeline: LoadedPipeline;
}

/** Reads an agreement and a pipeline as a workspace does; a problem is a mistake of the test. */
export function parseDocuments(trees: { agreement: Tree; pipeline: Tree }, catalogue: Catalogue): ParsedDocuments {
  const written = right(readDocument(stringify(trees.agreement), 'agreements/dsa.yaml'));
  const agreement = right(parseWith(agreementSchema, written));
  none(checkAgreement(agreement, written, catalogue, ['shelf']));
  const reference = parseAgreementReference(agreement.reference);
  if (reference === undefined) throw new Error('the reference has no shape');
  return {
    agreement: { agreement, reference, document: written },
    pipeline: parsePipeline(trees.pipeline, agreement.reference, catalogue),
  };
}

function parsePipeline(tree: Tree, reference: string, catalogue: Catalogue): LoadedPipeline {
  const document: Document = right(readDocument(stringify(tree), 'pipelines/pipeline.yaml'));
  const pipeline = right(parseWith(pipelineSchema, document));
  none(checkPipeline(pipeline, document, catalogue, [reference]));
  return { pipeline, document };
}

/** Why the gate says no, with keys, lists and signatures all in order: only what is asked counts. */
export function refusalsOf({ agreement, pipeline }: ParsedDocuments, catalogue: Catalogue): readonly Refusal[] {
  return refusalsFor({
    today: TODAY as CalendarDate,
    custodian: 'NHS Digital',
    pipeline,
    agreement,
    agreements: [agreement],
    catalogue,
    recipientKey: { defects: [] },
    optOuts: { file: 'dars.yaml', asAt: TODAY as CalendarDate, maxAgeDays: 21, defect: undefined },
    sources: [],
    past: [],
  });
}

export function planOf({ agreement, pipeline }: ParsedDocuments, catalogue: Catalogue): Plan {
  return buildPlan(pipeline, agreement, catalogue, 'NHS Digital');
}

/** What the airlock may know of a file. */
export function briefOf(
  file: FilePlan,
  { agreement: { agreement } }: ParsedDocuments,
  catalogue: Catalogue,
): AirlockBrief {
  const grantOf = (name: string) => agreement.datasets.find(({ dataset }) => dataset === name);
  const grant = grantOf(file.dataset);
  if (grant === undefined) throw new Error('a plan without its grant');
  return {
    dataset: datasetOf(catalogue, file.dataset),
    pds: datasetOf(catalogue, 'pds'),
    grant,
    pdsGrant: grantOf('pds'),
    identifiability: file.identifiability,
    declared: (stepOf(file.steps, 'minimise')?.columns ?? []).map(({ name, of, from, as }) => ({ name, of, from, as })),
  };
}

function right<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) none(parsed.problems);
  return (parsed as { value: T }).value;
}

function none(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new Error(`the documents are wrong: ${JSON.stringify(problems)}`);
}
