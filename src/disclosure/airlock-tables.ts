/** Runs a statement and gives its rows: counts and names of columns only, never a value of the output. */
export type Query = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** What the airlock looks at: quoted names or subqueries, ready to stand after FROM. */
export interface AirlockTables {
  /** The finished output, as it would leave. */
  readonly output: string;
  /** `#person`, `#token`: who stands behind a token. */
  readonly tokens: string;
  /** `#superseded`, `#root`: other numbers of a person. */
  readonly succession: string;
  /** PDS: nhs_number as it is written, family_name, given_name, other_given_name, postcode, date_of_birth. Columns it lacks are null. */
  readonly pds: string;
}

/** The names that a PDS record has. */
export const PERSONAL_NAMES = ['family_name', 'given_name', 'other_given_name'] as const;

/** Why an output must not leave: a code and the column. Never a value. */
export interface AirlockFinding {
  readonly code: string;
  readonly column: string;
  readonly message: string;
}

export function finding(code: string, column: string, what: string): AirlockFinding {
  return { code, column, message: `${column} ${what}` };
}
