import { z } from 'zod';

/**
 * A condition on the rows of one dataset, as agreements and pipelines write it. Structured, so that no SQL text ever
 * comes from a file. Logic is three-valued as in SQL: a missing value satisfies no comparison, negated ones included,
 * so that what is missing is not released; only `is_null` sees it.
 */
export type Condition =
  | { readonly kind: 'all_of' | 'any_of'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | Comparison;

/** What one column is held against. */
export type Comparison =
  | { readonly kind: 'in' | 'not_in' | 'starts_with'; readonly column: string; readonly values: readonly string[] }
  | { readonly kind: 'between'; readonly column: string; readonly low: string; readonly high: string }
  | { readonly kind: 'at_least' | 'at_most'; readonly column: string; readonly value: string }
  | { readonly kind: 'is_null'; readonly column: string; readonly is: boolean };

const scalar = z
  .union([z.string(), z.number()], { error: 'expected a text, a number or a date; true and false want quotes' })
  .transform(String);
const list = z.array(scalar, { error: 'expected a list' }).min(1, 'the list is empty');

const comparison = z
  .strictObject({
    in: list.optional().describe('the value is one of these'),
    not_in: list.optional().describe('there is a value, and it is none of these'),
    starts_with: z
      .union([list, scalar.transform((value) => [value])], { error: 'expected a text or a list of texts' })
      .optional()
      .describe('the text begins with this, or with one of these'),
    between: z
      .tuple([scalar, scalar], { error: 'expected [low, high]' })
      .optional()
      .describe('[low, high], both included'),
    at_least: scalar.optional().describe('this or more, or this day or later'),
    at_most: scalar.optional().describe('this or less, or this day or earlier'),
    is_null: z.boolean().optional().describe('true: there is no value; false: there is one'),
  })
  .refine((operators) => Object.values(operators).some((value) => value !== undefined), 'the condition says nothing')
  .describe('what the column is held against; all of it must hold, and a missing value meets none but is_null');

type Operators = z.output<typeof comparison>;
export interface Where {
  any_of?: Where[] | undefined;
  all_of?: Where[] | undefined;
  not?: Where | undefined;
  [column: string]: unknown;
}

const conditions = () =>
  z
    .object({
      any_of: z.array(branch).min(1).optional().describe('at least one of these holds'),
      all_of: z.array(branch).min(1).optional().describe('each of these holds'),
      not: branch.optional().describe('this does not hold'),
    })
    .catchall(comparison);

/** Inside another condition: a branch that says nothing would allow every row. */
const branch: z.ZodType<Where> = z.lazy(() =>
  conditions().refine((where) => Object.keys(where).length > 0, 'the condition says nothing'),
) as unknown as z.ZodType<Where>;

/** A mapping of columns to comparisons, all of which must hold, with `any_of`, `all_of` and `not` to combine them. */
export const whereSchema: z.ZodType<Where> = z.lazy(conditions) as unknown as z.ZodType<Where>;

/** The condition that a parsed `where` means; undefined and an empty mapping mean no condition. */
export function toCondition(where: Where | undefined): Condition | undefined {
  if (where === undefined) return undefined;
  const parts = Object.entries(where).flatMap(([key, value]): Condition[] => {
    if (value === undefined) return [];
    if (key === 'any_of' || key === 'all_of') {
      const of = (value as Where[]).map((inner) => toCondition(inner) ?? { kind: 'all_of' as const, of: [] });
      return [{ kind: key, of }];
    }
    if (key === 'not') return [{ kind: 'not', of: toCondition(value as Where) ?? { kind: 'all_of', of: [] } }];
    return comparisons(key, value as Operators);
  });
  if (parts.length === 0) return undefined;
  return parts.length === 1 ? parts[0] : { kind: 'all_of', of: parts };
}

/** One comparison of a `where`: where it stands below it, and whether it is turned round by the `not`s above it. */
export interface PlacedComparison {
  readonly comparison: Comparison;
  readonly path: readonly PropertyKey[];
  readonly negated: boolean;
}

/** Every comparison of a `where`, however deep, with its place in the file. */
export function placedComparisons(
  where: Where | undefined,
  path: readonly PropertyKey[] = [],
  negated = false,
): PlacedComparison[] {
  return Object.entries(where ?? {}).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (key === 'any_of' || key === 'all_of') {
      return (value as Where[]).flatMap((inner, index) => placedComparisons(inner, [...path, key, index], negated));
    }
    if (key === 'not') return placedComparisons(value as Where, [...path, key], !negated);
    return comparisons(key, value as Operators).map((comparison) => ({ comparison, path: [...path, key], negated }));
  });
}

/** The values that a comparison names. */
export function comparisonValues(comparison: Comparison): readonly string[] {
  switch (comparison.kind) {
    case 'in':
    case 'not_in':
    case 'starts_with':
      return comparison.values;
    case 'between':
      return [comparison.low, comparison.high];
    case 'at_least':
    case 'at_most':
      return [comparison.value];
    case 'is_null':
      return [];
  }
}

function comparisons(column: string, operators: Operators): Comparison[] {
  const { between } = operators;
  const conditions: (Comparison | undefined)[] = [
    operators.in && { kind: 'in', column, values: operators.in },
    operators.not_in && { kind: 'not_in', column, values: operators.not_in },
    operators.starts_with && { kind: 'starts_with', column, values: operators.starts_with },
    between && { kind: 'between', column, low: between[0], high: between[1] },
    operators.at_least === undefined ? undefined : { kind: 'at_least', column, value: operators.at_least },
    operators.at_most === undefined ? undefined : { kind: 'at_most', column, value: operators.at_most },
    operators.is_null === undefined ? undefined : { kind: 'is_null', column, is: operators.is_null },
  ];
  return conditions.filter((condition) => condition !== undefined);
}

/** Every column that a condition looks at, with repeats. */
export function conditionColumns(condition: Condition): string[] {
  switch (condition.kind) {
    case 'all_of':
    case 'any_of':
      return condition.of.flatMap(conditionColumns);
    case 'not':
      return conditionColumns(condition.of);
    default:
      return [condition.column];
  }
}
