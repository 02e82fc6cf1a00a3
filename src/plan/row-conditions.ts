import type { Condition } from '../relation/condition.ts';
import {
  and,
  call,
  choose,
  coalesce,
  column,
  compare,
  date,
  type Expression,
  isIn,
  isNull,
  not,
  nothing,
  or,
  startsWith,
  text,
  truth,
} from '../relation/expression.ts';
import { must } from './checked.ts';
import { type FilePlan, type ReadColumn, type Step, stepOf, stepsOf } from './plan.ts';

/** The name that a source column has inside the relations. */
export function read_(name: string): string {
  return `#row ${name}`;
}

/**
 * Period and conditions of a file, and what the law restricts, over the columns `#row NAME`: whether a row is selected.
 * Never null. `lacking`: columns that the source does not have.
 */
export function selectionOf(file: FilePlan, lacking: readonly string[]): Expression {
  const read = must(stepOf(file.steps, 'read')).columns;
  return and(inPeriods(file.steps, read), inRows(file.steps, read), ...unrestricted(file.steps, lacking));
}

/** Both ends included; a missing date or one that stands for none lies outside. Never null. */
export function inPeriods(steps: readonly Step[], read: readonly ReadColumn[]): Expression {
  return and(
    ...stepsOf(steps, 'select-period').map((step) => {
      const value = presentDate(step.column, read);
      return coalesce(and(compare(value, '>=', date(step.from)), compare(value, '<=', date(step.to))), truth(false));
    }),
  );
}

/** Within the participant's own dates, both ends included; a missing date lies outside any end that there is. Never null. */
export function inStay(steps: readonly Step[], read: readonly ReadColumn[]): Expression {
  return and(
    ...stepsOf(steps, 'select-stay').map((step) => {
      const value = presentDate(step.column, read);
      return and(
        or(isNull(column('#from')), coalesce(compare(value, '>=', column('#from')), truth(false))),
        or(isNull(column('#to')), coalesce(compare(value, '<=', column('#to')), truth(false))),
      );
    }),
  );
}

/** The date of a row, over the columns `#row NAME`, that must lie within the participant's own dates; none where none do. */
export function stayDateOf(file: FilePlan): Expression | undefined {
  const step = stepOf(file.steps, 'select-stay');
  return step === undefined ? undefined : presentDate(step.column, must(stepOf(file.steps, 'read')).columns);
}

export function unrestricted(steps: readonly Step[], lacking: readonly string[]): Expression[] {
  return stepOf(steps, 'withhold-restricted') === undefined ? [] : [not(hasRestricted(steps, lacking))];
}

/** Whether some position of the row holds a restricted code, or one below it, however it is written. Never null. */
export function hasRestricted(steps: readonly Step[], lacking: readonly string[]): Expression {
  const tests = stepsOf(steps, 'withhold-restricted').flatMap(({ columns, list }) =>
    columns
      .filter(({ name }) => !lacking.includes(name))
      .map(({ name, system }) =>
        coalesce(isBelow(call('bare_code', column(read_(name))), list.codes[system]), truth(false)),
      ),
  );
  return or(...tests);
}

/** Most codes have three characters, which one look at a list tells; only longer ones are compared one by one. */
function isBelow(code: Expression, codes: readonly string[]): Expression {
  const three = codes.filter(({ length }) => length === 3).map(text);
  const longer = codes.filter(({ length }) => length > 3).map((each) => startsWith(code, each));
  return or(...(three.length === 0 ? [] : [isIn(call('three_characters', code), three)]), ...longer);
}

/** Whether the row meets every condition; unknown counts as no. Never null. */
export function inRows(steps: readonly Step[], read: readonly ReadColumn[]): Expression {
  return and(...stepsOf(steps, 'select-rows').map((step) => coalesce(meets(step.condition, read), truth(false))));
}

function meets(condition: Condition, read: readonly ReadColumn[]): Expression {
  switch (condition.kind) {
    case 'all_of':
      return and(...condition.of.map((inner) => meets(inner, read)));
    case 'any_of':
      return or(...condition.of.map((inner) => meets(inner, read)));
    case 'not':
      return not(meets(condition.of, read));
    default: {
      const { type } = must(read.find(({ name }) => name === condition.column));
      const value = comparable(condition.column, read);
      const literal = (other: string): Expression =>
        type === 'date'
          ? date(other)
          : type === 'text'
            ? text(other)
            : { kind: 'literal', value: Number(other), type: 'decimal' };
      switch (condition.kind) {
        case 'in':
          return isIn(value, condition.values.map(literal));
        case 'not_in':
          return not(isIn(value, condition.values.map(literal)));
        case 'starts_with':
          return or(...condition.values.map((prefix) => startsWith(value, prefix)));
        case 'between':
          return and(compare(value, '>=', literal(condition.low)), compare(value, '<=', literal(condition.high)));
        case 'at_least':
          return compare(value, '>=', literal(condition.value));
        case 'at_most':
          return compare(value, '<=', literal(condition.value));
        case 'is_null':
          return condition.is ? isNull(value) : not(isNull(value));
      }
    }
  }
}

function comparable(name: string, read: readonly ReadColumn[]): Expression {
  const { type } = must(read.find((each) => each.name === name));
  if (type === 'date') return presentDate(name, read);
  return type === 'text' ? column(read_(name)) : call('number', column(read_(name)));
}

export function presentDate(name: string, read: readonly ReadColumn[]): Expression {
  return present(column(read_(name)), name, read);
}

/** The value of a column, or null where it is a date that stands for none. */
export function present(value: Expression, name: string, columns: readonly ReadColumn[]): Expression {
  const missing = columns.find((each) => each.name === name)?.missing ?? [];
  return missing.length === 0 ? value : choose([[isIn(value, missing.map(date)), nothing()]], value);
}
