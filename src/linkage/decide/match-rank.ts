import type { Comparison } from '../compare/comparison.ts';

/**
 * The steps of a link, by rank, from the surest on. 1 to 3 rest on an NHS number that other facts confirm, as in the
 * cross-checks of the Master Person Service and the HES-ONS ranks; 8, a number that nothing confirms, is never linked by
 * itself.
 */
const STEPS = {
  1: 'nhs-number, date of birth, sex, postcode',
  2: 'nhs-number, date of birth',
  3: 'nhs-number, partial date of birth, name or outcode',
  6: 'probabilistic',
  7: 'clerical',
} as const;

const GROUPED = 'group';

/** SQL over `pattern`, `weight` and `decided`: the rank of an accepted pair, and the name of the step that it would have passed. */
export function rankSql(comparisons: readonly Comparison[], threshold: number): { rank: string; step: string } {
  const level = (field: string, ...labels: string[]): string => levelIs(comparisons, field, labels);
  const number = level('nhs_number', 'exact');
  const born = level('date_of_birth', 'exact');
  const partly = level('date_of_birth', 'exact', 'one edit', 'two parts of three', 'known parts equal, two');
  const named = `(${level('given_name', 'exact', 'nickname', 'close', 'initial')} AND ${level('family_name', 'exact', 'close')})`;
  const near = level('postcode', 'exact', 'former', 'one edit', 'outcode');
  const conditions: readonly (readonly [keyof typeof STEPS, string])[] = [
    [1, `${number} AND ${born} AND ${level('gender', 'equal')} AND ${level('postcode', 'exact', 'former')}`],
    [2, `${number} AND ${born}`],
    [3, `${number} AND ${partly} AND (${named} OR ${near})`],
  ];
  const ranks = conditions.map(([rank, sql]) => `WHEN ${sql} THEN ${rank}`).join(' ');
  const steps = conditions.map(([rank, sql]) => `WHEN ${sql} THEN '${STEPS[rank]}'`).join(' ');
  return {
    rank: `CASE WHEN decided > 0 THEN 7 ${ranks} ELSE 6 END`,
    step: `CASE WHEN decided > 0 THEN '${STEPS[7]}' ${steps} WHEN weight >= ${threshold} THEN '${STEPS[6]}' ELSE '${GROUPED}' END`,
  };
}

/** SQL: whether a field's level is one of these; false where the field is not compared. */
export function levelIs(comparisons: readonly Comparison[], field: string, labels: readonly string[]): string {
  let radix = 1;
  for (const { name, levels } of comparisons) {
    if (name === field) {
      const wanted = levels.flatMap(({ label }, index) => (labels.includes(label) ? [index + 1] : []));
      return wanted.length === 0 ? 'false' : `(pattern // ${radix} % ${levels.length + 1} IN (${wanted.join(', ')}))`;
    }
    radix *= levels.length + 1;
  }
  return 'false';
}
