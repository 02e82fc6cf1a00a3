import { z } from 'zod';

/*
 * Rule sets of tabulations, as data. hes: HES analysis guide since 13 September 2018. suppress: the threshold rule with
 * secondary suppression. midpoint-6: OpenSAFELY's. ons-deaths: births and deaths, ONS's guidance for health statistics;
 * its parameters depend on areas and topics, so they stand in the agreement.
 */
export const ruleSetNames = ['hes', 'suppress', 'midpoint-6', 'ons-deaths'] as const;
export type RuleSetName = (typeof ruleSetNames)[number];

export interface DisclosureRules {
  readonly rules: RuleSetName;
  /** round: small counts become `*`, others the nearest multiple of `base`. midpoint: the middle of each six. */
  readonly method: 'round' | 'suppress' | 'midpoint';
  /** Counts of 1 to this many people or rows are small. */
  readonly threshold: number;
  readonly base: number;
  /** How far apart the ends of what can be derived of a small count must be at least: 1 means, not one value alone. */
  readonly width: number;
  /** Columns by which national figures may be shown as they are; none where national figures are controlled as well. */
  readonly national: readonly string[];
  /** Rates and percentages on fewer than this many are withheld. */
  readonly ratesFrom: number;
  /** Of sums: unsafe where the largest `of` contributions make up more than `percent` of the whole. */
  readonly dominance: { readonly of: number; readonly percent: number } | undefined;
  /** Of sums: unsafe where the second largest contributor could know the largest within this many percent. */
  readonly pPercent: number | undefined;
}

const SETS: Readonly<Record<RuleSetName, Omit<DisclosureRules, 'rules' | 'national'>>> = {
  hes: {
    method: 'round',
    threshold: 7,
    base: 5,
    width: 1,
    ratesFrom: 8,
    dominance: { of: 1, percent: 80 },
    pPercent: 10,
  },
  suppress: {
    method: 'suppress',
    threshold: 7,
    base: 1,
    width: 1,
    ratesFrom: 8,
    dominance: { of: 1, percent: 80 },
    pPercent: 10,
  },
  'midpoint-6': {
    method: 'midpoint',
    threshold: 6,
    base: 6,
    width: 1,
    ratesFrom: 7,
    dominance: { of: 1, percent: 80 },
    pPercent: 10,
  },
  'ons-deaths': {
    method: 'suppress',
    threshold: 2,
    base: 1,
    width: 1,
    ratesFrom: 3,
    dominance: undefined,
    pPercent: undefined,
  },
};

const parameters = {
  threshold: z.int().min(1).max(1_000).optional().describe('counts of 1 to this many are small'),
  base: z.int().min(1).max(1_000).optional().describe('counts are rounded to multiples of this'),
  width: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe('how far apart the ends of what can be derived of a small count must be at least'),
  rates_from: z.int().min(1).optional().describe('rates and percentages on fewer are withheld'),
  p_percent: z.number().positive().max(100).optional().describe('for sums: the p% rule'),
  dominance: z
    .strictObject({ of: z.int().min(1).max(10), percent: z.number().positive().max(100) })
    .optional()
    .describe('for sums: unsafe where the largest contributions make up more than this share'),
};

const grantedParts = z.strictObject({
  rules: z
    .enum(ruleSetNames, { error: `expected one of ${ruleSetNames.join(', ')}` })
    .describe('the rule set; hes where the agreement names none'),
  ...parameters,
  national: z
    .array(z.string().min(1))
    .default([])
    .describe('columns by which national figures may be shown without control; by default none'),
});

/** What an agreement says of the tabulations that it grants. */
export const grantedRulesSchema = grantedParts.superRefine((value, context) => {
  for (const path of weaker(rulesOf(value), SETS[value.rules])) {
    context.addIssue({ code: 'custom', path: [path], message: `${path} is weaker than the rule set ${value.rules}` });
  }
  if (isImpossible(rulesOf(value))) context.addIssue({ code: 'custom', path: ['width'], message: IMPOSSIBLE });
});

/** What a pipeline may say: parameters, no weaker than the agreement's. */
export const askedRulesSchema = z.strictObject({
  ...parameters,
  national: z
    .literal('controlled')
    .optional()
    .describe('national figures are controlled, though the agreement exempts them'),
});

type Parameters = Omit<z.output<typeof askedRulesSchema>, 'national'>;

export const IMPOSSIBLE = 'what is printed of a small count is itself narrower than this width';

/** Whether a small count can't have the required width: its own symbol says more. */
export function isImpossible({ method, threshold, base, width }: DisclosureRules): boolean {
  return (method === 'round' && width > threshold - 1) || (method === 'midpoint' && width > base - 1);
}

/** The rules that a grant names; the HES rule, without exemption, where it names none. */
export function grantedRules(granted: z.output<typeof grantedRulesSchema> | undefined): DisclosureRules {
  return granted === undefined ? { rules: 'hes', ...SETS.hes, national: [] } : rulesOf(granted);
}

/** The agreement's rules with what a pipeline makes of them. */
export function askedRules(
  granted: DisclosureRules,
  asked: z.output<typeof askedRulesSchema> | undefined,
): DisclosureRules {
  if (asked === undefined) return granted;
  return { ...withParameters(granted, asked), national: asked.national === 'controlled' ? [] : granted.national };
}

/** The parameters in which one set of rules is weaker than another. */
export function weakerThan(asked: DisclosureRules, granted: DisclosureRules): string[] {
  return weaker(asked, granted);
}

function rulesOf({ rules, national, ...asked }: z.output<typeof grantedParts>): DisclosureRules {
  return withParameters({ rules, ...SETS[rules], national }, asked);
}

function withParameters(rules: DisclosureRules, asked: Parameters): DisclosureRules {
  return {
    ...rules,
    threshold: asked.threshold ?? rules.threshold,
    base: asked.base ?? rules.base,
    width: asked.width ?? rules.width,
    ratesFrom: asked.rates_from ?? rules.ratesFrom,
    pPercent: asked.p_percent ?? rules.pPercent,
    dominance: asked.dominance ?? rules.dominance,
  };
}

function weaker(one: DisclosureRules, other: Omit<DisclosureRules, 'rules' | 'national'>): string[] {
  const dominance = (a: DisclosureRules['dominance'], b: DisclosureRules['dominance']): boolean =>
    b !== undefined && (a === undefined || a.of < b.of || a.percent > b.percent);
  return [
    ...(one.threshold < other.threshold ? ['threshold'] : []),
    // Only a multiple says less of every count; the six of midpoint-6 is its name.
    ...(one.base % other.base !== 0 || (one.method === 'midpoint' && one.base !== other.base) ? ['base'] : []),
    ...(one.method !== 'round' && one.base !== other.base ? ['base'] : []),
    ...(one.width < other.width ? ['width'] : []),
    ...(one.ratesFrom < other.ratesFrom ? ['rates_from'] : []),
    ...((one.pPercent ?? 0) < (other.pPercent ?? 0) ? ['p_percent'] : []),
    ...(dominance(one.dominance, other.dominance) ? ['dominance'] : []),
  ];
}
