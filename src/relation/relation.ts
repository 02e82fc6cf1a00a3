import type { DisclosureClass } from './disclosure-class.ts';
import type { Expression } from './expression.ts';

/** A column of a projection. */
export interface Named {
  readonly name: string;
  readonly value: Expression;
}

export type JoinKind = 'inner' | 'left' | 'semi' | 'anti';

/**
 * A set of rows: where it comes from, and its disclosure class, which the type carries so that what must not be
 * encrypted does not type-check (the engine checks it again when it runs). Joins are equalities only: nothing else
 * is safe on every engine (reference/engine.md, section 1.7).
 */
export type Relation<C extends DisclosureClass = DisclosureClass> = { readonly disclosure: C } & (
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'filter'; readonly of: Relation; readonly where: Expression }
  | { readonly kind: 'project'; readonly of: Relation; readonly columns: readonly Named[] }
  | {
      readonly kind: 'join';
      readonly how: JoinKind;
      readonly left: Relation;
      readonly right: Relation;
      readonly alias: string;
      readonly on: readonly (readonly [Expression, string])[];
    }
  | { readonly kind: 'distinct'; readonly of: Relation }
  | { readonly kind: 'order'; readonly of: Relation; readonly by: readonly Expression[] }
);

/** Rows as the custodian holds them: a dataset of the workspace, or a table that an earlier relation made. */
export function table(name: string): Relation<'identified'> {
  return { kind: 'table', name, disclosure: 'identified' };
}

export function filter<C extends DisclosureClass>(of: Relation<C>, where: Expression): Relation<C> {
  return { kind: 'filter', of, where, disclosure: of.disclosure };
}

export function project<C extends DisclosureClass>(of: Relation<C>, columns: readonly Named[]): Relation<C> {
  return { kind: 'project', of, columns, disclosure: of.disclosure };
}

/** `left` with the columns of `right` under `alias`; `on` pairs an expression over the left with a column of the right. */
export function join(
  how: JoinKind,
  left: Relation<'identified'>,
  right: Relation<'identified'>,
  alias: string,
  on: readonly (readonly [Expression, string])[],
): Relation<'identified'> {
  return { kind: 'join', how, left, right, alias, on, disclosure: 'identified' };
}

export function distinct<C extends DisclosureClass>(of: Relation<C>): Relation<C> {
  return { kind: 'distinct', of, disclosure: of.disclosure };
}

export function order<C extends DisclosureClass>(of: Relation<C>, by: readonly Expression[]): Relation<C> {
  return { kind: 'order', of, by, disclosure: of.disclosure };
}

/**
 * The one way from identified to pseudonymised. The columns must be tokens or columns of the minimised data that are
 * no identifiers; `plan/compile.ts` is the only caller, and the airlock looks at what comes out.
 */
export function pseudonymised(of: Relation<'identified'>, columns: readonly Named[]): Relation<'pseudonymised'> {
  return { kind: 'project', of, columns, disclosure: 'pseudonymised' };
}
