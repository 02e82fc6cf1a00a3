import { grantAnswer } from '../agreement/grant-answer.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { findColumn } from '../catalogue/dataset.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { type Product, type Selection, selectionsOf } from '../pipeline/pipeline-schema.ts';
import { columnName, must } from './checked.ts';
import { Clauses } from './clauses.ts';
import { demographics, outputColumns, readColumns } from './file-columns.ts';
import { currentRecords, exemptions, keepParticipants, matchColumn, stay, tracePlans } from './participants.ts';
import { type CohortPlan, type FilePlan, type Plan, STUDY_COLUMN, type Step, TOKEN_COLUMN } from './plan.ts';
import { rareCodeSteps, restrictedSteps, selectionSteps } from './row-steps.ts';
import { tidyColumns } from './tabulation-spec.ts';
import { isOfAll, tabulationSteps } from './tabulation-steps.ts';
import { trackedPart } from './tracked-part.ts';

/**
 * What the pipeline means under its agreement. Pure. Call it for what the gate let pass: it trusts that everything
 * asked is granted and that the catalogue knows every column.
 */
export function buildPlan(
  pipeline: LoadedPipeline,
  loaded: LoadedAgreement,
  catalogue: Catalogue,
  custodian: string,
): Plan {
  const { agreement, reference } = loaded;
  const clauses = new Clauses(loaded, pipeline);
  return {
    version: 1,
    pipeline: pipeline.pipeline.pipeline,
    agreement: reference.text,
    stem: reference.stem,
    nic: reference.nic,
    custodian,
    recipient: {
      name: agreement.applicant.name,
      fingerprint: agreement.recipient.openpgp_fingerprint.replaceAll(/\s/g, '').toUpperCase(),
      destination: agreement.recipient.destination,
    },
    cohort: cohortPlan(pipeline, loaded, catalogue, clauses),
    ...tracePlans(pipeline, loaded, clauses),
    files: pipeline.pipeline.products.flatMap((product, index) =>
      selectionsOf(product, ['products', index]).flatMap(({ selection, path }) =>
        formsOf(product).map((form) => filePlan(product, form, selection, path, pipeline, loaded, catalogue, clauses)),
      ),
    ),
  };
}

/** The forms in which a product goes out, a file each. */
function formsOf(product: Product): Pick<FilePlan, 'format' | 'compression'>[] {
  if (product.product === 'tabulation') return product.formats.map((format) => ({ format, compression: 'none' }));
  const { format, compression } = product;
  return [{ format, compression: compression ?? (format === 'csv' ? 'gzip' : 'none') }];
}

function filePlan(
  product: Product,
  form: Pick<FilePlan, 'format' | 'compression'>,
  selection: Selection,
  path: readonly PropertyKey[],
  pipeline: LoadedPipeline,
  loaded: LoadedAgreement,
  catalogue: Catalogue,
  clauses: Clauses,
): FilePlan {
  const dataset = must(catalogue.get(selection.dataset));
  const grant = must(loaded.agreement.datasets.find((each) => each.dataset === selection.dataset));
  const identifiability =
    product.product === 'tabulation'
      ? 'aggregated'
      : (product.identifiability ?? grant.identifiability ?? 'aggregated');
  const columns =
    selection.match?.map(matchColumn) ?? outputColumns(selection.fields, dataset, catalogue, identifiability);
  const isBespoke = product.product === 'bespoke-linkage';
  const select = [
    ...selectionSteps(selection, path, dataset, grant, clauses),
    ...(selection.match === undefined ? [] : [currentRecords(dataset, clauses)]),
    ...(isBespoke && dataset.date !== undefined ? [stay(dataset, clauses)] : []),
    // A count of rows gives no code out beside anything of a person; its own rules hold for it.
    // The gate refuses tracking reports that would have to withhold some.
    ...(product.product === 'tabulation' || product.product === 'tracking'
      ? []
      : [...restrictedSteps(dataset, grant, catalogue, clauses), ...rareCodeSteps(dataset, grant, columns, clauses)]),
  ];
  const tokens = identifiability === 'pseudonymised';
  const tracked =
    product.product === 'tracking'
      ? trackedPart(product, selection, path, dataset, columns, pipeline, clauses)
      : undefined;
  const key = dataset.key
    .filter((name) => findColumn(dataset, name) !== undefined)
    .map((name) => columnName(dataset, name));
  const leading = tracked?.leading ?? (isBespoke ? [STUDY_COLUMN] : tokens ? [TOKEN_COLUMN] : []);
  const unresolved = tracked === undefined ? (grant.unresolved ?? loaded.agreement.unresolved) : 'exclude';
  const { openpgp_fingerprint: fingerprint, destination } = loaded.agreement.recipient;
  const steps: Step[] = [
    {
      kind: 'read',
      dataset: dataset.dataset,
      columns: readColumns(dataset, columns, select, true),
      reason: clauses.grant(grant, 'dataset', `only the columns that this file needs are read of ${dataset.title}`),
    },
    {
      kind: 'resolve',
      key: dataset.person_key,
      demographics: demographics(columns, catalogue),
      unresolved,
      reason: clauses.grant(
        grant,
        'unresolved',
        `NHS numbers lead to the person's current PDS record; rows that lead to nobody are ${unresolved === 'keep' ? 'kept without a token' : 'excluded'}`,
      ),
    },
    {
      kind: 'remove-opt-outs',
      policy: grant.opt_outs,
      reason: clauses.grant(
        grant,
        'opt_outs',
        grant.opt_outs.apply
          ? 'people with a national data opt-out on any of their NHS numbers are removed'
          : `opt-outs are not applied (${grant.opt_outs.exempt}): ${grant.opt_outs.because}`,
      ),
    },
    ...(pipeline.pipeline.cohort === undefined
      ? []
      : [{ kind: 'keep-cohort', reason: clauses.pipeline(['cohort'], 'only people of the cohort stay') } as const]),
    ...(isBespoke || tracked !== undefined ? [keepParticipants(product.name, loaded, clauses)] : []),
    ...select,
    {
      kind: 'minimise',
      columns,
      reason: clauses.grant(grant, 'fields', 'granted and asked columns only, in the detail granted'),
    },
    ...(tokens
      ? [
          {
            kind: 'pseudonymise',
            columns: [TOKEN_COLUMN, ...columns.filter(({ token }) => token !== undefined).map(({ name }) => name)],
            reason: clauses.grant(
              grant,
              'identifiability',
              'identifiers are dropped or replaced by tokens of this agreement’s key',
            ),
          } as const,
        ]
      : []),
    ...(tracked === undefined ? [] : [tracked.tell]),
    ...(product.product === 'tabulation'
      ? tabulationSteps(product, path, grant, key, dataset, clauses, isOfAll(select, grant, pipeline, dataset))
      : [
          {
            kind: 'order',
            key: tracked?.leading ?? key,
            reason: clauses.rule(
              'design 3',
              isBespoke
                ? 'an order that tells nothing of the source: keyed slice, study id, the dataset’s own key'
                : 'an order that tells nothing of the source: keyed slice, token, the dataset’s own key',
            ),
          } as const,
        ]),
    {
      kind: 'check',
      reason: clauses.rule('design 4.9', 'an independent look at the finished output, which knows the grant'),
    },
    {
      kind: 'encrypt',
      fingerprint,
      reason: clauses.agreement(
        'recipient.openpgp_fingerprint',
        'encrypted to the recipient’s key, signed with the custodian’s',
      ),
    },
    {
      kind: 'prove',
      reason: clauses.rule(
        'design 4.11',
        'rows in = released + unresolved + opted out + not selected, counted another way',
      ),
    },
    {
      kind: 'deliver',
      destination,
      reason: clauses.agreement('recipient.destination', `delivered to ${destination}, beside a signed manifest`),
    },
    {
      kind: 'record',
      reason: clauses.rule('design 4.13', 'intended before anything can leave, delivered or failed after'),
    },
  ];
  return {
    product: product.name,
    productKind: product.product,
    dataset: dataset.dataset,
    abbreviation: tracked?.abbreviation ?? (selection.match === undefined ? dataset.abbreviation : 'MATCH'),
    identifiability,
    period: selection.period ?? grant.period,
    ...form,
    columns: product.product === 'tabulation' ? tidyColumns(product) : [...leading, ...columns.map(({ name }) => name)],
    ...(tracked === undefined ? {} : { leading }),
    steps,
    terms: {
      sensitive: grant.sensitive,
      legalBasis: grant.legal_basis ?? '',
      commonLawDuty: grant.common_law_duty ?? 'none',
      frequency: grant.frequency ?? 'one-off',
      optOuts: `${grantAnswer(grant, identifiability)}${isBespoke && grant.opt_outs.apply ? exemptions(loaded) : ''}`,
    },
  };
}

function cohortPlan(
  pipeline: LoadedPipeline,
  loaded: LoadedAgreement,
  catalogue: Catalogue,
  clauses: Clauses,
): CohortPlan | undefined {
  const { cohort } = pipeline.pipeline;
  if (cohort === undefined) return undefined;
  if ('file' in cohort) return { kind: 'file', path: cohort.file };
  const dataset = must(catalogue.get(cohort.dataset));
  const grant = must(loaded.agreement.datasets.find((each) => each.dataset === cohort.dataset));
  const select = [
    ...selectionSteps({ ...cohort, fields: [] }, ['cohort'], dataset, grant, clauses),
    // Or being in the cohort would say what the rows may not.
    ...restrictedSteps(dataset, grant, catalogue, clauses),
  ];
  const read: Step = {
    kind: 'read',
    dataset: dataset.dataset,
    columns: readColumns(dataset, [], select, false),
    reason: clauses.pipeline(['cohort'], 'who is in the cohort'),
  };
  const resolve: Step = {
    kind: 'resolve',
    key: dataset.person_key,
    demographics: [],
    unresolved: 'exclude',
    reason: clauses.pipeline(['cohort'], 'a cohort is made of people'),
  };
  return { kind: 'dataset', dataset: dataset.dataset, steps: [read, resolve, ...select] };
}
