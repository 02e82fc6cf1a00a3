/**
 * SQL: what superseded records (`person`, `family_name`, `postcode`, `former_family_name`, `former_postcode`, of which the
 * last two are lists) say of former names and postcodes, as lists, one row a person: what they were, and what they list.
 */
export function formerValues(records: string): string {
  const all = (column: string): string =>
    `list_concat(list(${column}) FILTER (WHERE ${column} IS NOT NULL), flatten(list(former_${column}))) AS former_${column}`;
  return `SELECT person, ${all('family_name')}, ${all('postcode')} FROM ${records} GROUP BY person`;
}

/** SQL: a list of former values of a record, and of those that {@link formerValues} has of its person. */
export function everyFormer(own: string, superseded: string): string {
  return `nullif(list_concat(${own}, ${superseded}), [])`;
}
