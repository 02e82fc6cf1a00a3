/**
 * One row a person out of rows: for each column a number that stands for the set of values which the person's rows
 * have, 0 for none. Most people have one value in each column, which a least and a greatest tell without a list of them.
 * `rows` is a query or a table with `person` and the columns.
 */
export function signatureSql(rows: string, columns: readonly string[]): string {
  if (columns.length === 0) return `SELECT DISTINCT person FROM ${rows}`;
  // DuckDB's hash of NULL is a number like any other.
  const hashed = columns.map(
    (name) => `CASE WHEN ${name} IS NULL THEN 0 ELSE hash(CAST(${name} AS VARCHAR)) END AS ${name}`,
  );
  const ends = columns.map((name) => `min(${name}) AS ${name}, max(${name}) AS ${last(name)}`);
  const same = columns.map((name) => `${name} = ${last(name)}`).join(' AND ');
  // A row without a value says nothing against one that has it.
  const sets = columns.map(
    (name) => `CASE WHEN min(nullif(${name}, 0)) IS NOT DISTINCT FROM max(nullif(${name}, 0)) THEN max(${name})
      ELSE hash(list_sort(list_distinct(list(nullif(${name}, 0))))) END AS ${name}`,
  );
  return `WITH hashed AS MATERIALIZED (SELECT person, ${hashed.join(', ')} FROM ${rows}),
    spans AS MATERIALIZED (SELECT person, ${ends.join(', ')} FROM hashed GROUP BY person)
    SELECT person, ${columns.join(', ')} FROM spans WHERE ${same}
    UNION ALL SELECT person, ${sets.join(', ')}
      FROM hashed SEMI JOIN (SELECT person FROM spans WHERE NOT (${same})) USING (person) GROUP BY person`;
}

function last(name: string): string {
  return `"${name.replaceAll('"', '')} last"`;
}
