import type { Grant, Identifiability, MatchColumn } from '../agreement/agreement-schema.ts';
import { askedRules, grantedRules } from '../agreement/disclosure-rules.ts';
import { grantAnswer } from '../agreement/grant-answer.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { type Catalogue, PDS, resolveColumn } from '../catalogue/catalogue.ts';
import {
  type CatalogueColumn,
  type ColumnConcept,
  type ColumnType,
  type Dataset,
  findColumn,
} from '../catalogue/dataset.ts';
import { type Derivation, needsEventDate } from '../catalogue/derivation.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { outputName } from '../pipeline/output-name.ts';
import {
  type AskedField,
  cohortUploads,
  decisionsOf,
  type Product,
  type Selection,
  selectionsOf,
} from '../pipeline/pipeline-schema.ts';
import type { Tabulation } from '../pipeline/tabulation-schema.ts';
import {
  columnsOfReport,
  eventOf,
  OCCURRENCES,
  type PdsEvent,
  type ReportKind,
  tellsChanges,
} from '../pipeline/tracking-report.ts';
import { type Condition, conditionColumns, toCondition } from '../relation/condition.ts';
import {
  type CohortPlan,
  type FilePlan,
  type OutputColumn,
  type Plan,
  type ReadColumn,
  type Reason,
  STUDY_COLUMN,
  type Step,
  TOKEN_COLUMN,
  type TracePlan,
  type TrackedEvent,
} from './plan.ts';
import { tabulationSpec, tidyColumns } from './tabulation-spec.ts';

/** What a sensitive record never gives out (PDS confidentiality S and Y; design, section 4, step 3). */
const WITHHELD: readonly ColumnConcept[] = [
  'address',
  'postcode',
  'gp_practice',
  'telephone',
  'email',
  'date_of_death',
];

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

class Clauses {
  readonly #agreement: LoadedAgreement;
  readonly #pipeline: LoadedPipeline;

  constructor(agreement: LoadedAgreement, pipeline: LoadedPipeline) {
    this.#agreement = agreement;
    this.#pipeline = pipeline;
  }

  grant(grant: Grant, part: string, words: string): Reason {
    const index = this.#agreement.agreement.datasets.indexOf(grant);
    return { clause: `${this.#agreement.reference.text} datasets[${index}]${part === '' ? '' : `.${part}`}`, words };
  }

  agreement(part: string, words: string): Reason {
    return { clause: `${this.#agreement.reference.text} ${part}`, words };
  }

  pipeline(path: readonly PropertyKey[], words: string): Reason {
    const at = path.reduce<string>(
      (text, part) =>
        typeof part === 'number' ? `${text}[${part}]` : `${text}${text === '' ? '' : '.'}${String(part)}`,
      '',
    );
    return { clause: `pipeline ${this.#pipeline.pipeline.pipeline} ${at}`, words };
  }

  rule(rule: string, words: string): Reason {
    return { clause: rule, words };
  }
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
  const { fingerprint, destination } = {
    fingerprint: loaded.agreement.recipient.openpgp_fingerprint,
    destination: loaded.agreement.recipient.destination,
  };
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

/** What a report of a tracking product has besides what an extract has. */
interface TrackedPart {
  readonly tell: Step;
  readonly leading: readonly string[];
  readonly abbreviation: string;
}

function trackedPart(
  product: Product & { product: 'tracking' },
  { report }: Selection,
  path: readonly PropertyKey[],
  dataset: Dataset,
  columns: readonly OutputColumn[],
  { pipeline }: LoadedPipeline,
  clauses: Clauses,
): TrackedPart {
  const kind = must(report);
  const words = tellsChanges(kind)
    ? 'only what is new, corrected or ended since what was delivered before'
    : 'every member that is reported on, each time';
  return {
    tell: {
      kind: 'tell',
      report: kind,
      scope: [pipeline.pipeline, product.name, kind, ...(kind === 'registrations' ? [dataset.dataset] : [])].join('/'),
      events: trackedEvents(kind, dataset, columns),
      key: dataset.key
        .filter(
          (name) => findColumn(dataset, name) !== undefined && name.toUpperCase() !== dataset.person_key.toUpperCase(),
        )
        .map((name) => columnName(dataset, name)),
      reason: clauses.pipeline(path, words),
    },
    leading: columnsOfReport(kind),
    abbreviation: kind === 'registrations' ? dataset.abbreviation : kind.replaceAll('-', '_').toUpperCase(),
  };
}

function trackedEvents(report: ReportKind, dataset: Dataset, columns: readonly OutputColumn[]): TrackedEvent[] {
  if (!tellsChanges(report)) return [];
  if (report !== 'event-notification') {
    const event = report === 'cause-of-death' ? 'CAUSE_OF_DEATH' : dataset.abbreviation;
    return [{ event, columns: columns.map(({ name }) => name), occurrence: true }];
  }
  const events = new Map<PdsEvent, string[]>();
  for (const { name, from } of columns) {
    const event = must(eventOf(from));
    events.set(event, [...(events.get(event) ?? []), name]);
  }
  return [...events].map(([event, names]) => ({ event, columns: names, occurrence: OCCURRENCES.includes(event) }));
}

/** The applicant's cohorts of the products, traced before any file is made. */
function tracePlans(
  { pipeline }: LoadedPipeline,
  { agreement }: LoadedAgreement,
  clauses: Clauses,
): { traces?: readonly TracePlan[] } {
  const { cohort } = agreement;
  const traces = pipeline.products.flatMap((product): TracePlan[] => {
    const decisions = decisionsOf(product);
    return cohortUploads(product).length === 0
      ? []
      : [
          {
            product: product.name,
            files: cohortUploads(product),
            ...(decisions === undefined ? {} : { decisions }),
            terms: { identifiers: must(cohort).identifiers, size: must(cohort).size },
            exempt: exemptBases(cohort),
            reason: clauses.agreement('cohort', 'participants are found in PDS by what the applicant knows of them'),
          },
        ];
  });
  return traces.length === 0 ? {} : { traces };
}

function exemptBases(cohort: LoadedAgreement['agreement']['cohort']): string[] {
  return (cohort?.opt_out_exemptions ?? []).map(({ legal_basis: basis }) => basis);
}

/** What the register says after the answer: opt-outs are a matter of each participant's legal basis. */
function exemptions({ agreement }: LoadedAgreement): string {
  const exempt = agreement.cohort?.opt_out_exemptions ?? [];
  return exempt.map(({ legal_basis: basis, because }) => `; not to participants by ${basis}: ${because}`).join('');
}

function keepParticipants(product: string, { agreement }: LoadedAgreement, clauses: Clauses): Step {
  const exempt = exemptBases(agreement.cohort);
  const bases = exempt.length === 0 ? '' : `; those by ${exempt.join(' or ')} stay though they opted out`;
  return {
    kind: 'keep-participants',
    cohort: product,
    exempt,
    reason: clauses.agreement('cohort', `only participants who were found stay, by their study id${bases}`),
  };
}

function stay(dataset: Dataset, clauses: Clauses): Step {
  return {
    kind: 'select-stay',
    column: columnName(dataset, must(dataset.date)),
    reason: clauses.rule('design 3', 'each participant’s own dates, where the cohort file has them'),
  };
}

/** A superseded record leads to the same person: one row each is what a match file has. */
function currentRecords(dataset: Dataset, clauses: Clauses): Step {
  return {
    kind: 'select-rows',
    condition: { kind: 'is_null', column: columnName(dataset, 'replaced_by'), is: true },
    reason: clauses.rule('design 3', 'one row a participant: their current record'),
  };
}

const MATCH_TYPES: Readonly<Partial<Record<MatchColumn, ColumnType>>> = {
  MATCH_STEP: 'text',
  ERROR_SUCCESS_CODE: 'text',
  MATCH_WEIGHT: 'decimal',
  MATCH_PROBABILITY: 'decimal',
  MATCHABILITY: 'decimal',
  MATCH_GAP: 'decimal',
};

function matchColumn(name: MatchColumn): OutputColumn {
  const type = MATCH_TYPES[name] ?? 'integer';
  return { name, type, of: 'match', from: name, sourceType: type, concept: undefined, withheld: false };
}

/**
 * Whether the rows are those of the whole nation: no cohort, and no choice but by the dataset's own date and by columns
 * that the agreement lets national figures be shown by.
 */
function isOfAll(select: readonly Step[], grant: Grant, { pipeline }: LoadedPipeline, dataset: Dataset): boolean {
  const harmless = [...grantedRules(grant.disclosure).national, dataset.date ?? ''].map((name) => name.toUpperCase());
  return (
    pipeline.cohort === undefined &&
    select
      .flatMap((step) => (step.kind === 'select-rows' ? conditionColumns(step.condition) : []))
      .every((name) => harmless.includes(name.toUpperCase()))
  );
}

/** Counting, and what makes the counts fit to leave. */
function tabulationSteps(
  product: Tabulation,
  path: readonly PropertyKey[],
  grant: Grant,
  key: readonly string[],
  dataset: Dataset,
  clauses: Clauses,
  mayBeNational: boolean,
): Step[] {
  const rules = askedRules(grantedRules(grant.disclosure), product.disclosure);
  return [
    {
      kind: 'tabulate',
      tabulation: tabulationSpec(product, dataset, mayBeNational ? rules.national : []),
      key,
      reason: clauses.pipeline([...path, 'tables'], 'people and rows are counted, a person once a cell'),
    },
    {
      kind: 'control',
      rules,
      reason: clauses.grant(
        grant,
        'disclosure',
        `disclosure control by the rule set ${rules.rules}; then an audit of what would be published`,
      ),
    },
  ];
}

/** Rows with a legally restricted code, in whichever position, stay where they are, unless granted. */
function restrictedSteps(
  dataset: Dataset,
  grant: Grant,
  { restrictedCodes: list }: Catalogue,
  clauses: Clauses,
): Step[] {
  if (list === undefined || !grant.restricted_codes.withhold) return [];
  const columns = dataset.columns.flatMap(({ name, concept }) =>
    (concept === 'icd10' || concept === 'opcs4') && list.codes[concept].length > 0 ? [{ name, system: concept }] : [],
  );
  if (columns.length === 0) return [];
  return [
    {
      kind: 'withhold-restricted',
      columns,
      list,
      reason: clauses.grant(
        grant,
        'restricted_codes',
        'rows with a code that the law restricts are withheld whole, so that no other column gives it away',
      ),
    },
  ];
}

/** Codes of few people go out in a coarser form, or not at all, as the agreement says. */
function rareCodeSteps(dataset: Dataset, grant: Grant, columns: readonly OutputColumn[], clauses: Clauses): Step[] {
  const { rare_codes: rare } = grant;
  const coded = columns.filter(({ of, concept }) => of === 'own' && (concept === 'icd10' || concept === 'opcs4'));
  if (rare === undefined || coded.length === 0) return [];
  return [
    {
      kind: 'coarsen-rare-codes',
      ...rare,
      positions: dataset.columns.flatMap(({ name, concept }) =>
        coded.some((each) => each.concept === concept) && (concept === 'icd10' || concept === 'opcs4')
          ? [{ name, system: concept }]
          : [],
      ),
      columns: coded.map(({ name }) => name),
      reason: clauses.grant(
        grant,
        'rare_codes',
        `codes of fewer than ${rare.below} people in the full source are ${rare.instead === 'blank' ? 'left blank' : 'given out in a form that as many stand behind, or left blank'}`,
      ),
    },
  ];
}

/** Period and rows: the agreement's always apply on top of the pipeline's. */
function selectionSteps(
  selection: Selection,
  path: readonly PropertyKey[],
  dataset: Dataset,
  grant: Grant,
  clauses: Clauses,
): Step[] {
  const steps: Step[] = [];
  if (dataset.date !== undefined) {
    const column = columnName(dataset, dataset.date);
    if (grant.period !== undefined) {
      steps.push({
        kind: 'select-period',
        column,
        ...grant.period,
        reason: clauses.grant(grant, 'period', 'the years that the agreement grants'),
      });
    }
    if (selection.period !== undefined) {
      const { from, to } = selection.period;
      steps.push({
        kind: 'select-period',
        column,
        from,
        to,
        reason: clauses.pipeline([...path, 'period'], 'the period asked for'),
      });
    }
  }
  const granted = toCondition(grant.where);
  const asked = toCondition(selection.where);
  if (granted !== undefined) {
    steps.push({
      kind: 'select-rows',
      condition: canonical(granted, dataset),
      reason: clauses.grant(grant, 'where', 'the rows that the agreement grants'),
    });
  }
  if (asked !== undefined) {
    steps.push({
      kind: 'select-rows',
      condition: canonical(asked, dataset),
      reason: clauses.pipeline([...path, 'where'], 'the rows asked for'),
    });
  }
  return steps;
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

function outputColumns(
  fields: readonly AskedField[],
  dataset: Dataset,
  catalogue: Catalogue,
  identifiability: Identifiability,
): OutputColumn[] {
  return fields.flatMap((field): OutputColumn[] => {
    const found = must(resolveColumn(catalogue, dataset, field.from));
    const { column, joined } = found;
    const identifier = identifiability === 'pseudonymised' && column.class === 'identifier' && field.as === undefined;
    const personKey = column.name.toUpperCase() === found.dataset.person_key.toUpperCase();
    // The person key is already there: it is what TOKEN_PERSON_ID stands for.
    if (identifier && personKey) return [];
    const at = needsEventDate(field.as) ? columnName(dataset, field.at ?? must(dataset.date)) : undefined;
    return [
      {
        name: outputName(field),
        type: identifier ? 'text' : typeOf(column, field.as),
        of: joined ? 'pds' : 'own',
        from: column.name,
        sourceType: column.type,
        concept: column.concept,
        withheld: column.concept !== undefined && WITHHELD.includes(column.concept),
        ...(field.as === undefined ? {} : { as: field.as }),
        ...(at === undefined ? {} : { at }),
        ...(identifier ? { token: column.name.toUpperCase() } : {}),
      },
    ];
  });
}

function typeOf(column: CatalogueColumn, as: Derivation | undefined): ColumnType {
  if (as === undefined) return column.type;
  return as === 'year' || as === 'age' ? 'integer' : 'text';
}

function readColumns(
  dataset: Dataset,
  columns: readonly OutputColumn[],
  select: readonly Step[],
  ordered: boolean,
): ReadColumn[] {
  const needed = new Set<string>([columnName(dataset, dataset.person_key)]);
  for (const column of columns) {
    if (column.of === 'own') needed.add(column.from);
    if (column.at !== undefined) needed.add(column.at);
    // A record of PDS may be sensitive where the person's current one is not.
    if (column.withheld && dataset.dataset === PDS) needed.add(columnName(dataset, 'confidentiality'));
  }
  for (const step of select) {
    if (step.kind === 'select-period' || step.kind === 'select-stay') needed.add(step.column);
    if (step.kind === 'select-rows') for (const name of conditionColumns(step.condition)) needed.add(name);
  }
  const read = [...needed].map((name) => readColumn(dataset, name));
  const codes = select
    .flatMap((step) =>
      step.kind === 'withhold-restricted' ? step.columns : step.kind === 'coarsen-rare-codes' ? step.positions : [],
    )
    .filter(({ name }) => !needed.has(name));
  const key = ordered ? dataset.key.map((name) => columnName(dataset, name)).filter((name) => !needed.has(name)) : [];
  const optional = [...new Set([...key, ...codes.map(({ name }) => name)])];
  return [...read, ...optional.map((name) => ({ ...readColumn(dataset, name), optional: true }))];
}

function demographics(columns: readonly OutputColumn[], catalogue: Catalogue): ReadColumn[] {
  const pds = must(catalogue.get(PDS));
  const names = new Set(columns.filter(({ of }) => of === 'pds').map(({ from }) => from));
  return [...names].map((name) => readColumn(pds, name));
}

function readColumn(dataset: Dataset, name: string): ReadColumn {
  const column = must(findColumn(dataset, name));
  const missing = column.type === 'date' && dataset.missing_dates.length > 0 ? { missing: dataset.missing_dates } : {};
  return { name: column.name, type: column.type, ...missing };
}

/** The condition with every column spelt as the catalogue spells it. */
function canonical(condition: Condition, dataset: Dataset): Condition {
  switch (condition.kind) {
    case 'all_of':
    case 'any_of':
      return { kind: condition.kind, of: condition.of.map((inner) => canonical(inner, dataset)) };
    case 'not':
      return { kind: 'not', of: canonical(condition.of, dataset) };
    default:
      return { ...condition, column: columnName(dataset, condition.column) };
  }
}

function columnName(dataset: Dataset, name: string): string {
  return must(findColumn(dataset, name)).name;
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the plan was built for what the checks did not pass');
  return value;
}
