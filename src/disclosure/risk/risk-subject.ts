import type { Json } from '../../kernel/canonical-json.ts';

/** Asks the engine; gives the rows of a small result: counts and names of columns, never people. */
export type Ask = (sql: string) => Promise<Record<string, Json>[]>;

/** A form in which a quasi-identifier can go out, and the column that holds it. */
export interface Level {
  /** The derivation, or `as it is`. */
  readonly form: string;
  /** A column of people and population: a number for the set of values that the person's rows have; 0 for none. */
  readonly column: string;
}

/** A column by which somebody could be found among others. Its first level is what would go out; others are coarser. */
export interface QuasiIdentifier {
  /** As the output calls it, behind its file where there are several. */
  readonly name: string;
  readonly levels: readonly Level[];
}

/** A column whose value would be learnt of somebody who was found, or of a class whose members all have it. */
export interface SensitiveColumn {
  readonly name: string;
  /** `person`, `value` (text), each pair once. */
  readonly table: string;
  /** Whether values are numbers, so that far apart means more than different. */
  readonly ordered: boolean;
}

/**
 * What risk is measured on. All tables lie in the engine; names are quoted already.
 * A person is one row of `people`, whatever the number of their rows in the output: what an attacker may know of
 * somebody is, for each column, all the values that their rows have.
 */
export interface RiskSubject {
  readonly quasiIdentifiers: readonly QuasiIdentifier[];
  /** `person` and the levels' columns: everybody in the output. */
  readonly people: string;
  /** The same columns: everybody else whom the custodian's full source knows. */
  readonly others: string;
  readonly sensitive: readonly SensitiveColumn[];
  /** `person`, `event`: what can be known of one row, each pair once. Undefined where rows tell of no event. */
  readonly events: { readonly table: string; readonly columns: readonly string[] } | undefined;
}

/** For each quasi-identifier, which level goes out; as many as there are levels means that it is left out. */
export type Levels = readonly number[];

/** The columns of a choice of levels. */
export function columnsAt({ quasiIdentifiers }: Pick<RiskSubject, 'quasiIdentifiers'>, levels: Levels): string[] {
  return quasiIdentifiers.flatMap(({ levels: each }, index) => {
    const level = each[levels[index] ?? 0];
    return level === undefined ? [] : [level.column];
  });
}
