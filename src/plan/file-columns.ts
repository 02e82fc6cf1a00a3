import type { Identifiability } from '../agreement/agreement-schema.ts';
import { type Catalogue, PDS, resolveColumn } from '../catalogue/catalogue.ts';
import {
  type CatalogueColumn,
  type ColumnConcept,
  type ColumnType,
  type Dataset,
  findColumn,
} from '../catalogue/dataset.ts';
import { type Derivation, needsEventDate } from '../catalogue/derivation.ts';
import { outputName } from '../pipeline/output-name.ts';
import type { AskedField } from '../pipeline/pipeline-schema.ts';
import { conditionColumns } from '../relation/condition.ts';
import { columnName, must } from './checked.ts';
import type { OutputColumn, ReadColumn, Step } from './plan.ts';

/** What a sensitive record never gives out (PDS confidentiality S and Y; design, section 4, step 3). */
const WITHHELD: readonly ColumnConcept[] = [
  'address',
  'postcode',
  'gp_practice',
  'telephone',
  'email',
  'date_of_death',
];

export function outputColumns(
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

export function readColumns(
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

export function demographics(columns: readonly OutputColumn[], catalogue: Catalogue): ReadColumn[] {
  const pds = must(catalogue.get(PDS));
  const names = new Set(columns.filter(({ of }) => of === 'pds').map(({ from }) => from));
  return [...names].map((name) => readColumn(pds, name));
}

function readColumn(dataset: Dataset, name: string): ReadColumn {
  const column = must(findColumn(dataset, name));
  const missing = column.type === 'date' && dataset.missing_dates.length > 0 ? { missing: dataset.missing_dates } : {};
  return { name: column.name, type: column.type, ...missing };
}
