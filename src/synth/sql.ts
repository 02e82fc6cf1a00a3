/** A piece of SQL text made by this folder; it never holds a user's text. */
export type Sql = string;

/** A step takes a query and gives a query with more columns, or more or fewer rows. */
export type Step = (from: Sql) => Sql;

/** The query after all steps; each becomes one nested SELECT, so a column is computed once and named once. */
export function through(source: Sql, ...steps: readonly Step[]): Sql {
  return steps.reduce((from, step) => step(from), source);
}

/** More columns, each an expression over the columns so far (never over one another). */
export function add(columns: Readonly<Record<string, Sql>>): Step {
  const list = Object.entries(columns).map(([name, expression]) => `${expression} AS ${name}`);
  return (from) => `SELECT *, ${list.join(', ')}\nFROM (${from})`;
}

/** Columns that there are already, with new values. */
export function change(columns: Readonly<Record<string, Sql>>): Step {
  const list = Object.entries(columns).map(([name, expression]) => `${expression} AS ${name}`);
  return (from) => `SELECT * REPLACE (${list.join(', ')})\nFROM (${from})`;
}

/** Several steps as one. */
export function all(...steps: readonly Step[]): Step {
  return (from) => through(from, ...steps);
}

/** What to look up: a table, the slot in it, and the columns wanted, by the names that they get. */
export type Wanted = readonly [table: string, slot: Sql, columns: Readonly<Record<string, string>>];

/**
 * Columns of the lookup tables' rows at the given slots; where a table has several rows a slot, as many rows.
 * DuckDB answers this with a perfect hash join: five times as fast as an element of a list, and the written Parquet
 * columns stay dictionaries.
 */
export function lookUp(...wanted: readonly Wanted[]): Step {
  const joins = wanted.map(([table, slot, columns], index) => {
    const list = Object.entries(columns).map(([name, column]) => `${column} AS ${name}`);
    return `JOIN (SELECT slot AS _slot${index}, ${list.join(', ')} FROM ${table}) ON _slot${index} = ${slot}`;
  });
  const slots = wanted.map((_, index) => `_slot${index}`);
  return (from) => `SELECT * EXCLUDE (${slots.join(', ')})\nFROM (${from})\n${joins.join('\n')}`;
}

/** As many rows as `times` says (none for 0, at most {@link MAX_REPEATS}), numbered from 0 in the new column. */
export function repeat(times: Sql, number: string): Step {
  return lookUp(['repeats', times, { [number]: 'number' }]);
}

export const MAX_REPEATS = 64;

/** Only the rows for which the condition holds. */
export function where(condition: Sql): Step {
  return (from) => `SELECT *\nFROM (${from})\nWHERE ${condition}`;
}

/** The named expressions and nothing else: what a file holds. */
export function select(columns: Readonly<Record<string, Sql>>): Step {
  const list = Object.entries(columns).map(([name, expression]) => `${expression} AS "${name}"`);
  return (from) => `SELECT ${list.join(',\n  ')}\nFROM (${from})`;
}

export function quote(text: string): Sql {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The DATE of a day number (days since 1970-01-01), the form in which all days are computed. */
export function date(day: Sql): Sql {
  return `DATE '1970-01-01' + (${day})`;
}

/**
 * The value of the first condition that holds, given as condition: value. A CASE over an enumerated type, as a column of
 * few values is written fastest (see the CODE columns of lookups).
 */
export function choose(options: Readonly<Record<Sql, string | null>>, otherwise: string | null): Sql {
  const values = new Set([...Object.values(options), otherwise].filter((value) => value !== null));
  const type = `ENUM(${[...values].map(quote).join(', ')})`;
  const literal = (value: string | null) => (value === null ? 'NULL' : `${quote(value)}::${type}`);
  const whens = Object.entries(options).map(([condition, value]) => `WHEN ${condition} THEN ${literal(value)}`);
  return whens.length === 0 ? literal(otherwise) : `(CASE ${whens.join(' ')} ELSE ${literal(otherwise)} END)`;
}

/** The same value in every row. */
export function always(value: string): Sql {
  return choose({}, value);
}

/** Options for {@link choose}: the first of the values, written as `01<42 02<44`, whose limit the number is below. */
export function below(number: Sql, values: string): Readonly<Record<Sql, string>> {
  return Object.fromEntries(
    values.split(' ').map((text) => {
      const [value = '', limit] = text.split('<');
      return [`${number} < ${limit}`, value];
    }),
  );
}

/** The expression of the first limit that the number is below, given as limit: expression. */
export function pickBelow(number: Sql, expressions: Readonly<Record<number, Sql>>, otherwise: Sql): Sql {
  const whens = Object.entries(expressions).map(
    ([limit, expression]) => `WHEN ${number} < ${limit} THEN ${expression}`,
  );
  return `(CASE ${whens.join(' ')} ELSE ${otherwise} END)`;
}

/** Without these columns. */
export function drop(...columns: readonly string[]): Step {
  return (from) => `SELECT * EXCLUDE (${columns.join(', ')})\nFROM (${from})`;
}
