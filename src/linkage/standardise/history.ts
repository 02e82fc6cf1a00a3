import { quoteName } from '../../relation/print-sql.ts';
import type { FieldSource } from '../column-mapping.ts';
import { KNOWN_FIELDS } from '../known-fields.ts';
import type { SourceTable } from './source-table.ts';

/** Fields of which a record can have former values, and the field of these. */
export const FORMER_FIELDS = [
  { field: 'family_name', former: 'former_family_name' },
  { field: 'postcode', former: 'former_postcode' },
] as const;
export type FormerField = (typeof FORMER_FIELDS)[number]['former'];
/** The fields of former values alone. */
export const FORMER: readonly FormerField[] = FORMER_FIELDS.map(({ former }) => former);

/**
 * A history as one row a person: of each field the last that is known, and of family name and postcode every value there
 * ever was, as former ones. So a person stays one record, however often they moved; combinations that never were, of an
 * early name with a late address, are not made up. `rows` gives SQL of the rows with further columns.
 */
export function presentOf(
  source: SourceTable,
  { orderedBy }: NonNullable<SourceTable['history']>,
  rows: (more: string) => string,
): { readonly sql: string; readonly source: SourceTable } {
  const key = orderedBy === undefined ? 'NULL' : `trim(CAST(${quoteName(orderedBy)} AS VARCHAR))`;
  const ordered = `SELECT *, row_number() OVER (PARTITION BY id ORDER BY TRY_CAST("history key" AS DOUBLE) NULLS FIRST, "history key" NULLS FIRST, "history row") AS "history at"
    FROM (${rows(`, ${key} AS "history key", rowid AS "history row"`)})`;
  const formers = FORMER_FIELDS.flatMap(({ field, former }) => {
    const from = source.fields.find((each) => each.field.name === field);
    const own = source.fields.find((each) => each.field.name === former);
    return from === undefined ? [] : [{ from, former, own }];
  });
  const present = source.fields
    .filter(({ field }) => !formers.some(({ former }) => former === field.name))
    .flatMap(({ field, columns }) => columns.map((_, index) => quoteName(`${field.name} ${index + 1}`)))
    .map((column) => `, arg_max(${column}, "history at") AS ${column}`);
  const past = formers.map(({ from, former, own }) => {
    const column = quoteName(`${former} 1`);
    const ever = `list(${textOf(from)})`;
    const isList = source.lists.has(own?.columns[0] ?? '');
    const given = isList ? `flatten(list(${column}))` : `flatten(list(regexp_split_to_array(${column}, '[;|]')))`;
    const all = own === undefined ? ever : `list_concat(${ever}, coalesce(${given}, []))`;
    return `, list_filter(${all}, text -> text IS NOT NULL) AS ${column}`;
  });
  return {
    sql: `SELECT id${[...present, ...past].join('')} FROM (${ordered}) GROUP BY id`,
    source: {
      ...source,
      fields: [
        ...source.fields.filter(({ field }) => !formers.some(({ former }) => former === field.name)),
        ...formers.map(({ former }): FieldSource => ({ field: knownFormer(former), columns: [listName(former)] })),
      ],
      lists: new Set([...source.lists, ...formers.map(({ former }) => listName(former))]),
    },
  };
}

/** What the list of former values is called among the columns of a source; no file can have a column of this name. */
function listName(former: string): string {
  return `\u0000${former}`;
}

function textOf({ field, columns }: FieldSource): string {
  const parts = columns.map((_, index) => quoteName(`${field.name} ${index + 1}`));
  return parts.length === 1 ? (parts[0] ?? '') : `nullif(concat_ws(' ', ${parts.join(', ')}), '')`;
}

function knownFormer(name: string): FieldSource['field'] {
  const field = KNOWN_FIELDS.find((each) => each.name === name);
  if (field === undefined) throw new Error(`there is no field ${name}`);
  return field;
}
