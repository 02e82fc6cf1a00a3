/** What a function of the algebra means is written where it is listed; how it is computed is the printer's business. */
export type FunctionName =
  /** text -> the ten digits as an integer, or null where they are not ten digits once spaces and hyphens are out */
  | 'nhs_number'
  /** integer -> the ten digits as text */
  | 'nhs_text'
  /** text -> in upper case, without blanks around it */
  | 'code'
  /** text -> the same without dots: `n97.0 ` is `N970` */
  | 'bare_code'
  /** date -> `2024-04-01` */
  | 'date_text'
  /** NHS number as integer -> its slice, 0 to SLICES - 1; null -> 0. Outputs that name people are dealt by another key. */
  | 'slice'
  | 'identified_slice'
  /** type, text -> the token of the agreement's key; null -> null */
  | 'token'
  /** date -> `2024-04`; `2024-Q2`; 2024 */
  | 'month'
  | 'quarter'
  | 'year'
  /** date of birth -> `041968` */
  | 'mmyyyy'
  /** `041968` -> 1968; null where it is not written so */
  | 'year_of_mmyyyy'
  /** date of birth, date of an event -> complete years, or null before birth */
  | 'age'
  /** age, width -> `65-69`; `90+` on top */
  | 'age_band'
  /** postcode -> `LS1`; `LS`; null where it is no postcode */
  | 'outcode'
  | 'postcode_area'
  /** code -> its first three characters; the chapter */
  | 'three_characters'
  | 'icd10_chapter'
  | 'opcs4_chapter'
  /** text of a numeric column -> number; to integer -> integer, whatever is written after the point is zeros */
  | 'number'
  | 'integer'
  /** any number of values -> a number that depends on all of them: the last tie-break of an order, nothing else */
  | 'row_digest';

export type CompareOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A value computed from the columns of one row. Plain data: it serialises, hashes and compares. */
export type Expression =
  | { readonly kind: 'column'; readonly name: string; readonly of?: string }
  | {
      readonly kind: 'literal';
      readonly value: string | number | boolean | null;
      readonly type: 'text' | 'integer' | 'decimal' | 'date' | 'boolean' | 'null';
    }
  | { readonly kind: 'call'; readonly fn: FunctionName; readonly args: readonly Expression[] }
  | {
      readonly kind: 'case';
      readonly when: readonly (readonly [Expression, Expression])[];
      readonly otherwise: Expression;
    }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'compare'; readonly op: CompareOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'in'; readonly of: Expression; readonly values: readonly Expression[] }
  | { readonly kind: 'starts_with'; readonly of: Expression; readonly prefix: string }
  | { readonly kind: 'is_null'; readonly of: Expression }
  | { readonly kind: 'coalesce'; readonly of: readonly Expression[] };

export const column = (name: string, of?: string): Expression => ({
  kind: 'column',
  name,
  ...(of === undefined ? {} : { of }),
});
export const text = (value: string): Expression => ({ kind: 'literal', value, type: 'text' });
export const integer = (value: number): Expression => ({ kind: 'literal', value, type: 'integer' });
export const date = (value: string): Expression => ({ kind: 'literal', value, type: 'date' });
export const truth = (value: boolean): Expression => ({ kind: 'literal', value, type: 'boolean' });
export const nothing = (): Expression => ({ kind: 'literal', value: null, type: 'null' });
export const call = (fn: FunctionName, ...args: Expression[]): Expression => ({ kind: 'call', fn, args });
export const compare = (left: Expression, op: CompareOperator, right: Expression): Expression => ({
  kind: 'compare',
  op,
  left,
  right,
});
export const isNull = (of: Expression): Expression => ({ kind: 'is_null', of });
export const not = (of: Expression): Expression => ({ kind: 'not', of });
export const coalesce = (...of: Expression[]): Expression => ({ kind: 'coalesce', of });
export const choose = (when: readonly (readonly [Expression, Expression])[], otherwise: Expression): Expression => ({
  kind: 'case',
  when,
  otherwise,
});
export const isIn = (of: Expression, values: readonly Expression[]): Expression => ({ kind: 'in', of, values });
export const startsWith = (of: Expression, prefix: string): Expression => ({ kind: 'starts_with', of, prefix });

/** All must hold; an empty list holds. */
export function and(...of: Expression[]): Expression {
  return of.length === 0 ? truth(true) : of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'and', of };
}

/** One must hold; an empty list does not. */
export function or(...of: Expression[]): Expression {
  return of.length === 0 ? truth(false) : of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'or', of };
}
