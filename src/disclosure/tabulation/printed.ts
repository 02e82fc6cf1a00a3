import type { DisclosureRules } from '../../agreement/disclosure-rules.ts';

/** What is printed of a count, and what anybody can read off that symbol alone. */
export interface Printed {
  readonly text: string;
  readonly lower: number;
  readonly upper: number;
}

/** 1 to the threshold. */
export const SMALL = '*';
/** Withheld so that others can't be derived. */
export const CONFIDENTIAL = '[c]';

/**
 * A count as its rule set prints it; `exempt` where the agreement lets it be shown as it is. Under `suppress` what is
 * small is left to secondary suppression, which hides small and other counts behind one symbol.
 */
export function printed(count: number, rules: DisclosureRules, exempt: boolean): Printed {
  const { method, threshold, base } = rules;
  if (count === 0 || exempt) return exactly(count);
  switch (method) {
    case 'round': {
      if (count <= threshold) return { text: SMALL, lower: 1, upper: threshold };
      const rounded = Math.floor((count + base / 2) / base) * base;
      return {
        text: String(rounded),
        lower: Math.max(threshold + 1, rounded - Math.floor(base / 2)),
        upper: Math.ceil(rounded + base / 2) - 1,
      };
    }
    case 'midpoint': {
      const upper = Math.ceil(count / base) * base;
      return { text: String(upper - Math.floor(base / 2)), lower: upper - base + 1, upper };
    }
    case 'suppress':
      return count <= threshold ? withheld(rules, exempt) : exactly(count);
  }
}

/**
 * A count that is withheld for the sake of others: known not to be nothing, nor small where small ones have a symbol of
 * their own, unless it might be one that is `exempt`.
 */
export function withheld({ method, threshold }: DisclosureRules, exempt: boolean): Printed {
  const lower = method === 'suppress' || exempt ? 1 : threshold + 1;
  return { text: CONFIDENTIAL, lower, upper: Number.POSITIVE_INFINITY };
}

function exactly(count: number): Printed {
  return { text: String(count), lower: count, upper: count };
}
