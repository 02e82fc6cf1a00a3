import type { CatalogueColumn } from '../catalogue/dataset.ts';
import type { Condition } from '../relation/condition.ts';

/**
 * Whether a row with this value in this column could meet the condition: false where it surely can't, undefined where
 * that depends on other columns.
 */
export function permits(condition: Condition, column: CatalogueColumn, value: string): boolean | undefined {
  switch (condition.kind) {
    case 'all_of': {
      const parts = condition.of.map((inner) => permits(inner, column, value));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    case 'any_of': {
      const parts = condition.of.map((inner) => permits(inner, column, value));
      return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
    }
    case 'not': {
      const inner = permits(condition.of, column, value);
      return inner === undefined ? undefined : !inner;
    }
    default: {
      if (condition.column.toUpperCase() !== column.name.toUpperCase()) return undefined;
      const compare = (other: string): number => compareAs(column, value, other);
      switch (condition.kind) {
        case 'in':
          return condition.values.some((other) => compare(other) === 0);
        case 'not_in':
          return condition.values.every((other) => compare(other) !== 0);
        case 'starts_with':
          return condition.values.some((prefix) => value.startsWith(prefix));
        case 'between':
          return compare(condition.low) >= 0 && compare(condition.high) <= 0;
        case 'at_least':
          return compare(condition.value) >= 0;
        case 'at_most':
          return compare(condition.value) <= 0;
        case 'is_null':
          return !condition.is;
      }
    }
  }
}

function compareAs(column: CatalogueColumn, a: string, b: string): number {
  const numeric = column.type === 'integer' || column.type === 'decimal';
  const [left, right] = numeric ? [Number(a), Number(b)] : [a, b];
  return left < right ? -1 : left > right ? 1 : 0;
}
