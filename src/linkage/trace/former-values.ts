/**
 * SQL: what records (`person`, `family_name`, `postcode`) said of name and postcode, as lists, one row a person. Of those
 * that were superseded it is the history of the one that is current.
 */
export function formerValues(records: string): string {
  const all = (column: string): string =>
    `list_sort(list(DISTINCT ${column}) FILTER (WHERE ${column} IS NOT NULL)) AS former_${column}`;
  return `SELECT person, ${all('family_name')}, ${all('postcode')} FROM ${records} GROUP BY person`;
}
