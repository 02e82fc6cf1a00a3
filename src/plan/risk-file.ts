import { type Catalogue, PDS } from '../catalogue/catalogue.ts';
import { findColumn } from '../catalogue/dataset.ts';
import { type Derivation, derivationsOf, needsEventDate } from '../catalogue/derivation.ts';
import type { RiskTerms } from '../disclosure/risk/risk-terms.ts';
import type { FilePlan, OutputColumn, Step } from './plan.ts';
import { stepOf } from './plan.ts';

/** What is read to measure the risk of one file: the rows that would go out, and those of the full source. */
export interface RiskFile {
  /** The file's own rows, with the columns that risk is measured by in every form that they can have. */
  readonly own: FilePlan;
  /** Every row of the source in the file's period, whatever its conditions, cohort and opt-outs; undefined without one. */
  readonly inPeriod: FilePlan | undefined;
  /** Every row of the source. */
  readonly whenever: FilePlan;
  readonly quasiIdentifiers: readonly {
    readonly name: string;
    readonly levels: readonly { readonly form: string; readonly column: string }[];
  }[];
  readonly sensitive: readonly { readonly name: string; readonly column: string; readonly ordered: boolean }[];
  /** Columns that together are what others can know of one row. */
  readonly events: readonly { readonly name: string; readonly column: string }[];
}

export const AS_IT_IS = 'as it is';

/**
 * The files of a plan as risk is measured on them: pseudonymised ones, since people with names need not be found. Pure.
 * `hasGeography`: whether areas made from LSOAs can be had.
 */
export function riskFiles(
  files: readonly FilePlan[],
  terms: RiskTerms,
  catalogue: Catalogue,
  hasGeography: boolean,
): RiskFile[] {
  const measured = files.filter(
    ({ identifiability, productKind }) => identifiability === 'pseudonymised' && productKind !== 'tracking',
  );
  return measured.map((file, index) => {
    const twice = measured.filter(({ dataset }) => dataset === file.dataset).length > 1;
    const place = twice ? `${file.product}.${file.dataset}.` : measured.length > 1 ? `${file.dataset}.` : '';
    return riskFile(file, index, place, terms, catalogue, hasGeography);
  });
}

/** Every row that the source has of a file's period, or ever, with these columns: whom it knows, and what of them. */
export function ofEverybody(file: FilePlan, columns: readonly OutputColumn[], inPeriod: boolean): FilePlan {
  const left: readonly Step['kind'][] = [
    'keep-cohort',
    'keep-participants',
    'select-stay',
    'select-rows',
    'withhold-restricted',
  ];
  const steps = file.steps
    .filter(({ kind }) => OWN_ROWS.includes(kind) && !left.includes(kind) && (inPeriod || kind !== 'select-period'))
    .map(unlimited);
  return { ...file, steps: steps.map((step) => measuring(step, columns)) };
}

function riskFile(
  file: FilePlan,
  index: number,
  place: string,
  terms: RiskTerms,
  catalogue: Catalogue,
  hasGeography: boolean,
): RiskFile {
  const columns = (stepOf(file.steps, 'minimise')?.columns ?? []).filter(
    ({ token, of }) => token === undefined && of !== 'match',
  );
  const read = (stepOf(file.steps, 'read')?.columns ?? []).map(({ name }) => name);
  const date = catalogue.get(file.dataset)?.date;
  const at = read.find((name) => name.toUpperCase() === date?.toUpperCase());
  const made: OutputColumn[] = [];
  const add = (column: OutputColumn, name: string, form: Derivation | undefined): string => {
    const own = column.at ?? (needsEventDate(form) ? at : undefined);
    made.push({
      ...column,
      name,
      ...(form === undefined ? {} : { as: form }),
      ...(own === undefined ? {} : { at: own }),
    });
    return name;
  };

  const quasiIdentifiers = columns
    .filter((column) => isQuasiIdentifier(column, file, catalogue) && isListed(column, terms.quasi_identifiers))
    .map((column, position) => ({
      name: `${place}${column.name}`,
      levels: formsOf(column, hasGeography, at !== undefined).map((form, level) => ({
        form: form ?? AS_IT_IS,
        column: add(column, `q${index}_${position}_${level}`, form),
      })),
    }));
  const withoutEvents = made.length;
  const sensitive = columns
    .filter((column) => isNamed(column, terms.sensitive))
    .map((column, position) => ({
      name: `${place}${column.name}`,
      column: add(column, `s${index}_${position}`, column.as),
      ordered: column.type === 'integer' || column.type === 'decimal',
    }));
  const events = columns
    .filter((column) => isEvent(column, file, terms.events))
    .map((column, position) => ({
      name: `${place}${column.name}`,
      column: add(column, `e${index}_${position}`, column.as),
    }));
  const population = made.slice(0, withoutEvents);
  const steps = file.steps.filter(({ kind }) => OWN_ROWS.includes(kind));
  const hasPeriod = steps.some(({ kind }) => kind === 'select-period');
  return {
    own: { ...file, steps: steps.map((step) => measuring(step, made)) },
    inPeriod: hasPeriod ? ofEverybody(file, population, true) : undefined,
    whenever: ofEverybody(file, population, false),
    quasiIdentifiers,
    sensitive,
    events,
  };
}

const OWN_ROWS: readonly Step['kind'][] = [
  'read',
  'resolve',
  'remove-opt-outs',
  'keep-cohort',
  'keep-participants',
  'select-period',
  'select-stay',
  'select-rows',
  'withhold-restricted',
  'minimise',
  'order',
];

/** The step with the columns that risk is measured by; their order means nothing here. */
function measuring(step: Step, columns: readonly OutputColumn[]): Step {
  if (step.kind === 'minimise') return { ...step, columns };
  return step.kind === 'order' ? { ...step, key: [] } : step;
}

/** The step as it applies to everybody whom the source knows: opted-out people are part of the population. */
function unlimited(step: Step): Step {
  if (step.kind === 'remove-opt-outs') {
    return { ...step, policy: { apply: false, exempt: 'counted only', because: 'nothing of them goes out' } };
  }
  return step.kind === 'resolve' ? { ...step, unresolved: 'exclude' } : step;
}

/** The column's own form and the coarser ones that can be made here, finest first. */
function formsOf(column: OutputColumn, hasGeography: boolean, hasDate: boolean): (Derivation | undefined)[] {
  const chain = derivationsOf(column.concept);
  const coarser = chain.slice(column.as === undefined ? 0 : chain.indexOf(column.as) + 1);
  const possible = coarser.filter(
    (form) =>
      (hasDate || column.at !== undefined || !needsEventDate(form)) &&
      (hasGeography || (form !== 'msoa' && form !== 'local_authority' && form !== 'region')),
  );
  return [column.as, ...possible];
}

/** What the catalogue calls one, and the coarser form of what names a person by itself. */
function isQuasiIdentifier(column: OutputColumn, file: FilePlan, catalogue: Catalogue): boolean {
  const dataset = catalogue.get(column.of === 'pds' ? PDS : file.dataset);
  const known = dataset === undefined ? undefined : findColumn(dataset, column.from)?.class;
  return known === 'quasi-identifier' || (known === 'identifier' && column.as !== undefined);
}

function isEvent(column: OutputColumn, file: FilePlan, named: readonly string[] | undefined): boolean {
  if (named !== undefined) return isNamed(column, named);
  if (column.of !== 'own' || file.dataset === PDS) return false;
  return column.concept === 'date' || /^PROCODE/i.test(column.from);
}

function isListed(column: OutputColumn, names: readonly string[] | undefined): boolean {
  return names === undefined || isNamed(column, names);
}

function isNamed({ of, from, name }: OutputColumn, names: readonly string[]): boolean {
  const spellings = [of === 'pds' ? `pds.${from}` : from, name].map((each) => each.toUpperCase());
  return names.some((each) => spellings.includes(each.toUpperCase()));
}
