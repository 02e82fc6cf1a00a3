import type { DisclosureRules } from '../../agreement/disclosure-rules.ts';
import { CONFIDENTIAL, SMALL } from './printed.ts';
import type { ReleasedTables } from './released-tables.ts';

/** Why tables must not leave: where, and what is wrong; never a value. */
export interface TableFinding {
  readonly table: string;
  readonly line: number;
  readonly message: string;
}

/**
 * An independent look at finished tables, which knows the rules that the agreement grants and not how the tables were
 * made: no small count stands in a line that is no national figure, and every count is one that its rule set prints.
 */
export function checkReleased({ tables, rules }: ReleasedTables): TableFinding[] {
  return tables.flatMap((table) =>
    table.lines.flatMap((line, index) =>
      table.measures.flatMap(({ kind }, measure): TableFinding[] => {
        const value = line.values[measure] ?? '';
        const wrong =
          kind === 'count' && !line.national
            ? countProblem(value, rules)
            : isPrintable(value)
              ? undefined
              : 'holds no number';
        return wrong === undefined ? [] : [{ table: table.name, line: index + 1, message: wrong }];
      }),
    ),
  );
}

function countProblem(value: string, { method, threshold, base }: DisclosureRules): string | undefined {
  if (value === SMALL || value === CONFIDENTIAL || value === '0') return undefined;
  if (!/^[1-9]\d*$/.test(value)) return 'holds no count';
  const count = Number(value);
  switch (method) {
    case 'round':
      return count <= threshold - Math.floor(base / 2) || count % base !== 0
        ? 'shows a count that is not rounded'
        : undefined;
    case 'midpoint':
      return count % base === base - Math.floor(base / 2) || count % base === Math.ceil(base / 2)
        ? undefined
        : 'shows a count that is no midpoint';
    case 'suppress':
      return count <= threshold ? 'shows a small count' : undefined;
  }
}

function isPrintable(value: string): boolean {
  return value === '' || value === SMALL || value === CONFIDENTIAL || /^-?\d+(\.\d+)?$/.test(value);
}
