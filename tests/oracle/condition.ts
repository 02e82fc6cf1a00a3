import type { ReadColumn } from '../../src/plan/plan.ts';
import type { Condition } from '../../src/relation/condition.ts';
import type { SourceRecord } from './oracle-inputs.ts';
import { compareTexts, presentValue } from './values.ts';

/** Undefined is unknown. */
type Truth = boolean | undefined;

/** Whether a record meets a condition. A missing value satisfies no comparison, and not(unknown) is unknown. */
export function meets(condition: Condition, record: SourceRecord, columns: readonly ReadColumn[]): Truth {
  switch (condition.kind) {
    case 'all_of': {
      const parts = condition.of.map((part) => meets(part, record, columns));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    case 'any_of': {
      const parts = condition.of.map((part) => meets(part, record, columns));
      return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
    }
    case 'not': {
      const part = meets(condition.of, record, columns);
      return part === undefined ? undefined : !part;
    }
    default: {
      const column = columns.find(({ name }) => name === condition.column);
      if (column === undefined) throw new Error('a condition on a column that the plan does not read');
      const value = presentValue(record, column);
      if (condition.kind === 'is_null') return (value === undefined) === condition.is;
      if (value === undefined) return undefined;
      const to = (other: string): number => compareAs(column, value, other);
      switch (condition.kind) {
        case 'in':
          return condition.values.some((other) => to(other) === 0);
        case 'not_in':
          return condition.values.every((other) => to(other) !== 0);
        case 'starts_with':
          return condition.values.some((prefix) => value.startsWith(prefix));
        case 'between':
          return to(condition.low) >= 0 && to(condition.high) <= 0;
        case 'at_least':
          return to(condition.value) >= 0;
        case 'at_most':
          return to(condition.value) <= 0;
      }
    }
  }
}

function compareAs({ type }: ReadColumn, a: string, b: string): number {
  return type === 'integer' || type === 'decimal' ? Number(a) - Number(b) : compareTexts(a, b);
}
